// A link with data-dialog-open="id" opens that <dialog> instead of its page; data-dialog-close inside closes it.
document.addEventListener("click", event => {
  const plain = !(event.ctrlKey || event.metaKey || event.shiftKey || event.altKey);
  const opener = event.target.closest("[data-dialog-open]");
  const dialog = opener && plain && document.getElementById(opener.dataset.dialogOpen);
  if (dialog?.showModal) {
    event.preventDefault();
    if (!dialog.open) dialog.showModal();
  }
  const closer = event.target.closest("[data-dialog-close]");
  if (closer?.closest("dialog")) {
    event.preventDefault();
    closer.closest("dialog").close();
  }
});
