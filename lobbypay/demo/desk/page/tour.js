// The guided tour: one step at a time, with what it points at, and a word once it is done.

import { said, word } from "/page/language.js";
import * as acts from "/page/acts.js";

const box = document.getElementById("tour");
const KEY = "lobbypay-desk-tour";
let steps = [];
let at = -1;
let done = new Set();
let state = null;

export function open(given) {
  steps = given;
  document.getElementById("tour-back").addEventListener("click", () => go(at - 1));
  document.getElementById("tour-next").addEventListener("click", () => go(at + 1));
  document.getElementById("tour-end").addEventListener("click", () => go(-1));
  document.getElementById("tour-button").addEventListener("click", () => go(at < 0 ? 0 : -1));
  const kept = Number(sessionStorage.getItem(KEY) ?? -1);
  if (kept >= 0 && kept < steps.length) go(kept);
}

export function follow(given) {
  state = given;
  if (at < 0) return;
  const step = steps[at];
  if (step.done.length && !done.has(at) && step.done.every(([path, value]) => found(path) === value)) {
    done.add(at);
    draw();
  }
}

export function draw() {
  const step = steps[at];
  box.hidden = at < 0;
  for (const place of document.querySelectorAll("[data-place]")) {
    place.classList.toggle("pointed", Boolean(step) && step.points_at === place.dataset.place);
  }
  if (!step) return;
  const count = `${at + 1} / ${steps.length}`;
  document.getElementById("tour-count").textContent = word("tour_step").replace("#", count);
  document.getElementById("tour-title").textContent = said(step.title);
  document.getElementById("tour-text").textContent = said(step.text);
  document.getElementById("tour-done").hidden = !done.has(at);
  document.getElementById("tour-back").disabled = at === 0;
  document.getElementById("tour-next").disabled = at === steps.length - 1;
}

function go(to) {
  at = to >= steps.length ? -1 : to;
  if (at >= 0) done.delete(at);
  sessionStorage.setItem(KEY, at);
  acts.pointAt(at < 0 ? [] : steps[at].acts, true);
  draw();
  if (state) follow(state);
}

// "payments.0.verdict" in the state; null for what is not there.
function found(path) {
  let here = state;
  for (const part of path.split(".")) here = here?.[part];
  return here ?? null;
}
