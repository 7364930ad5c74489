// While the result is not known the page is asked for anew beside what is read of it, and is shown anew
// only when it says something else. What scripts write into [role=status], and why something was refused
// just now ([role=alert]), are no part of that.
"use strict";
const { everyS, address = location.pathname + location.search } = document.currentScript.dataset;

function told(page) {
  const main = page.querySelector("main")?.cloneNode(true);
  main?.querySelectorAll("[role=status], [role=alert]").forEach((one) => one.remove());
  const links = [...(main?.querySelectorAll("a") ?? [])].map((link) => link.getAttribute("href"));
  return [page.title, main?.textContent.trim(), ...links].join("\n");
}

async function look() {
  const answer = await fetch(address, { cache: "no-store" }).catch(() => null);
  if (answer !== null && (answer.ok || answer.status === 404)) {
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (told(page) !== told(document)) {
      location.replace(address);
      return;
    }
  }
  setTimeout(look, Number(everyS) * 1000);
}

setTimeout(look, Number(everyS) * 1000);
