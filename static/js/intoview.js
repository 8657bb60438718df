// [data-into-view]: what was chosen is brought into sight within its own scrolling region, once, when the page has come; the page stays where it is.
for (const chosen of document.querySelectorAll("[data-into-view]")) {
  const region = chosen.closest("[role=region]"), whole = region.getBoundingClientRect(), at = chosen.getBoundingClientRect();
  if (at.left < whole.left || at.right > whole.right) region.scrollLeft += at.left - whole.left - (whole.width - at.width) * 0.75;
}
