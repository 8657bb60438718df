// Pictures pasted into, or files dropped on, a form[data-attach="id of its file input"] are attached; the input's own `change` does the rest.
function attach(form, files) {
  const input = document.getElementById(form.dataset.attach);
  if (!input || !files.length || !window.DataTransfer) return false;
  const box = new DataTransfer();
  [...files].forEach(file => box.items.add(file));
  input.files = box.files;
  input.dispatchEvent(new Event("change", { bubbles: true }));
  return true;
}

const formOf = event => event.target.closest?.("form[data-attach]");
const bringsFiles = event => [...event.dataTransfer?.types || []].includes("Files");
document.addEventListener("paste", event => {
  const form = formOf(event), brought = event.clipboardData;
  if (!form || !brought || brought.types.includes("text/plain")) return; // words copied with their picture are words
  if (attach(form, brought.files)) event.preventDefault();
});
document.addEventListener("dragover", event => {
  const form = formOf(event);
  if (!form || !bringsFiles(event)) return;
  event.preventDefault();
  form.setAttribute("data-ui-drop", "");
});
for (const end of ["dragleave", "drop"]) document.addEventListener(end, event => formOf(event)?.removeAttribute("data-ui-drop"));
document.addEventListener("drop", event => {
  const form = formOf(event);
  if (!form || !bringsFiles(event)) return;
  event.preventDefault();
  attach(form, event.dataTransfer.files);
});
