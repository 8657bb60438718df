// Shows that a form is on its way. Only a picture: the server itself knows a second sending by its key.
function mark(form, busy) {
  form.toggleAttribute("data-ui-busy", busy);
  for (const button of form.querySelectorAll("button:not([type=button])")) {
    busy ? button.setAttribute("aria-busy", "true") : button.removeAttribute("aria-busy");
  }
}

document.addEventListener("submit", event => {
  if (event.target.method !== "dialog") setTimeout(() => { if (!event.defaultPrevented || event.target.matches("[hx-post]")) mark(event.target, true); });
});
document.addEventListener("htmx:finally:request", event => {
  const form = event.target.closest?.("form");
  if (form) mark(form, false);
});
window.addEventListener("pageshow", () => document.querySelectorAll("form[data-ui-busy]").forEach(form => mark(form, false)));
