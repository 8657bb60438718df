// The small marks of the visit's page follow what was done on the phone: lines answered and their notes, photos of each slot, ticks of the steps.
const write = (place, words) => { if (place.textContent !== words) place.textContent = words; };
const value = (item, name) => (item.fields.find(([n]) => n === name) || [])[1] || "";

function drawLine(line, item) {
  const answer = item ? value(item, "answer") : line.dataset.answer, must = line.querySelector(".check-must"), note = line.querySelector("[data-note]");
  if (must) must.hidden = Boolean(answer);
  if (item) write(note, value(item, "note"));
  note.hidden = !note.textContent;
  return answer;
}

function drawSlot(slot, more) {
  const number = Number(slot.dataset.count) + more, place = slot.querySelector("[data-number]");
  if (more) write(place, place.dataset[number === 1 ? "one" : "many"].replace("{}", number));
}

function drawTick(step, n) {
  const dot = step.querySelector(".step-dot"), done = step.classList.contains("step-done");
  if (!done) write(dot, String(n + 1));
  else window.portalVisit.mark(dot, "check", 16);
}

document.addEventListener("portal:drawn", ({ detail: facts }) => {
  const root = document.querySelector("#work"), lines = [...root.querySelectorAll("[data-item]")], place = root.querySelector("[data-checks-done]");
  const answered = lines.filter(line => drawLine(line, facts.answers[line.dataset.item])).length;
  if (place) write(place, `${answered} / ${lines.length}`);
  for (const slot of root.querySelectorAll("[data-slot]")) drawSlot(slot, facts.more[slot.dataset.slot] || 0);
  root.querySelectorAll("[data-stepper] .step").forEach(drawTick);
});
