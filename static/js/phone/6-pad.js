// A place to sign: [data-pad] with a canvas, beside input[type=file][name=picture]. And words that are shown large as they are typed.
// Its room is there from the start; the canvas itself is made when it comes near: three of them cost a slow phone half a second.
function make(pad) {
  pad.setAttribute("data-ui-pad", "");
  const canvas = pad.querySelector("canvas"), form = pad.closest("form"), input = form.querySelector("input[name=picture]");
  const drawn = new SignaturePad(canvas, { backgroundColor: "rgb(255,255,255)", penColor: "rgb(0,0,30)", minWidth: 1, maxWidth: 3 });
  const fit = () => {
    const width = canvas.offsetWidth, ratio = Math.max(window.devicePixelRatio || 1, 1);
    if (!width || (canvas.width === Math.round(width * ratio) && canvas.hasAttribute("width"))) return;
    const lines = drawn.toData();
    canvas.width = Math.round(width * ratio);
    canvas.height = Math.round(canvas.offsetHeight * ratio);
    canvas.getContext("2d").scale(ratio, ratio);
    drawn.clear();
    drawn.fromData(lines);
  };
  const clear = () => { drawn.clear(); input.files = new DataTransfer().files; pad.removeAttribute("data-ui-signing"); };
  fit();
  new ResizeObserver(fit).observe(canvas);
  document.addEventListener("htmx:after:swap", fit);
  drawn.addEventListener("endStroke", () => { pad.setAttribute("data-ui-signing", ""); take(canvas, input); });
  pad.querySelector("[data-sign-clear]").addEventListener("click", clear);
  form.addEventListener("portal:kept", clear);
}

const near = window.IntersectionObserver && matchMedia("(scripting: enabled)").matches ? new IntersectionObserver(seen => {
  for (const { target, isIntersecting } of seen) if (isIntersecting) { near.unobserve(target); if (!target.hasAttribute("data-ui-pad")) make(target); }
}, { rootMargin: "600px" }) : null;

function attach() {
  for (const pad of document.querySelectorAll("[data-pad]:not([data-ui-pad])")) if (!pad.closest("details:not([open])")) near ? near.observe(pad) : make(pad);
}

// At once, not by a promise: the form may be sent with the next tap.
function take(canvas, input) {
  const text = atob(canvas.toDataURL("image/png").split(",")[1]), bytes = Uint8Array.from(text, letter => letter.charCodeAt(0)), box = new DataTransfer();
  box.items.add(new File([bytes], "signature.png", { type: "image/png" }));
  input.files = box.files;
}

function mirror() {
  for (const place of document.querySelectorAll("[data-mirror]")) {
    const words = place.dataset.mirror.split(" ").map(id => (document.getElementById(id) || {}).value || "").filter(Boolean);
    if (place.dataset.unit && words.length > 1) words[words.length - 1] += ` ${place.dataset.unit}`;
    place.textContent = words.join(document.documentElement.lang === "en" ? ", " : "，");
  }
  const words = document.getElementById("sign-words"), result = document.getElementById("finish-result");
  if (words && result && !result.dataset.uiTyped) result.value = words.value;
}

document.addEventListener("input", event => {
  if (event.target.id === "finish-result") event.target.setAttribute("data-ui-typed", "");
  if (event.target.closest("form")) mirror();
});
// Where one can sign, the reasons for no signature stay folded until one is chosen.
function fold() {
  for (const part of document.querySelectorAll("[data-open-without-scripts]")) part.open = part.querySelector("input:checked, .field-error") !== null;
}

document.addEventListener("htmx:after:swap", attach);
document.addEventListener("toggle", attach, true);  // what is folded away is not measured
document.addEventListener("htmx:after:swap", fold);
if (window.SignaturePad) attach();
fold();
