// Where #preview has its place beside the list, [data-peek] (a link to a ticket) opens the ticket's preview there. The row whose preview is
// open keeps data-ui-chosen; [data-peek-close] closes the preview in place.
const wide = matchMedia("(min-width: 1280px)");

function choose() {
  const id = document.querySelector("#preview [data-peeked]")?.dataset.peeked;
  for (const row of document.querySelectorAll("[data-ui-chosen]")) if (row.id !== id) row.removeAttribute("data-ui-chosen");
  document.getElementById(id)?.setAttribute("data-ui-chosen", "");
}

document.addEventListener("click", event => {
  const link = event.target.closest("[data-peek]"), place = document.querySelector(".aside-preview");
  if (!link || !place || !wide.matches || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  const list = new URL(location.href);
  list.searchParams.set("preview", link.pathname.split("/").pop());
  htmx.ajax("GET", `${link.pathname}/preview?block=preview&${link.search.slice(1)}`, { source: "#preview", replace: list.pathname + list.search });
});

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
  row?.querySelector("[data-row-link]")?.focus();
});
document.addEventListener("htmx:after:process", choose);
