// In form[data-send] chosen photos are sent at once; shrink.js makes them small first and holds the form back until then.
document.addEventListener("change", event => {
  const form = event.target.form;
  if (event.target.type === "file" && event.target.files.length && form && form.matches("[data-send]")) form.requestSubmit();
});
