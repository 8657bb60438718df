// Today's visits can be reopened without network: the worker keeps this person's pages and answers from them. A page only asks it to,
// when it has long come to rest (or is put away): the worker fetches, one page after the other, beside the page and not in it.
const line = document.querySelector("[data-sync]");
const REST = 3000;

function register() {
  const rules = { createScriptURL: address => { if (address !== line.dataset.worker) throw new TypeError(address); return address; } };
  const policy = window.trustedTypes ? trustedTypes.createPolicy("portal", rules) : rules;
  return navigator.serviceWorker.register(policy.createScriptURL(line.dataset.worker), { scope: "/" });
}

const loaded = () => new Promise(done => document.readyState === "complete" ? done() : window.addEventListener("load", done, { once: true }));
const idle = () => new Promise(done => window.requestIdleCallback ? requestIdleCallback(done, { timeout: 5000 }) : setTimeout(done));

function rested() {
  return new Promise(done => {
    document.addEventListener("visibilitychange", done, { once: true });
    loaded().then(() => setTimeout(() => idle().then(done), REST));
  });
}

async function ask(anew) {
  const { active } = await navigator.serviceWorker.ready;
  if (navigator.onLine) active.postMessage({ person: line.dataset.person, anew });
}

if (line && window.caches && navigator.serviceWorker && window.isSecureContext) {
  const registered = rested().then(register);
  registered.then(() => ask([])).catch(() => {});
  document.addEventListener("portal:all-delivered", () => registered.then(() => ask([location.pathname, "/visits/today"])).catch(() => {}));
}
