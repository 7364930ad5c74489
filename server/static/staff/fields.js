// Fields that a browser labels in its own language, said in the page's: which file was chosen, and the day
// or month as people write it here. The fields themselves stay the browser's, with its pickers.
(() => {
  const words = document.body.dataset;
  const language = document.documentElement.lang;
  const parts = { date: { year: "numeric", month: "long", day: "numeric" }, month: { year: "numeric", month: "long" } };

  function files(input) {
    const shown = document.createElement("span");
    shown.className = "file-pick";
    const button = Object.assign(document.createElement("span"), { className: "button quiet", textContent: words.fileChoose });
    const name = Object.assign(document.createElement("span"), { className: "file-name" });
    button.setAttribute("aria-hidden", "true");
    input.replaceWith(shown);
    shown.append(input, button, name);
    input.title = words.fileChoose; // the browser's own tip speaks its language
    const say = () => {
      name.textContent = [...input.files].map((file) => file.name).join(", ") || words.fileNone;
    };
    input.addEventListener("change", say);
    input.form?.addEventListener("reset", () => setTimeout(say));
    say();
  }

  function days(input) {
    const said = Object.assign(document.createElement("span"), { className: "day-said" });
    said.id = `${input.id || input.name}-said`;
    input.setAttribute("aria-describedby", [input.getAttribute("aria-describedby"), said.id].filter(Boolean).join(" "));
    input.after(said);
    const how = new Intl.DateTimeFormat(language === "en" ? "en-GB" : "zh-CN", { ...parts[input.type], timeZone: "UTC" });
    const say = () => {
      const at = /^\d{4}-\d{2}(-\d{2})?$/.test(input.value) ? new Date(input.value) : null;
      said.textContent = at ? how.format(at) : input.dataset.form || (input.type === "month" ? words.monthForm : words.dayForm) || "";
    };
    input.addEventListener("input", say);
    input.addEventListener("change", say);
    say();
  }

  function all(root) {
    if (words.fileChoose) for (const input of root.querySelectorAll("input[type=file]:not([title])")) files(input);
    for (const input of root.querySelectorAll("input[type=date], input[type=month]")) {
      if (!input.dataset.said) { input.dataset.said = "yes"; days(input); }
    }
  }
  all(document);
  document.body.addEventListener("htmx:load", (event) => all(event.detail.elt));
})();
