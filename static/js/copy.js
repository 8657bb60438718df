// [data-copy="text"] or [data-copy-from="id"] puts words on the clipboard and says data-copied for two seconds.
document.addEventListener("click", async event => {
  const button = event.target.closest("[data-copy], [data-copy-from]");
  if (!button) return;
  const source = document.getElementById(button.dataset.copyFrom);
  const text = button.dataset.copy || source?.value || source?.textContent.trim() || "";
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    source?.select?.();
    if (!document.execCommand("copy")) return;
  }
  const label = button.querySelector("[data-copy-label]") || button;
  const words = label.dataset.words ??= label.textContent;
  label.textContent = button.dataset.copied || words;
  setTimeout(() => { label.textContent = words; }, 2000);
});
