// Forms marked data-outbox="kind" on the page of a visit are kept on the phone first and sent from there. What a form needs is asked here
// as well, so that nothing is kept which the server would refuse.
const box = window.portalOutbox;
const line = document.querySelector("[data-sync]");
const STEPS = ["accept", "set_off", "arrive", "decline", "finish"];
const AMOUNT = /^\d{1,7}([.,，。]\d{1,2})?$/;

function lacks(form, submitter) {
  const outcome = (form.querySelector("input[name=outcome]:checked") || {}).value;
  for (const input of form.querySelectorAll("[data-needed], [data-needed-for]")) {
    const needed = input.matches("[data-needed]") || (input.dataset.neededFor || "").split(" ").includes(outcome);
    if (needed && !(input.type === "file" ? input.files.length : input.value.trim())) return [input, line.dataset.needed];
    if (input.matches("[data-amount]") && input.value.trim() && !AMOUNT.test(input.value.trim())) return [input, line.dataset.amount];
  }
  const open = [...form.querySelectorAll("fieldset")].find(set => set.querySelector("input[type=radio]") && !set.querySelector("input:checked") && !/unsigned/.test(set.id));
  if (open) return [open.querySelector("input"), line.dataset.choose];
  if (submitter && submitter.name === "answer" && submitter.value === "no" && isUnexplained(form)) return [form.querySelector("[name=note]"), line.dataset.explain];
  const pad = form.querySelector("[data-needs-pad]");
  if (pad && !form.querySelector("input[name=picture]").files.length && !form.querySelector("input[name=unsigned]:checked")) return [form.querySelector("[name=name]"), line.dataset.unsigned];
  return null;
}

// A "no" needs words or a photo, taken now or before.
function isUnexplained(form) {
  return !form.querySelector("[name=note]").value.trim() && !form.querySelector("[name=photos]").files.length && !form.querySelector(".photos-small .photo");
}

function complain([input, sentence]) {
  input.closest("details")?.setAttribute("open", "");
  input.setCustomValidity(sentence);
  input.reportValidity();
  input.addEventListener("input", () => input.setCustomValidity(""), { once: true });
  document.addEventListener("input", () => input.setCustomValidity(""), { once: true });
}

function split(form, submitter) {
  const data = new FormData(form), fields = [], files = [];
  for (const [name, value] of data) {
    if (typeof value === "string") { if (name !== "key") fields.push([name, value]); }
    else if (value.size) files.push(Object.assign(value, { field: name }));
  }
  if (submitter && submitter.name && !data.has(submitter.name)) fields.push([submitter.name, submitter.value]);
  return { fields, files };
}

async function keep(form, kind, { fields, files }) {
  const work = document.querySelector("#work[data-visit]");
  const item = { person: Number(line.dataset.person), visit: Number(work.dataset.visit), kind, title: work.dataset.title };
  const place = form.querySelector("[data-place-consent]:checked") ? await whereAmI() : [];
  // Photos go one by one: a weak network brings each of them through.
  const parts = kind.startsWith("photos_") ? files.map(file => [file]) : [files];
  for (const part of parts.length ? parts : [[]]) await box.add({ ...item, fields: [...fields, ...place] }, part);
}

function whereAmI() {
  return new Promise(done => {
    const none = () => done([]);
    setTimeout(none, 8000);
    navigator.geolocation.getCurrentPosition(({ coords }) => done([["latitude", coords.latitude], ["longitude", coords.longitude], ["accuracy", Math.round(coords.accuracy)]]), none, { timeout: 7000, maximumAge: 60000 });
  });
}

function undoneHere(items, kind) {
  const last = items.filter(i => i.state === "waiting" && STEPS.includes(i.kind)).pop();
  return kind === "undo" && last ? last : null;
}

const running = new Set();

document.addEventListener("submit", event => {
  const form = event.target, kind = form.dataset && form.dataset.outbox;
  if (!kind || !line || !box || !box.usable || box.state.broken) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  if (running.has(form)) return;
  const wrong = lacks(form, event.submitter);
  if (wrong) return complain(wrong);
  running.add(form);
  line.dispatchEvent(new CustomEvent("portal:tapped"));
  store(form, kind, split(form, event.submitter)).finally(() => {  // what it says is taken with the tap
    running.delete(form);
    document.dispatchEvent(new CustomEvent("portal:outbox"));
  });
}, true);

async function store(form, kind, said) {
  try {
    if (await window.portalVisit.locked(form, kind)) return;
    const items = (await box.all()).filter(i => i.visit === Number(document.querySelector("#work").dataset.visit));
    const step = undoneHere(items, kind);
    if (step && !box.state.sending && await box.remove(step.n, i => i.state !== "waiting")) { /* it had not left yet */ }
    else if (!STEPS.includes(kind) || !items.some(i => i.kind === kind && i.state === "waiting")) await keep(form, kind, said);
  } catch (wrong) {
    window.alert(line.dataset.notKept);
    return;
  }
  window.portalSteady.steady(() => {
    form.reset();
    for (const part of [form.closest("details"), ...form.querySelectorAll("details")]) part?.removeAttribute("open");
    form.dispatchEvent(new CustomEvent("portal:kept", { bubbles: true }));
  });
  await window.portalVisit.draw();
  if (STEPS.includes(kind)) window.scrollTo(0, 0);  // what is next stands on top; the browser would stay at what was below
  await box.look();
  box.go();
}

window.portalForms = { running };
if (navigator.geolocation) document.querySelectorAll("[data-place]").forEach(label => { label.hidden = false; });
if (navigator.storage && navigator.storage.persist && line) setTimeout(() => navigator.storage.persist());
