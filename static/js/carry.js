// What was typed goes along to the other language: kept for this tab alone, between form.language and the page that follows it.
const PLACE = "portal.carried", LASTS = 20000;
const UNFIT = new Set(["hidden", "password", "file", "submit", "button", "reset", "image"]);

const fields = () => [...document.querySelectorAll("main form")].filter(form => form.method === "post")
  .flatMap(form => [...form.elements].filter(field => field.name && field.type && !UNFIT.has(field.type) && field.tagName !== "BUTTON"));

function named() {
  const seen = new Map();
  return fields().map(field => {
    const number = seen.get(field.name) || 0;
    seen.set(field.name, number + 1);
    return [`${field.name} ${number}`, field];
  });
}

const ticks = field => field.type === "radio" || field.type === "checkbox";
const touched = field => field.tagName === "SELECT" ? [...field.options].some(option => option.selected !== option.defaultSelected)
  : ticks(field) ? field.checked !== field.defaultChecked : field.value !== field.defaultValue;

document.addEventListener("submit", event => {
  if (!event.target.matches("form.language")) return;
  const refused = document.querySelector("[data-error-summary]"); // what was typed came back from the server
  const typed = named().filter(([, field]) => refused || touched(field)).map(([name, field]) => [name, ticks(field) ? field.checked : field.value]);
  try { if (typed.length) sessionStorage.setItem(PLACE, JSON.stringify([Date.now(), typed])); } catch { /* no room: it is typed again */ }
});

function bring() {
  let found;
  try {
    found = JSON.parse(sessionStorage.getItem(PLACE));
    sessionStorage.removeItem(PLACE);
  } catch { return; }
  if (!found || Date.now() - found[0] > LASTS) return;
  const here = new Map(named());
  for (const [name, value] of found[1]) {
    const field = here.get(name);
    if (!field || ticks(field) !== (typeof value === "boolean")) continue;
    if ((ticks(field) ? field.checked : field.value) === value) continue;
    if (ticks(field)) field.checked = value; else field.value = value;
    field.dispatchEvent(new Event(ticks(field) || field.tagName === "SELECT" ? "change" : "input", { bubbles: true }));
  }
}

document.addEventListener("DOMContentLoaded", () => setTimeout(bring)); // every script, htmx too, listens by then
