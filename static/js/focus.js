// After a swap the focus stays; if its element is gone, the nearest heading gets it. An error summary is always read first.
let last = null;

document.addEventListener("focusin", event => { last = { element: event.target, region: event.target.closest("[id]:not(:focus)")?.id }; });

function rescue() {
  const summary = document.querySelector("[data-error-summary]:not([data-ui-read])");
  if (summary) {
    summary.setAttribute("data-ui-read", "");
    return land(summary);
  }
  if (!last || last.element.isConnected || document.activeElement !== document.body) return;
  const region = document.getElementById(last.region) || document;
  land(region.querySelector("h1, h2, h3") || document.querySelector("h1"));
}

function land(element) {
  if (!element) return;
  if (!element.hasAttribute("tabindex")) element.setAttribute("tabindex", "-1");
  element.focus({ preventScroll: false });
}

// The browser focuses [autofocus] some time after the page is shown; who types at once must not lose the first digits.
if (document.activeElement === document.body && !location.hash) document.querySelector("main [autofocus]")?.focus();
document.addEventListener("htmx:after:process", rescue);
rescue();
