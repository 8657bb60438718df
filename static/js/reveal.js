// label[data-reveal="id"] with a checkbox, hidden until scripts run: shows what is typed into that password field.
for (const label of document.querySelectorAll("[data-reveal]")) {
  label.hidden = false;
  label.addEventListener("change", event => { document.getElementById(label.dataset.reveal).type = event.target.checked ? "text" : "password"; });
}
