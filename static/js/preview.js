// The row whose preview is open keeps data-ui-chosen; [data-peek-close] closes the preview in place.
function choose() {
  const id = document.querySelector("#preview [data-peeked]")?.dataset.peeked;
  for (const row of document.querySelectorAll("[data-ui-chosen]")) if (row.id !== id) row.removeAttribute("data-ui-chosen");
  document.getElementById(id)?.setAttribute("data-ui-chosen", "");
}

document.addEventListener("click", event => {
  const button = event.target.closest("#preview [data-peek-close]");
  if (!button) return;
  event.preventDefault();
  const row = document.querySelector("[data-ui-chosen]");
  document.getElementById("preview").replaceChildren();
  const address = new URL(location.href);
  address.searchParams.delete("preview");
  history.replaceState(history.state, "", address);
  choose();
  [...row?.querySelectorAll("[data-row-link]") || []].find(link => link.offsetParent)?.focus();
});
document.addEventListener("htmx:after:process", choose);
