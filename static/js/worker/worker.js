// Lets the pages of today be reopened without network. It never touches what is sent: that is the outbox's work, in the page.
const FILES = "files-" + NEEDED.join().replace(/[^0-9a-f]/g, "").slice(-40), PATIENCE = 6000, AGAIN = 10 * 60000, MOST = 24;
const TODAY = "/visits/today", FIELD = /^\/(visits\/(today|\d+)|field\/outbox|diag)?$/, KEPT = /^\/(visits\/(today|\d+)|field\/outbox)$/;

self.addEventListener("install", event => event.waitUntil(caches.open(FILES).then(store => store.addAll(NEEDED)).then(() => self.skipWaiting())));

self.addEventListener("activate", event => event.waitUntil((async () => {
  for (const name of await caches.keys()) if (name.startsWith("files-") && name !== FILES) await caches.delete(name);
  await self.clients.claim();
})()));

self.addEventListener("fetch", event => {
  const asked = event.request, address = new URL(asked.url);
  if (asked.method !== "GET" || address.origin !== location.origin) return;
  if (address.pathname.startsWith("/static/")) event.respondWith(file(asked));
  else if (asked.mode === "navigate" && FIELD.test(address.pathname)) event.respondWith(pageOf(event, address));
});

self.addEventListener("message", event => event.waitUntil(keepDay(event.data).catch(() => {})));

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

async function pageOf(event, address) {
  const stop = new AbortController(), clock = setTimeout(() => stop.abort(), PATIENCE);
  try {
    const answer = await fetch(event.request, { signal: stop.signal });
    if (answer.ok && KEPT.test(address.pathname) && !address.search) event.waitUntil(keepSeen(address.pathname, answer.clone()).catch(() => {}));
    return answer;
  } catch (gone) {
    const kept = await caches.match(address.pathname) || await caches.match(TODAY);
    if (kept) return kept;
    throw gone;
  } finally {
    clearTimeout(clock);
  }
}

// Pages of one person at a time; whoever signs in next does not find those of the one before.
async function storeOf(person) {
  const name = `pages-${person}`;
  for (const other of await caches.keys()) if (other.startsWith("pages-") && other !== name) await caches.delete(other);
  return caches.open(name);
}

// What has just been shown is not asked for again: it says itself whose page it is.
async function keepSeen(path, answer) {
  const text = await answer.text(), person = (text.match(/ data-person="(\d+)"/) || [])[1];
  if (person) await put(await storeOf(person), path, new Response(text, answer));
}

async function put(store, path, answer) {
  const headers = new Headers(answer.headers);
  for (const name of ["Content-Encoding", "Content-Length"]) headers.delete(name);
  headers.set("X-Kept", Date.now());
  await store.put(path, new Response(answer.body, { headers }));
}

async function keep(store, path, anew = false) {
  const kept = await store.match(path);
  if (!anew && kept && Date.now() - kept.headers.get("X-Kept") < AGAIN) return;
  const answer = await fetch(path, { headers: { Accept: "text/html" }, redirect: "manual", priority: "low" });
  if (answer.ok) await put(store, path, answer);
}

// All of the day: the list, the outbox, and every visit in the list, one after the other; what was kept a short time ago stays.
let day = Promise.resolve();

function keepDay(wish) {
  return day = day.catch(() => {}).then(() => keepOne(wish));
}

async function keepOne({ person, anew }) {
  const store = await storeOf(person);
  for (const path of anew) if (KEPT.test(path)) await keep(store, path, true);
  for (const path of [TODAY, "/field/outbox"]) await keep(store, path);
  const list = await store.match(TODAY), paths = list ? (await list.text()).match(/\/visits\/\d+(?=")/g) || [] : [];
  for (const path of [...new Set(paths)].slice(0, MOST)) await keep(store, path);
}
