// While the result is not known the page is asked for anew beside what is read of it, and is shown anew
// only when it says something else.
"use strict";
const EVERY_MS = Number(document.currentScript.dataset.everyS) * 1000;

function told(page) {
  const links = [...page.querySelectorAll("main a")].map((link) => link.getAttribute("href"));
  return [page.title, page.querySelector("main")?.textContent, ...links].join("\n");
}

async function look() {
  const answer = await fetch(location.href, { cache: "no-store" }).catch(() => null);
  if (answer !== null && (answer.ok || answer.status === 404)) {
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (told(page) !== told(document)) {
      location.reload();
      return;
    }
  }
  setTimeout(look, EVERY_MS);
}

setTimeout(look, EVERY_MS);
