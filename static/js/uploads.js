// In form[data-send] chosen photos are sent at once; shrink.js makes them small first and holds the form back until then.
// The button that sends without scripts, [data-send-button], is not needed then.
const hide = () => document.querySelectorAll("[data-send-button]").forEach(button => { button.hidden = true; });

document.addEventListener("change", event => {
  const form = event.target.form;
  if (event.target.type === "file" && event.target.files.length && form && form.matches("[data-send]")) form.requestSubmit();
});
document.addEventListener("htmx:after:swap", hide);
hide();
