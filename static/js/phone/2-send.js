// Sends what waits, in order, one tab at a time; a key makes a second sending harmless. Nothing is ever dropped by an answer:
// network gone or 5xx: later; signed out: waits for sign-in; refused: that visit stops until it is mended; other visits go on.
const box = window.portalOutbox;
const line = document.querySelector("[data-sync]");
const FIRST = 2000, LONGEST = 60000, PATIENCE = 90000;
let wait = FIRST, timer, busy = false, again = false;

const state = { signedOut: false, others: 0, sending: false, lost: 0, low: false };

function changed() { document.dispatchEvent(new CustomEvent("portal:outbox", { detail: state })); }

async function body(item) {
  const form = new FormData();
  for (const [name, value] of item.fields) form.append(name, value);
  for (const [name, value] of [["visit", item.visit], ["person", item.person], ["kind", item.kind], ["device_at", item.at], ["sent_at", new Date().toISOString()]]) form.append(name, value);
  for (const file of await box.filesOf(item.n)) form.append(file.name, new Blob([file.bytes], { type: file.type }), file.filename);
  return form;
}

async function send(item) {
  const stop = new AbortController(), clock = setTimeout(() => stop.abort(), PATIENCE);
  try {
    const answer = await fetch(line.dataset.endpoint, {
      method: "POST", body: await body(item), headers: { "Idempotency-Key": item.key }, redirect: "manual", credentials: "same-origin", signal: stop.signal,
    });
    if (answer.type === "opaqueredirect" || answer.status === 401 || answer.status === 403) return { state: "signed_out" };
    if (answer.status >= 500 || answer.status === 429 || answer.status === 408) return { state: "later" };
    const said = (answer.headers.get("Content-Type") || "").startsWith("application/json") ? await answer.json() : { state: "refused", sentence: String(answer.status) };
    return said.state ? said : { state: "later" };
  } catch {
    return { state: "later" };
  } finally {
    clearTimeout(clock);
  }
}

async function next() {
  const items = await box.all(), person = Number(line.dataset.person);
  const stopped = new Set(items.filter(i => i.state === "refused").map(i => i.visit));
  state.others = items.filter(i => i.state === "waiting" && i.person !== person).length;
  return items.find(i => i.state === "waiting" && i.person === person && !stopped.has(i.visit));
}

async function drain() {
  const { others } = state;
  let item, delivered = 0, tried = false;
  while ((item = await next())) {
    state.sending = tried = true;
    changed();
    const said = await send(item);
    if (said.state === "later") { later(); break; }
    if (said.state === "signed_out" || said.state === "other_person") { state.signedOut = true; break; }
    wait = FIRST;
    state.signedOut = false;
    await box.put(item.n, { state: said.state, sentence: said.sentence || "", url: said.url || "", answeredAt: said.at || new Date().toISOString() });
    if (said.state === "done") delivered += 1;
    try { localStorage.setItem("portal-outbox-last", new Date().toISOString()); } catch { /* private mode */ }
  }
  state.sending = false;
  if (tried || state.others !== others) changed();
  if (delivered && !item) document.dispatchEvent(new CustomEvent("portal:all-delivered"));
}

function later() {
  clearTimeout(timer);
  timer = setTimeout(go, wait);
  wait = Math.min(wait * 2, LONGEST);
}

async function go() {
  if (busy) { again = true; return; }
  busy = true;
  try {
    if (navigator.locks) await navigator.locks.request("portal-outbox", { ifAvailable: true }, lock => lock ? drain() : later());
    else await drain();
  } catch { later(); } finally { busy = false; }
  if (again) { again = false; go(); }
}

async function look() {
  state.lost = await box.thrownAway();
  if (navigator.storage && navigator.storage.estimate) {
    const { usage, quota } = await navigator.storage.estimate();
    state.low = quota > 0 && (usage / quota > 0.9 || quota - usage < 40e6);
  }
  changed();
}

if (line && box.usable) {
  Object.assign(box, { go, look, state });
  setTimeout(() => look().then(go).catch(() => { state.broken = true; changed(); }));  // a task of its own
  setTimeout(() => box.sweep().catch(() => {}), 15000);  // old deliveries are nobody's hurry
  for (const name of ["online", "pageshow", "focus"]) window.addEventListener(name, () => { wait = FIRST; go(); });
  window.addEventListener("offline", changed);
  window.addEventListener("storage", event => { if (event.key === box.NOTED) changed(); });  // another page has sent or kept something
  document.addEventListener("visibilitychange", () => { if (!document.hidden) { wait = FIRST; go(); } });
  setInterval(go, 30000);
}
