// Boxes .q-box in [data-rows] stay ticked when rows are swapped; with Shift (mouse or key) the whole range is ticked.
// [data-selected="{n} chosen"] says how many; [data-select-none] unticks all.
const ticked = new Set();
let last = null, shift = false;
const boxes = () => [...document.querySelectorAll("[data-rows] .q-box")];

function say() {
  for (const place of document.querySelectorAll("[data-selected]")) {
    if (ticked.size) place.textContent = place.dataset.selected.replace("{n}", ticked.size);
  }
}
function set(box, on) {
  box.checked = on;
  on ? ticked.add(box.value) : ticked.delete(box.value);
}
function restore() {
  for (const box of boxes()) box.checked = ticked.has(box.value);
}

for (const kind of ["keydown", "keyup"]) document.addEventListener(kind, event => { shift = event.shiftKey; }, true);
document.addEventListener("click", event => {
  if (event.target.closest("[data-select-none]")) {
    ticked.clear();
    setTimeout(restore);
    return;
  }
  const box = event.target.closest(".q-box");
  if (!box) return;
  const all = boxes(), from = all.findIndex(other => other.value === last), to = all.indexOf(box);
  const range = (event.shiftKey || shift) && from >= 0 ? all.slice(Math.min(from, to), Math.max(from, to) + 1) : [box];
  const on = box.checked;
  range.forEach(other => set(other, on));
  last = box.value;
  say();
});
document.addEventListener("htmx:after:process", restore);
window.addEventListener("pageshow", () => { boxes().forEach(box => set(box, box.checked)); say(); });
