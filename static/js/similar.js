// [data-similar="address"] inside a form: asks the address with the form's words while somebody types, and shows the answer.
for (const place of document.querySelectorAll("[data-similar]")) {
  const form = place.closest("form");
  let timer;
  form.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(async () => {
      const body = new URLSearchParams();
      for (const name of ["problem", "suggestion"]) body.set(name, form.elements[name]?.value ?? "");
      const answer = await fetch(place.dataset.similar, { method: "POST", body }).catch(() => null);
      if (answer?.ok) place.innerHTML = await answer.text();
    }, 600);
  });
}
