// Nothing moves under the thumb. What comes into the page of a visit (what was done here, what the server made of it) may make it longer above
// of what is in sight: that stays where it was. Asked only once somebody has scrolled, so that a first load is not laid out twice.
const SIGHT = "button, summary, textarea, input:not([hidden]), h2, [id]";
const page = () => document.querySelector("#work[data-visit]");
let scrolled = false, touched = null, down = false;

function inSight(root) {
  const low = window.innerHeight, want = touched ?? low * 0.6;
  return [...root.querySelectorAll(SIGHT)].map(part => ({ part, box: part.getBoundingClientRect() }))
    .filter(({ box }) => box.height && box.top >= 0 && box.top < low).sort((a, b) => Math.abs(a.box.top - want) - Math.abs(b.box.top - want));
}

// Runs a change of the page at once; what was in sight, nearest to the last touch, is where it was afterwards.
function steady(change) {
  if (!scrolled || !page()) return change();
  const seen = inSight(page()), value = change();
  settle(seen);
  return value;
}

function settle(seen) {
  const stayed = seen.find(({ part }) => part.isConnected && part.getClientRects().length);
  const moved = stayed ? stayed.part.getBoundingClientRect().top - stayed.box.top : 0;
  if (moved) window.scrollBy({ top: moved, behavior: "instant" });
}

let before = [];
document.addEventListener("htmx:before:swap", () => { before = scrolled && page() ? inSight(page()) : []; });
document.addEventListener("htmx:after:swap", () => { settle(before); before = []; });
window.addEventListener("scroll", () => { scrolled = window.scrollY > 0; }, { passive: true });
for (const [name, is] of [["pointerdown", true], ["pointerup", false], ["pointercancel", false]]) {
  document.addEventListener(name, event => { down = is; touched = event.clientY; }, { passive: true, capture: true });
}
window.portalSteady = { steady, pressed: () => down };
