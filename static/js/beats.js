// "I am here": posts to data-beat-url every 20 seconds while the page is seen, and once on leaving.
// Body: state=watching | typing | left. Typing means that the focus is inside data-beat-typing.
const EVERY = 20000;

function beat(state) {
  for (const place of document.querySelectorAll("[data-beat-url]")) {
    const doing = state || (document.activeElement?.closest("[data-beat-typing]") ? "typing" : "watching");
    fetch(place.dataset.beatUrl, { method: "POST", body: new URLSearchParams({ state: doing }), keepalive: true }).catch(() => {});
  }
}

const seen = () => { if (!document.hidden) beat(); };

seen();
setInterval(seen, EVERY);
document.addEventListener("visibilitychange", () => beat(document.hidden ? "left" : undefined));
document.addEventListener("focusin", event => { if (event.target.closest("[data-beat-typing]")) beat(); });
window.addEventListener("pagehide", () => beat("left"));
