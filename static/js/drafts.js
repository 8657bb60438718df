// Text typed into form[data-draft-url] is kept on the server: after two seconds of rest, and on leaving.
// [data-draft-state] inside the form says so in the words of data-saving, data-saved, data-failed.
const REST = 2000;
const waiting = new Map();

function body(form) {
  const text = [...new FormData(form)].filter(([, value]) => typeof value === "string");
  return new URLSearchParams(text);
}

function say(form, word) {
  const place = form.querySelector("[data-draft-state]");
  if (place) place.textContent = place.dataset[word] || "";
}

function forget(form) {
  clearTimeout(waiting.get(form));
  waiting.delete(form);
}

async function keep(form) {
  forget(form);
  say(form, "saving");
  try {
    const answer = await fetch(form.dataset.draftUrl, { method: "POST", body: body(form), keepalive: true });
    if (!answer.ok || answer.redirected) throw new Error(answer.status);
    if (!waiting.has(form)) say(form, "saved");
  } catch {
    say(form, "failed");
    if (form.isConnected && !waiting.has(form)) waiting.set(form, setTimeout(keep, REST * 5, form));
  }
}

document.addEventListener("input", event => {
  const form = event.target.closest("form[data-draft-url]");
  if (!form) return;
  clearTimeout(waiting.get(form));
  waiting.set(form, setTimeout(keep, REST, form));
});
document.addEventListener("submit", event => forget(event.target));
const keepAll = () => [...waiting.keys()].forEach(keep);
window.addEventListener("pagehide", keepAll);
document.addEventListener("visibilitychange", () => { if (document.hidden) keepAll(); });
