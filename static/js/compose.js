// Nothing fires while an input method is composing: input events wait for the finished word.
window.addEventListener("input", event => {
  if (event.isComposing) event.stopImmediatePropagation();
}, true);
window.addEventListener("compositionend", event => {
  setTimeout(() => event.target.dispatchEvent(new InputEvent("input", { bubbles: true })));
}, true);
