// [data-insert="words"][data-insert-into="id of a field"] puts words where the caret is and keeps all that is typed; Ctrl+Z takes them out.
document.addEventListener("click", event => {
  const button = event.target.closest("[data-insert]"), field = button && document.getElementById(button.dataset.insertInto);
  if (!field) return;
  event.preventDefault();
  button.closest("details")?.removeAttribute("open");
  field.focus();
  const before = field.value.slice(0, field.selectionStart), words = (before && !/\s$/.test(before) && button.dataset.insert.length > 20 ? "\n" : "") + button.dataset.insert;
  if (document.execCommand("insertText", false, words)) return;
  field.setRangeText(words, field.selectionStart, field.selectionEnd, "end");
  field.dispatchEvent(new InputEvent("input", { bubbles: true }));
});
