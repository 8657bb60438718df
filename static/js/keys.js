// Keys: data-key="n" on a link or button; data-row-key="x" inside the [data-row] that holds the focus, or data-each-c="/of/{row}" on its
// [data-rows] for an address with the value of data-row in it; j and k walk [data-row] inside [data-rows]; / goes to [data-search], or to
// the page behind data-key="/"; ? opens dialog#keys; Ctrl+Enter sends the form that holds the focus.
// Never while typing or composing, never with modifiers, and not at all with <html data-keys="off">.
const typing = element => element?.matches?.("input:not([type=checkbox], [type=radio], [type=button], [type=submit]), textarea, select, [contenteditable]");
const shown = element => element.offsetParent !== null && !element.closest("[inert]");

function pick(selector, root = document) {
  return [...root.querySelectorAll(selector)].find(shown);
}

function walk(step) {
  const rows = [...document.querySelectorAll("[data-rows] [data-row]")].filter(shown);
  const at = rows.findIndex(row => row.contains(document.activeElement));
  const row = rows[at < 0 ? (step > 0 ? 0 : rows.length - 1) : at + step];
  const link = row && pick("[data-row-link], a[href]", row);
  if (!link) return;
  link.focus({ preventScroll: true });
  row.scrollIntoView({ block: "nearest" });
}

function press(key) {
  const name = CSS.escape(key), row = document.activeElement?.closest("[data-row]");
  const many = document.querySelector(".q-box:checked") && pick(`[data-bulk-key="${name}"]`);
  const own = many || (row && pick(`[data-row-key="${name}"]`, row)), each = !own && row?.closest("[data-rows]")?.dataset[`each${key.toUpperCase()}`];
  if (each) { location.assign(each.replace("{row}", row.dataset.row)); return true; }
  const target = own || pick(`[data-key="${name}"]`);
  const place = target ? null : pick(`[data-key-focus="${name}"]`);
  if (place) { place.focus(); return true; }
  target?.matches("select, textarea, input:not([type=checkbox])") ? target.focus() : target?.click();
  if (target?.matches("summary")) enter(target.parentElement);
  return Boolean(target);
}

// A menu that a key has opened takes the focus: to its first field or button, which may still be on its way.
function enter(menu) {
  if (!menu.open) return;
  menu.querySelector("summary").focus();
  const go = () => {
    const first = menu.open && menu.contains(document.activeElement) && pick("input:not([type=hidden]), button, a[href]", menu.querySelector(".popover"));
    if (first) first.focus();
  };
  if (!menu.hasAttribute("hx-get") || "uiEntered" in menu.dataset) return go();
  menu.dataset.uiEntered = "";
  new MutationObserver((_changes, watch) => { watch.disconnect(); go(); }).observe(menu.querySelector(".popover"), { childList: true });
}

function leave(element) {
  if (document.querySelector("dialog[open]")) return false;
  const menu = element.closest?.("details[open]") || document.querySelector(".filter > details[open], details.filter[open], .actions-menu[open]");
  const close = pick("#preview [data-peek-close]"), none = document.querySelector(".q-box:checked") && pick("[data-select-none]");
  if (menu) { menu.removeAttribute("open"); menu.querySelector("summary")?.focus(); }
  else if (typing(element)) element.blur();
  else if (close) close.click();
  else if (none) none.click();
  else return false;
  return true;
}

const fixed = {
  j: () => walk(1),
  k: () => walk(-1),
  "/": () => { const box = pick("[data-search]"); box ? box.focus() : press("/"); },
  "?": () => document.getElementById("keys")?.showModal?.(),
};

document.addEventListener("keydown", event => {
  if (event.isComposing || event.keyCode === 229 || event.defaultPrevented) return;
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
    const form = event.target.form || event.target.closest?.("form");
    if (form) { event.preventDefault(); form.requestSubmit([...form.elements].find(field => field.matches("[data-primary]") && shown(field))); }
    return;
  }
  if (event.key === "Escape" && leave(event.target)) return event.preventDefault();
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat && !"jk".includes(event.key)) return;
  if (document.documentElement.dataset.keys === "off" || typing(event.target) || document.querySelector("dialog[open]")) return;
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  if (key === "/" || fixed[key] && !document.querySelector(`[data-key="${CSS.escape(key)}"]`)) { event.preventDefault(); fixed[key](); }
  else if (key !== "Enter" && key !== "Tab" && press(key)) event.preventDefault();
});
