// The acts by tab: a button each; what should happen then is said above.

import { said, word } from "/page/language.js";

const tabs = document.getElementById("tabs");
const acts = document.getElementById("acts");
const now = document.getElementById("now");
const expect = document.getElementById("expect");
const title = document.getElementById("expect-title");
const text = document.getElementById("expect-text");
let all = [];
let tab = "scanner";
let pointed = [];
let telling = { title: "now", word: "welcome", text: null, no: false };
let busy = "";
let whenDrawn = () => {};

export const shownTab = () => tab;

export function open(given, onDrawn) {
  all = given;
  whenDrawn = onDrawn;
  draw();
}

export function draw() {
  tabs.replaceChildren(...[...new Set(all.map((a) => a.tab))].map(tabButton));
  acts.replaceChildren(...all.filter((a) => a.tab === tab).map(actButton));
  tell();
  whenDrawn();
}

// The tour points at acts; the first of them brings its tab to the front.
export function pointAt(names, show) {
  pointed = names;
  const first = all.find((a) => a.name === names[0]);
  if (show && first) {
    tab = first.tab;
  }
  draw();
}

function tabButton(name) {
  const button = document.createElement("button");
  const dot = document.createElement("span");
  dot.className = "dot";
  dot.dataset.dot = name;
  button.type = "button";
  button.setAttribute("role", "tab");
  button.setAttribute("aria-selected", name === tab);
  button.dataset.tab = name;
  button.append(dot, word(`tab.${name}`));
  if (name !== tab && all.some((a) => a.tab === name && pointed.includes(a.name))) button.classList.add("pointed");
  button.addEventListener("click", () => { tab = name; draw(); });
  return button;
}

function actButton(act) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = act.tone;
  button.dataset.act = act.name;
  button.textContent = said(act.label);
  button.setAttribute("aria-busy", busy === act.name);
  button.disabled = busy !== "";
  if (pointed.includes(act.name)) button.classList.add("pointed");
  button.addEventListener("click", () => perform(act));
  return button;
}

async function perform(act) {
  busy = act.name;
  telling = { title: "busy", word: "", text: act.label, no: false };
  draw();
  try {
    const answer = await fetch(`/acts/${act.name}`, { method: "POST" });
    const told = await answer.json();
    telling = { title: "now", word: "", text: told.text, no: !told.done };
  } catch {
    telling = { title: "now", word: "gone", text: null, no: true };
  }
  busy = "";
  draw();
}

function tell() {
  now.classList.toggle("no", telling.no);
  title.textContent = word(telling.title);
  expect.classList.toggle("welcome", telling.word === "welcome");
  text.textContent = telling.text ? said(telling.text) : word(telling.word);
}
