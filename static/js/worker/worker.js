// Lets the pages of today be reopened without network. It never touches what is sent: that is the outbox's work, in the page.
const FILES = "files-" + NEEDED.join().replace(/[^0-9a-f]/g, "").slice(-40), PATIENCE = 6000;

self.addEventListener("install", event => event.waitUntil(caches.open(FILES).then(store => store.addAll(NEEDED)).then(() => self.skipWaiting())));

self.addEventListener("activate", event => event.waitUntil((async () => {
  for (const name of await caches.keys()) if (name.startsWith("files-") && name !== FILES) await caches.delete(name);
  await self.clients.claim();
})()));

self.addEventListener("fetch", event => {
  const asked = event.request, address = new URL(asked.url);
  if (asked.method !== "GET" || address.origin !== location.origin) return;
  if (address.pathname.startsWith("/static/")) event.respondWith(file(asked));
  else if (asked.mode === "navigate" && /^\/(visits\/(today|\d+)|field\/outbox|diag)?$/.test(address.pathname)) event.respondWith(pageOf(asked, address));
});

async function file(asked) {
  const kept = await caches.match(asked);
  if (kept) return kept;
  const answer = await fetch(asked);
  if (answer.ok) {
    const copy = answer.clone();
    caches.open(FILES).then(store => store.put(asked, copy)).catch(() => {});
  }
  return answer;
}

async function pageOf(asked, address) {
  const stop = new AbortController(), clock = setTimeout(() => stop.abort(), PATIENCE);
  try {
    return await fetch(asked, { signal: stop.signal });
  } catch (gone) {
    const kept = await caches.match(address.pathname) || await caches.match("/visits/today");
    if (kept) return kept;
    throw gone;
  } finally {
    clearTimeout(clock);
  }
}
