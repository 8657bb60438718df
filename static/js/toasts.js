// [data-toast] goes after eight seconds unless the pointer or the focus rests on it; data-toast="stay" waits for its close button.
// A fault of ours or of the network copies template#fault into [data-toasts]: what was typed stays on the page.
const AFTER = 8000;

function attach(root) {
  for (const toast of root.querySelectorAll?.("[data-toast]:not([data-ui-timed])") || []) {
    toast.setAttribute("data-ui-timed", "");
    if (toast.dataset.toast !== "stay") setTimeout(leave, AFTER, toast);
  }
}

function leave(toast) {
  if (toast.matches(":hover, :focus-within")) setTimeout(leave, 2000, toast);
  else toast.remove();
}

function fault(event) {
  const source = event.detail?.ctx?.sourceElement;
  const status = event.detail?.ctx?.response?.status;
  const shelf = document.querySelector("[data-toasts]"), form = document.querySelector("template#fault");
  if (!shelf || !form || source?.hasAttribute("data-live") || (status && status < 500)) return;
  shelf.replaceChildren(form.content.cloneNode(true));
  attach(shelf);
}

document.addEventListener("click", event => {
  if (event.target.closest("[data-toast-close]")) event.target.closest("[data-toast]")?.remove();
});
document.addEventListener("htmx:after:process", event => attach(document));
document.addEventListener("htmx:response:error", fault);
document.addEventListener("htmx:error", fault);
attach(document);
