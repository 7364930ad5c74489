// Only photos that were taken are sent: a walk may have hundreds of meters.
for (const form of document.querySelectorAll("form.walk")) {
  form.addEventListener("submit", () => {
    for (const input of form.querySelectorAll("input[type=file]")) input.disabled = !input.files.length;
  });
}
window.addEventListener("pageshow", () => {
  for (const input of document.querySelectorAll("form.walk input[type=file]")) input.disabled = false;
});
