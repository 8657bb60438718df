// The page of a visit moves on with what was done on the phone, whether it is delivered or not: sections of the present state ([data-at]),
// the checklist, photo counts, what is still missing, the next button.
const box = window.portalOutbox;
const NEXT = { accept: "accepted", set_off: "on_the_way", arrive: "on_site", decline: "declined" };
const PROGRESS = { scheduled: 0, accepted: 0, on_the_way: 1, on_site: 2, done: 5, partly_done: 5, no_access: 5, needs_specialist: 5 };
const SLOTS = ["before", "after", "defect"];
const MARKS = { yes: "check", no: "x", not_applicable: "minus" }, SVG = "http://www.w3.org/2000/svg";
const urls = new Map();
let shown = { gap: {} }, drawn = false;

const page = () => document.querySelector("#work[data-visit]");
// Writing what stands there already would lay the whole page out anew.
const write = (place, words) => { if (place.textContent !== words) place.textContent = words; };
const value = (item, name) => (item.fields.find(([n]) => n === name) || [])[1];

function work(items) {
  const root = page(), facts = { status: root.dataset.status, answers: {}, more: {}, removed: new Set(), signed: root.querySelector("[data-signed]") !== null || root.dataset.unsigned === undefined, lines: {} };
  const states = [];
  for (const item of items) {
    if (NEXT[item.kind] || item.kind === "finish") { states.push([facts.status, facts.step]); facts.status = NEXT[item.kind] || value(item, "outcome"); facts.step = item; }
    if (item.kind === "undo") { if (states.length) [facts.status, facts.step] = states.pop(); facts.undone = !states.length; }
    if (item.kind === "part_removed") facts.removed.add(value(item, "part"));
    if (item.kind === "answer") facts.answers[value(item, "item")] = item;
    if (item.kind.startsWith("photos_")) facts.more[item.kind.slice(7)] = (facts.more[item.kind.slice(7)] || 0) + item.files;
    if (item.kind === "sign") facts.signed = true;
    if (["part", "extra", "payment", "sign"].includes(item.kind)) (facts.lines[item.kind] = facts.lines[item.kind] || []).push(item);
  }
  return facts;
}

function gapOf(root, facts) {
  const gap = { items: [], reasons: [], photos: {} };
  for (const line of root.querySelectorAll("[data-item]")) {
    const item = facts.answers[line.dataset.item], answer = item ? value(item, "answer") || "" : line.dataset.answer;
    if (!answer && line.dataset.required !== undefined) gap.items.push(line);
  }
  for (const slot of root.querySelectorAll("[data-slot]")) {
    const lacking = Number(slot.dataset.minimum) - Number(slot.dataset.count) - (facts.more[slot.dataset.slot] || 0);
    if (lacking > 0) gap.photos[slot.dataset.slot] = lacking;
  }
  gap.open = gap.items.length > 0 || Object.keys(gap.photos).length > 0;
  return gap;
}

function sentence(gap, signed) {
  const place = document.querySelector("[data-gap]");
  if (!place) return "";
  const words = place.dataset, parts = [];
  const some = (name, number) => number && parts.push(words[number === 1 ? `${name}One` : name].replace("{}", number));
  some("items", gap.items.length);
  for (const slot of SLOTS) some(slot, gap.photos[slot]);
  if (!signed && !parts.length) parts.push(words.sign);
  write(place, parts.length ? words.lead.replace("{}", parts.join(words.join)) : words.none);
  return parts.length ? place.textContent : "";
}

function nextAct(gap, signed) {
  if (gap.photos.before) return ["before", "slot-before"];
  if (gap.items.length) return ["check", gap.items[0].id];
  const slot = SLOTS.find(name => gap.photos[name]);
  if (slot) return [slot, `slot-${slot}`];
  return signed ? ["finish", "finish"] : ["sign", "sign"];
}

function drawStates(root, facts, gap) {
  for (const part of document.querySelectorAll("[data-at]")) part.hidden = !part.dataset.at.split(" ").includes(facts.status);
  const at = facts.status === "on_site" && !gap.open ? (facts.signed ? 4 : 3) : PROGRESS[facts.status] || 0;
  root.querySelectorAll("[data-stepper] .step").forEach((step, n) => {
    step.className = `step step-${n < at ? "done" : n === at ? "now" : "ahead"}`;
    n === at ? step.setAttribute("aria-current", "step") : step.removeAttribute("aria-current");
  });
  for (const row of root.querySelectorAll("[data-part]")) row.hidden = facts.removed.has(row.dataset.part);
  undoLine(root, facts);
  const act = document.querySelector("[data-act]"), [name, id] = nextAct(gap, facts.signed);
  if (act) { write(act.querySelector("span"), act.dataset["words" + name[0].toUpperCase() + name.slice(1)]); act.setAttribute("href", `#${id}`); }
}

