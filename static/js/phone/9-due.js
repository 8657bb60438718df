// What the customer owes, as far as this phone knows: what the server counted ([data-due] of #work), and what was noted or taken out since.
// It stands wherever [data-due-words] says it, and in the field of the amount paid while nobody has typed there.
const cents = text => Math.round(Number(text.replace(/[,，。]/, ".")) * 100) || 0;
const value = (item, name) => (item.fields.find(([n]) => n === name) || [])[1] || "";
// 1,234.50, by hand: a slow phone would load its whole list of languages for it.
const spoken = sum => (sum / 100).toFixed(sum % 100 ? 2 : 0).replace(/\B(?=(\d{3})+(?!\d))/g, ",");

function dueOf(root, facts) {
  let due = Number(root.dataset.due);
  for (const item of facts.lines.part || []) if (item.state !== "refused" && value(item, "payer") === "customer") due += cents(value(item, "cents")) * Number(value(item, "quantity"));
  for (const item of facts.lines.extra || []) if (item.state !== "refused") due += cents(value(item, "cents"));
  for (const row of root.querySelectorAll("[data-part]")) if (facts.removed.has(row.dataset.part)) due -= Number(row.dataset.owed);
  return due;
}

document.addEventListener("portal:drawn", ({ detail: facts }) => {
  const root = document.querySelector("#work[data-due]"), due = dueOf(root, facts), amount = root.dataset.yuan.replace("{}", spoken(due));
  for (const place of root.querySelectorAll("[data-due-words]")) {
    const words = place.dataset.dueWords.replace("{}", amount);
    if (place.textContent !== words) place.textContent = words;
    place.hidden = !due && place.dataset.dueNone !== undefined;
  }
  const paid = document.getElementById("payment-paid");
  if (paid && paid.value === paid.defaultValue && paid.value !== String(due / 100)) paid.defaultValue = String(due / 100);
});
