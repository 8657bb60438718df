// The clock of live regions: `portal:tick` on document. Regions carry data-live ("fast" for queues and boards).
// While wake.js is told when to ask, fast regions ask by themselves only now and then.
const FAST = 2500, SLOW = 5000, WOKEN = 20000, LONGEST = 60000, SPREAD = 700;
let timer, failures = 0, heard = new Date(), woken = false;

const pace = () => woken ? WOKEN * (0.8 + Math.random() * 0.4) : FAST - 500 + Math.random() * 1000;
const every = () => document.querySelector('[data-live="fast"]') ? pace() : SLOW;

function plan() {
  clearTimeout(timer);
  if (!document.hidden) timer = setTimeout(tick, Math.min(every() * 2 ** failures, LONGEST));
}

function tick() {
  if (document.hidden) return;
  document.dispatchEvent(new CustomEvent("portal:tick"));
  plan();
}

function note(ok) {
  failures = ok ? 0 : failures + 1;
  if (ok) heard = new Date();
  show(ok);
  plan();
}

function show(ok) {
  for (const dot of document.querySelectorAll("[data-live-dot]")) {
    const time = heard.toLocaleTimeString("en-GB", {timeZone: dot.dataset.zone, hour: "2-digit", minute: "2-digit"});
    const words = (ok ? dot.dataset.ok : dot.dataset.lost).replace("{time}", time);
    if (dot.textContent !== words) dot.textContent = words;
    dot.setAttribute("data-ui-state", ok ? "ok" : "lost");
  }
}

const isLive = event => event.detail?.ctx?.sourceElement?.hasAttribute("data-live");

document.addEventListener("htmx:after:request", event => {
  const status = event.detail.ctx.response?.status ?? 0;
  if (isLive(event)) note(status < 500 && status !== 429);
});
document.addEventListener("htmx:error", event => { if (isLive(event)) note(false); });
document.addEventListener("portal:wake", event => {
  const before = woken;
  woken = event.detail !== "lost";
  if (woken) { clearTimeout(timer); timer = setTimeout(tick, Math.random() * SPREAD); }
  else if (before) plan();
});
document.addEventListener("visibilitychange", () => document.hidden ? clearTimeout(timer) : tick());
window.addEventListener("online", tick);
window.addEventListener("offline", () => note(false));
window.addEventListener("pageshow", event => { if (event.persisted) tick(); });
plan();