// What was done on the phone just now can be taken back here, whether it has left the phone or not.
function undoLine(root, facts) {
  const line = root.querySelector("[data-undo]");
  if (!line || !(facts.step || facts.undone)) return;
  const words = line.querySelector("[data-undo-words]"), name = facts.status.replace(/_(\w)/g, (_, letter) => letter.toUpperCase());
  line.hidden = !facts.step || Date.now() - Date.parse(facts.step.at) > line.dataset.undo * 60000;
  if (facts.step) words.textContent = `${words.dataset[name] || ""} ${new Date(facts.step.at).toTimeString().slice(0, 5)}`;
}

// The picture that the server would draw there, from the same file.
function mark(place, name, size) {
  const there = place.querySelector("use")?.getAttribute("href").split("#")[1];
  if (!name || there === name) { if (!name) place.replaceChildren(); return; }
  const made = document.createElementNS(SVG, "svg"), use = made.appendChild(document.createElementNS(SVG, "use"));
  for (const [key, value] of [["class", "icon"], ["width", size], ["height", size], ["aria-hidden", "true"]]) made.setAttribute(key, value);
  use.setAttribute("href", `${document.querySelector("use").getAttribute("href").split("#")[0]}#${name}`);
  place.replaceChildren(made);
}

function drawChecks(root, facts, waiting) {
  for (const line of root.querySelectorAll("[data-item]")) {
    const item = facts.answers[line.dataset.item];
    line.querySelector("[data-sync-mark]").hidden = !(item && waiting.has(item.n));
    if (!item) continue;
    const answer = value(item, "answer") || "", button = line.querySelector(".check-row");
    button.className = `check-row check-${answer || "open"}`;
    button.setAttribute("aria-pressed", answer === "yes");
    button.value = answer === "yes" ? "" : "yes";
    mark(line.querySelector("[data-mark]"), MARKS[answer], 18);
  }
}

// What the server does not show yet stands where it will show it: photos before the tile that takes more, the signature in its frame.
async function picturesOf(root, items) {
  const found = new Map();
  for (const item of items.filter(i => i.files && (i.kind.startsWith("photos_") || i.kind === "sign"))) {
    const pictures = (await box.filesOf(item.n)).map(file => photo(item, file));
    if (item.state === "done" && item.answeredAt > root.dataset.renderedAt && urls.has(`${item.n}-0`)) pictures.push(photo(item, { at: 0, filename: "" }));
    found.set(item.kind, [...(found.get(item.kind) || []), ...pictures]);
  }
  return found;
}

function drawPictures(root, found) {
  for (const list of root.querySelectorAll("[data-waiting-photos]")) {
    list.querySelectorAll(".is-waiting").forEach(row => row.remove());
    list.lastElementChild.before(...found.get(list.dataset.waitingPhotos) || []);
  }
  const frame = root.querySelector("[data-signed-picture]"), signed = (found.get("sign") || []).pop();
  if (signed) frame.replaceChildren(Object.assign(signed.firstChild, { className: "signature", alt: frame.dataset.alt, width: 320, height: 110 }));
}

function photo(item, file) {
  const key = `${item.n}-${file.at}`;
  if (!urls.has(key)) urls.set(key, URL.createObjectURL(new Blob([file.bytes], { type: file.type })));
  const row = document.createElement("li"), picture = document.createElement("img"), badge = document.createElement("span");
  row.className = "photo is-waiting";
  picture.src = urls.get(key);
  picture.alt = file.filename;
  picture.width = picture.height = 152;
  badge.className = "photo-badge";
  badge.textContent = item.state === "done" ? "✓" : document.querySelector("[data-sync]").dataset.stateWaiting;
  row.append(picture, badge);
  return row;
}

