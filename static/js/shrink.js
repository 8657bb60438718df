// Photos in input[type=file][data-shrink] become JPEG of at most 1600 pixels before they are sent. Picking again adds;
// data-most limits how many; the list [data-previews="input's id"] shows them, each with a button data-remove names.
const LONGEST = 1600, QUALITY = 0.82;
const chosen = new WeakMap();
const working = new WeakMap();

async function shrink(file) {
  if (!file.type.startsWith("image/") && !/\.hei[cf]$/i.test(file.name)) return file;
  try {
    const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
    const scale = Math.min(1, LONGEST / Math.max(picture.width, picture.height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(picture.width * scale);
    canvas.height = Math.round(picture.height * scale);
    canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
    const blob = await new Promise(done => canvas.toBlob(done, "image/jpeg", QUALITY));
    if (!blob || (scale === 1 && blob.size >= file.size)) return file;
    return new File([blob], file.name.replace(/\.\w+$/, "") + ".jpg", { type: "image/jpeg" });
  } catch {
    return file;
  }
}

function put(input, files) {
  const box = new DataTransfer();
  files.forEach(file => box.items.add(file));
  input.files = box.files;
  chosen.set(input, files);
  preview(input, files);
}

function preview(input, files) {
  const list = document.querySelector(`[data-previews="${input.id}"]`);
  if (!list) return;
  list.replaceChildren(...files.map((file, index) => {
    const item = document.createElement("li"), picture = document.createElement("img"), remove = document.createElement("button");
    picture.src = URL.createObjectURL(file);
    picture.alt = file.name;
    picture.onload = () => URL.revokeObjectURL(picture.src);
    remove.type = "button";
    remove.textContent = list.dataset.remove || "×";
    remove.setAttribute("aria-label", `${remove.textContent} ${file.name}`);
    remove.onclick = () => { put(input, files.toSpliced ? files.toSpliced(index, 1) : files.filter((_, i) => i !== index)); input.focus(); };
    item.append(picture, remove);
    return item;
  }));
}

async function take(input) {
  const before = input.multiple ? chosen.get(input) || [] : [];
  const small = await Promise.all([...input.files].map(shrink));
  put(input, [...before, ...small].slice(0, Number(input.dataset.most) || 50));
}

document.addEventListener("change", event => {
  const input = event.target;
  if (!input.matches("input[type=file][data-shrink]") || !window.createImageBitmap || !window.DataTransfer) return;
  const form = input.form;
  const work = take(input).finally(() => { if (form && working.get(form) === work) working.delete(form); });
  if (form) working.set(form, work);
});

document.addEventListener("submit", event => {
  const form = event.target, work = working.get(form);
  if (!work) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  work.then(() => form.requestSubmit(event.submitter));
}, true);

document.addEventListener("reset", event => {
  for (const input of event.target.querySelectorAll("input[type=file][data-shrink]")) {
    chosen.delete(input);
    setTimeout(preview, 0, input, []);
  }
});
