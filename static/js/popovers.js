// A menu or filter (<details> with a .popover of its own) closes once the focus or a click has gone elsewhere: it would cover what is there now.
function leave(event) {
  for (const menu of document.querySelectorAll("details[open]:has(> .popover)")) {
    if (!menu.contains(event.target)) menu.removeAttribute("open");
  }
}

document.addEventListener("focusin", leave);
document.addEventListener("click", leave);
