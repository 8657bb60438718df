// The phone's own store of what is not delivered yet: IndexedDB, files as ArrayBuffers (WebKit fails on Blobs), apart from their items.
// An item: n, key, person, visit, kind, fields, at, title, state (waiting | refused | conflict | done), sentence, url, answeredAt.
const NAME = "portal-outbox", KEPT_DAYS = 2;
let opened;

function open() {
  opened = opened || new Promise((done, fail) => {
    const asked = indexedDB.open(NAME, 1);
    asked.onupgradeneeded = () => {
      asked.result.createObjectStore("items", { keyPath: "n", autoIncrement: true });
      asked.result.createObjectStore("files", { keyPath: ["n", "at"] });
    };
    asked.onsuccess = () => { asked.result.onversionchange = () => asked.result.close(); done(asked.result); };
    asked.onerror = () => fail(asked.error);
  });
  opened.catch(() => { opened = undefined; });
  return opened;
}

function whole(transaction) {
  return new Promise((done, fail) => {
    transaction.oncomplete = () => done();
    transaction.onerror = transaction.onabort = () => fail(transaction.error);
  });
}

const result = asked => new Promise((done, fail) => { asked.onsuccess = () => done(asked.result); asked.onerror = () => fail(asked.error); });

async function change(work) {
  const store = await open();
  let transaction;
  try { transaction = store.transaction(["items", "files"], "readwrite", { durability: "strict" }); }
  catch { transaction = store.transaction(["items", "files"], "readwrite"); }
  const finished = whole(transaction);
  const value = await work(transaction.objectStore("items"), transaction.objectStore("files"));
  await finished;
  tally();
  return value;
}

function newKey() {
  return [...crypto.getRandomValues(new Uint8Array(18))].map(n => n.toString(36).padStart(2, "0")).join("");
}

async function add(item, files) {
  const bytes = await Promise.all(files.map(async file => ({ name: file.field, filename: file.name, type: file.type, bytes: await file.arrayBuffer() })));
  const whole = { ...item, key: newKey(), at: new Date().toISOString(), state: "waiting", files: bytes.length };
  await change(async (items, parts) => {
    whole.n = await result(items.add(whole));
    bytes.forEach((file, at) => parts.add({ n: whole.n, at, ...file }));
  });
  return whole;
}

async function all() {
  const store = await open();
  return result(store.transaction("items").objectStore("items").getAll());
}

async function filesOf(n) {
  const store = await open();
  return result(store.transaction("files").objectStore("files").getAll(IDBKeyRange.bound([n, 0], [n, Infinity])));
}

// An item that another tab has answered meanwhile stays as it is.
async function put(n, values) {
  await change(async (items, files) => {
    const item = await result(items.get(n));
    if (!item) return;
    items.put({ ...item, ...values });
    if (values.state === "done" || values.state === "conflict") files.delete(IDBKeyRange.bound([n, 0], [n, Infinity]));
  });
}

async function remove(n, unless = () => false) {
  note(noted().filter(other => other !== n));
  return change(async (items, files) => {
    const item = await result(items.get(n));
    if (!item || unless(item)) return false;
    items.delete(n);
    files.delete(IDBKeyRange.bound([n, 0], [n, Infinity]));
    return true;
  });
}

// Delivered items stay two days without their files, so that a page kept from before still shows what was done.
async function sweep() {
  const old = new Date(Date.now() - KEPT_DAYS * 86400e3).toISOString();
  for (const item of await all()) if (item.state === "done" && item.answeredAt < old) await remove(item.n);
}

// A second list outside of the store, of the numbers that wait: one that the store knows no more, in no state, was thrown away by the phone.
const NOTED = "portal-outbox-waiting";

function note(numbers) {
  try { localStorage.setItem(NOTED, JSON.stringify(numbers)); } catch { /* private mode */ }
}

function noted() {
  try { return [].concat(JSON.parse(localStorage.getItem(NOTED) || "[]")); } catch { return []; }
}

async function tally() { note((await all()).filter(i => i.state === "waiting" || i.state === "refused").map(i => i.n)); }

async function thrownAway() {
  const waited = noted(), known = new Set((await all()).map(i => i.n));
  return waited.filter(n => !known.has(n)).length;
}

window.portalOutbox = { add, all, filesOf, put, remove, sweep, thrownAway, noted, NOTED, usable: "indexedDB" in window };
