// /diag: what this phone can do, for a technician and for support.
const place = document.querySelector("[data-diag]");

async function facts() {
  const box = window.portalOutbox, yes = place.dataset.yes, no = place.dataset.no, tell = ok => ok ? yes : no, mega = bytes => Math.round(bytes / 1e6);
  const { usage = 0, quota = 0 } = navigator.storage && navigator.storage.estimate ? await navigator.storage.estimate() : {};
  const items = box.usable ? await box.all().catch(() => null) : null;
  const cached = window.caches ? (await Promise.all((await caches.keys()).filter(n => n.startsWith("pages-")).map(async n => (await (await caches.open(n)).keys()).length))).reduce((a, b) => a + b, 0) : 0;
  let last = null;
  try { last = localStorage.getItem("portal-outbox-last"); } catch { /* private mode */ }
  return {
    engine: navigator.userAgent, store: tell(items), room: place.dataset.of.replace("{}", mega(usage)).replace("{}", mega(quota)),
    lasting: tell(navigator.storage && navigator.storage.persisted && await navigator.storage.persisted()), worker: tell(navigator.serviceWorker && navigator.serviceWorker.controller),
    locks: tell(navigator.locks), camera: tell(window.FileReader && window.DataTransfer), small: tell(window.createImageBitmap), place: tell(navigator.geolocation),
    skew: place.dataset.seconds.replace("{}", Math.round((Date.now() - Date.parse(place.dataset.now)) / 1000)), online: tell(navigator.onLine),
    waiting: items ? items.filter(i => i.state !== "done").length : "–", last: last ? new Date(last).toLocaleString(document.documentElement.lang, { hourCycle: "h23" }) : place.dataset.never, cached,
  };
}

if (place) facts().then(known => { for (const [name, words] of Object.entries(known)) place.querySelector(`[data-fact="${name}"]`).textContent = words; });
