// Where the server can say "ask now" (meta name="wake" holds the address), a held stream stands in for most polls: live.js hears
// `portal:wake` with detail open | now | lost. Only while the page is seen; whatever goes wrong, polling goes on as without it.
const address = document.querySelector('meta[name="wake"]')?.content;
const LATER = 60000;
let stream, again;

const tell = detail => document.dispatchEvent(new CustomEvent("portal:wake", { detail }));

function open() {
  clearTimeout(again);
  if (stream || document.hidden || !document.querySelector("[data-live]")) return;
  stream = new EventSource(address, { withCredentials: true });
  stream.onopen = () => tell("open");
  stream.onmessage = () => tell("now");
  stream.onerror = () => {
    tell("lost");
    if (stream?.readyState !== EventSource.CLOSED) return;
    close();
    again = setTimeout(open, LATER);
  };
}

function close() {
  clearTimeout(again);
  stream?.close();
  stream = undefined;
}

if (address && window.EventSource) {
  document.addEventListener("visibilitychange", () => document.hidden ? (close(), tell("lost")) : open());
  window.addEventListener("pagehide", close);
  window.addEventListener("pageshow", open);
  open();
}
