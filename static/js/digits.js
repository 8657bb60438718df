// Inside fieldset[data-digits] the keys 1 to 9 choose the first to ninth tile; data-digits="next" then goes on to the next field.
// With data-digits-page they do so from anywhere on the page, as the keys of keys.js: not while typing, not with <html data-keys="off">.
document.addEventListener("keydown", event => {
  const set = event.target.closest?.("fieldset[data-digits]") || ofPage();
  if (!set || event.defaultPrevented || event.isComposing || event.ctrlKey || event.metaKey || event.altKey || !/^[1-9]$/.test(event.key)) return;
  if (event.target.matches("input:not([type=radio], [type=checkbox]), textarea, select")) return;
  const tiles = [...set.querySelectorAll("input[type=radio], input[type=checkbox]")].filter(tile => !tile.disabled);
  const tile = tiles[Number(event.key) - 1];
  if (!tile) return;
  event.preventDefault();
  tile.focus();
  tile.click();
  if (set.dataset.digits === "next") after(set)?.focus();
});

function ofPage() {
  if (document.documentElement.dataset.keys === "off" || document.querySelector("dialog[open]")) return null;
  return [...document.querySelectorAll("fieldset[data-digits-page]")].find(set => set.offsetParent && !set.closest("[inert]"));
}

function after(set) {
  const fields = [...(set.closest("form") || document).querySelectorAll("input:not([type=hidden]), select, textarea, button")];
  const next = fields.find(field => !field.disabled && field.offsetParent && !set.contains(field)
    && set.compareDocumentPosition(field) & Node.DOCUMENT_POSITION_FOLLOWING);
  return next?.type === "radio" && document.querySelector(`input[name="${CSS.escape(next.name)}"]:checked`) || next;
}
