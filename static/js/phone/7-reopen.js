// Today's visits can be reopened without network: the worker answers from a store of this person's pages, which is filled here.
const line = document.querySelector("[data-sync]");
const AGAIN = 10 * 60000;

function register() {
  const rules = { createScriptURL: address => { if (address !== line.dataset.worker) throw new TypeError(address); return address; } };
  const policy = window.trustedTypes ? trustedTypes.createPolicy("portal", rules) : rules;
  return navigator.serviceWorker.register(policy.createScriptURL(line.dataset.worker), { scope: "/" });
}

// The page comes first: others are fetched when nothing else is to be done.
const calm = () => new Promise(done => window.requestIdleCallback ? requestIdleCallback(done, { timeout: 4000 }) : setTimeout(done, 1500));

async function keepPages() {
  const name = `pages-${line.dataset.person}`;
  for (const other of await caches.keys()) if (other.startsWith("pages-") && other !== name) await caches.delete(other);
  const store = await caches.open(name);
  const paths = ["/visits/today", "/field/outbox", ...[...document.querySelectorAll("a[href^='/visits/']")].map(a => a.getAttribute("href")).filter(href => /^\/visits\/\d+$/.test(href))];
  for (const path of [...new Set(paths)].slice(0, 24)) await keep(store, path);
  settled();
}

async function keep(store, path) {
  const answer = await fetch(path, { headers: { Accept: "text/html" }, redirect: "manual" });
  if (answer.ok) await store.put(path, answer);
}

async function keepThis() {
  if (!/^\/visits\/\d+$/.test(location.pathname)) return;
  const store = await caches.open(`pages-${line.dataset.person}`);
  await keep(store, location.pathname);
  for (const path of ["/visits/today", "/field/outbox"]) if (!await store.match(path)) await keep(store, path);
}

const visitsShown = () => [...document.querySelectorAll("a[href^='/visits/']")].map(a => a.pathname).join();

function due() {
  const mark = visitsShown();
  try {
    const [at, what] = JSON.parse(sessionStorage.getItem("portal-kept") || "[0, \"\"]");
    return what !== mark || Date.now() - at > AGAIN;
  } catch { return true; }
}

function settled() {
  try { sessionStorage.setItem("portal-kept", JSON.stringify([Date.now(), visitsShown()])); } catch { /* private mode */ }
}

if (line && window.caches && navigator.serviceWorker && window.isSecureContext) {
  calm().then(register).then(() => { if (navigator.onLine && (location.pathname !== "/visits/today" || due())) return location.pathname === "/visits/today" ? keepPages() : keepThis(); }).catch(() => {});
  document.addEventListener("portal:all-delivered", () => keepThis().catch(() => {}));
}