function drawLines(root, facts) {
  for (const place of root.querySelectorAll("[data-waiting]")) {
    if (facts.lines[place.dataset.waiting] || place.firstChild) place.replaceChildren(...(facts.lines[place.dataset.waiting] || []).map(item => {
      const row = document.createElement("p"), mark = document.createElement("span");
      row.textContent = ["name", "words", "quantity", "cents", "paid", "unsigned"].map(name => value(item, name)).filter(Boolean).join(" ");
      mark.className = "sync-mark";
      mark.textContent = item.state === "done" ? "✓" : document.querySelector("[data-sync]").dataset.stateWaiting;
      row.append(" ", mark);
      if (item.state === "waiting" && place.dataset.remove) row.append(" ", taker(item, place.dataset.remove));
      return row;
    }));
  }
}

// What is on its way at this moment is heard of first: a tap is never lost.
async function settled() {
  while (box.state.sending) await new Promise(done => document.addEventListener("portal:outbox", done, { once: true }));
}

// What has not left the phone yet is simply not sent.
function taker(item, words) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "button";
  button.textContent = words;
  button.onclick = async () => { await settled(); await box.remove(item.n, now => now.state !== "waiting"); await draw(); box.look(); };
  return button;
}

// One drawing after the other, so that an older state of the store never ends on top; whoever asks while one waits its turn gets that one.
let drawing = Promise.resolve(), queued = null;

function draw() {
  return queued = queued || (drawing = drawing.catch(() => {}).then(() => { queued = null; return drawNow(); }));
}

async function drawNow() {
  const root = page();
  if (!root || !document.querySelector("[data-sync]")) return;
  const person = Number(document.querySelector("[data-sync]").dataset.person);
  const mine = (await box.all()).filter(i => i.visit === Number(root.dataset.visit) && i.person === person);
  const items = mine.filter(i => i.state === "waiting" || i.state === "refused" || (i.state === "done" && i.answeredAt > root.dataset.renderedAt));
  const waiting = new Set(items.filter(i => i.state !== "done").map(i => i.n)), facts = work(items), gap = gapOf(root, facts);
  shown = { gap, facts };
  if (!mine.length && !drawn) return;  // the page is as the server has made it
  drawn = true;
  const pictures = await picturesOf(root, mine);
  window.portalSteady.steady(() => {
    drawStates(root, facts, gap);
    drawChecks(root, facts, waiting);
    drawLines(root, facts);
    sentence(gap, facts.signed);
    document.dispatchEvent(new CustomEvent("portal:drawn", { detail: facts }));
    drawPictures(root, pictures);
  });
}

// "Done" stays locked while something is missing; says what. Asks the store anew: the last tap may not be drawn yet.
async function locked(form, kind) {
  if (kind !== "finish" || ["no_access", "needs_specialist"].includes((form.querySelector("input[name=outcome]:checked") || {}).value)) return false;
  await draw();
  const wholly = form.querySelector("input[name=outcome]:checked").value === "done";
  const words = sentence(wholly ? shown.gap : { items: [], photos: {} }, shown.facts.signed);
  if (!wholly) sentence(shown.gap, shown.facts.signed);
  const place = form.querySelector("[data-locked]");
  place.hidden = !words;
  place.querySelector("span").textContent = words;
  return Boolean(words);
}

function typing() {
  const root = page();
  if ([...root.querySelectorAll("input[type=file]")].some(input => input.files.length)) return true;
  return [...root.querySelectorAll("textarea, input[type=text]")].some(input => input.value !== input.defaultValue && (input.id !== "finish-result" || input.dataset.uiTyped !== undefined)) || root.querySelector("[data-ui-signing]") !== null;
}

const occupied = () => typing() || window.portalForms.running.size > 0;
let renewal;

// Everything is delivered: the page shows what the server has made of it, unless somebody is writing or has just tapped, also meanwhile.
// While a finger is down it waits: what is being tapped stays under it.
function renew() {
  clearTimeout(renewal);
  if (window.portalSteady.pressed()) renewal = setTimeout(renew, 300);
  else if (page() && !occupied()) document.dispatchEvent(new CustomEvent("portal:delivered"));
}

document.addEventListener("portal:all-delivered", renew);
document.addEventListener("htmx:before:swap", event => {
  if (event.target.id !== "renewal") return;
  if (occupied() || window.portalSteady.pressed()) event.preventDefault();
  if (window.portalSteady.pressed()) renewal = setTimeout(renew, 300);
});
document.addEventListener("portal:outbox", draw);
document.addEventListener("htmx:after:swap", draw);
window.portalVisit = { draw, locked, mark };  // drawn first when the outbox has looked into its store
