// Puts the page together: what it is told once, and what is so, as often as that changes.

import * as language from "/page/language.js";
import * as acts from "/page/acts.js";
import * as books from "/page/books.js";
import * as glass from "/page/glass.js";
import * as seen from "/page/seen.js";
import * as tour from "/page/tour.js";

// "/kiosk" and "/desk" show one part, each in a window of its own; "/" shows both.
const view = location.pathname.slice(1);
document.documentElement.dataset.view = view;

let state = null;
let staff = [];
let role = 0;

const told = await (await fetch("/desk.json")).json();
staff = told.staff;
language.useWords(told.words);
if (view !== "desk") glass.open(told.size);
nameWindow();
acts.open(told.acts, () => drawState(true));
tour.open(told.tour);
drawStaff();
document.getElementById("language").addEventListener("click", () => {
  language.choose(language.toggled());
  acts.draw();
  tour.draw();
  glass.showCover();
  nameWindow();
  drawStaff();
  drawState(true);
});

const events = new EventSource("/events");
events.addEventListener("message", (event) => {
  state = JSON.parse(event.data);
  glass.follow(state.kiosk);
  tour.follow(state);
  drawState(false);
});

function nameWindow() {
  const part = { kiosk: "window", desk: "title" }[view];
  document.title = part ? `LobbyPay · ${language.word(part)}` : "LobbyPay";
}

function drawState(anew) {
  if (!state) return;
  seen.draw(acts.shownTab(), state, anew);
  books.draw(state.payments);
  document.body.dataset.screen = state.kiosk.screen;
}

// The links open the pages of one role, which is chosen beside them.
function drawStaff() {
  const nav = document.getElementById("staff");
  nav.hidden = staff.length === 0;
  const roles = document.createElement("select");
  roles.id = "role";
  roles.setAttribute("aria-labelledby", "staff-title");
  staff.forEach((one, place) => roles.add(new Option(language.said(one.role), place, false, place === role)));
  roles.addEventListener("change", () => {
    role = roles.selectedIndex;
    drawStaff();
    document.getElementById("role").focus();
  });
  const links = staff.length === 0 ? [] : staff[role].pages.map((page) => {
    const link = document.createElement("a");
    link.href = `${page.href}?lang=${language.chosen()}`;
    link.target = "_blank";
    link.rel = "noopener";
    link.textContent = language.said(page.label);
    return link;
  });
  nav.replaceChildren(nav.firstElementChild, roles, ...links);
}
