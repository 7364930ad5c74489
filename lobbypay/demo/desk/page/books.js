// The last payments as journal, server and channel know them.

import { word } from "/page/language.js";

const body = document.getElementById("payments");
const none = document.getElementById("no-payments");
const TAKEN = ["approved", "paid"];
const UNSURE = ["pending", "unknown", "asking", "waiting"];

export function draw(payments) {
  none.hidden = payments.length > 0;
  body.closest("table").hidden = payments.length === 0;
  body.replaceChildren(...payments.map(row));
}

function row(payment) {
  const made = document.createElement("tr");
  made.dataset.payment = payment.id;
  made.append(
    cell(payment.reference), cell(`￥${payment.amount}`, "number"), cell(word(`method.${payment.method}`)),
    side(payment.journal, "journal"), side(payment.server, "server"), side(payment.channel, "channel"), verdict(payment.verdict),
  );
  return made;
}

function cell(text, className) {
  const made = document.createElement("td");
  made.textContent = text;
  if (className) made.className = className;
  return made;
}

function side(state, who) {
  const made = cell(word(`state.${state}`), TAKEN.includes(state) ? "taken" : UNSURE.includes(state) ? "unsure" : "");
  made.dataset[who] = state;
  return made;
}

function verdict(name) {
  const made = cell("");
  const pill = cell(word(`verdict.${name}`));
  const span = document.createElement("span");
  span.className = `pill ${name}`;
  span.textContent = pill.textContent;
  made.dataset.verdict = name;
  made.append(span);
  return made;
}
