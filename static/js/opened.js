// [data-opened-url]: the page is before a person's eyes; said once. Scanners that only fetch the page do not come here.
for (const place of document.querySelectorAll("[data-opened-url]")) {
  fetch(place.dataset.openedUrl, { method: "POST", keepalive: true }).catch(() => {});
}
