// Nothing on a technician's pages is boosted and no attribute holds code: of a new page htmx looks only through the parts that act,
// not at every link and form of it, which takes a slow phone a tenth of a second.
const ACTING = "[hx-get], [hx-post]";

document.addEventListener("htmx:before:process", event => {
  if (event.target !== document.body) return;
  event.preventDefault();
  const parts = [...document.body.querySelectorAll(ACTING)].filter(part => !part.parentElement.closest(ACTING));
  parts.forEach(part => htmx.process(part));
  if (!parts.length) htmx.trigger(document.body, "htmx:after:process");
});
