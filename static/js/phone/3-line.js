// The line under the top of the page: everything uploaded, n to upload, n need a look, no network; and the list of the outbox page.
const box = window.portalOutbox;
const line = document.querySelector("[data-sync]");
const words = line && line.querySelector("[data-sync-words]");
const say = (name, number) => line.dataset[name].replace("{}", number);

async function draw() {
  const items = (await box.all()).filter(i => i.person === Number(line.dataset.person));
  const waiting = items.filter(i => i.state === "waiting").length, wrong = items.filter(i => i.state === "refused" || i.state === "conflict").length;
  const { signedOut, others, sending, lost, low } = box.state, parts = [];
  if (!navigator.onLine) parts.push(say("offline"));
  if (wrong) parts.push(say("attention", wrong));
  if (waiting) parts.push(say("waiting", waiting));
  if (waiting && !navigator.onLine) parts.push(say("goOn"));
  if (waiting && navigator.onLine && sending) parts.push(say("sending"));
  if (signedOut && waiting) parts.push(say("signedOut"));
  if (others) parts.push(say("others", others));
  if (lost) parts.push(say("lost", lost));
  if (low) parts.push(say("full"));
  line.setAttribute("data-ui-state", wrong || lost || signedOut ? "attention" : !navigator.onLine ? "offline" : waiting ? "waiting" : "done");
  line.setAttribute("data-ui-waiting", waiting);
  if (!parts.length && window.portalForms?.running.size) parts.push(say("sending"));  // tapped, not yet stored: not "all uploaded"
  words.textContent = parts.join(document.documentElement.lang === "en" ? ", " : "，") || say("done");
  list(items.filter(i => i.state !== "done"));
}

function list(items) {
  const place = document.querySelector("[data-outbox-list]");
  if (!place) return;
  const names = place.querySelector("[data-words]").dataset, pattern = place.querySelector("template");
  place.querySelector("[data-outbox-none]").hidden = items.length > 0;
  place.querySelector("ul").replaceChildren(...items.map(item => row(item, pattern, names)));
}

const camel = name => name.replace(/_(\w)/g, (_, letter) => letter.toUpperCase());

function row(item, pattern, names) {
  const made = pattern.content.cloneNode(true), find = name => made.querySelector(`[data-${name}]`);
  find("what").textContent = names[camel(item.kind)] || item.kind;
  find("state").textContent = names[camel(`state_${item.state}`)];
  find("where").textContent = `${item.title || ""} ${new Date(item.at).toTimeString().slice(0, 5)}`;
  find("why").textContent = item.sentence || "";
  find("why").hidden = !item.sentence;
  show(find("open"), item.state === "refused", `/visits/${item.visit}`);
  show(find("report"), item.state === "conflict" && item.url, item.url);
  show(find("retry"), item.state !== "conflict").onclick = () => mend(item, { state: "waiting", sentence: "" });
  show(find("hand-over"), item.state === "refused").onclick = () => mend(item, { state: "waiting", fields: [...item.fields, ["hand_over", item.sentence]], key: `${item.key.slice(0, 30)}-handed` });
  show(find("seen"), item.state === "conflict").onclick = () => box.remove(item.n).then(draw);
  return made;
}

function show(element, visible, href) {
  element.hidden = !visible;
  if (href) element.href = href;
  return element;
}

async function mend(item, values) {
  await box.put(item.n, values);
  await draw();
  box.go();
}

if (line && box.usable) {
  document.addEventListener("portal:outbox", draw);
  line.addEventListener("portal:tapped", () => { words.textContent = say("sending"); });
  window.addEventListener("online", draw);
  document.addEventListener("submit", async event => {
    if (!/\/sign-out$/.test(event.target.getAttribute("action") || "") || event.target.dataset.uiSure) return;
    const waiting = Number(line.getAttribute("data-ui-waiting") ?? box.noted().length);  // also before the line was drawn
    if (waiting && !window.confirm(say("leave", waiting))) { event.preventDefault(); event.stopImmediatePropagation(); return; }
    if (window.caches) for (const name of await caches.keys()) if (name.startsWith("pages-")) caches.delete(name);
  }, true);
}
