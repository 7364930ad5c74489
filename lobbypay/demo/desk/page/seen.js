// Beside the acts of a tab: how the device looks now. And each tab's dot: well, faulty, off.

import { word } from "/page/language.js";

const place = document.getElementById("seen");
let drawn = "";

export function draw(tab, state, anew) {
  const rows = { scanner, phone, terminal, printer, network, kiosk }[tab](state);
  const key = JSON.stringify([tab, rows.key, document.documentElement.lang]);
  if (anew || key !== drawn) {
    drawn = key;
    place.replaceChildren(...rows.parts());
  }
  for (const [name, tone] of Object.entries(tones(state))) {
    const dot = document.querySelector(`[data-dot=${name}]`);
    if (dot) dot.className = `dot ${tone}`;
  }
}

function tones(state) {
  const fault = (is) => (is ? "fault" : "well");
  return {
    scanner: fault(state.camera.fault),
    phone: fault(state.phone.late),
    terminal: fault(state.terminal.faults.length || state.terminal.planned.some((p) => p !== "approve")),
    printer: fault(state.printer.faults.length),
    network: state.server.on && state.line === "well" ? "well" : "bad",
    kiosk: state.kiosk.on ? fault(state.clock !== 0) : "bad",
  };
}

function element(name, content, className) {
  const made = document.createElement(name);
  made.textContent = content;
  if (className) made.className = className;
  return made;
}

function picture(address, description) {
  const made = document.createElement("img");
  made.src = address;
  made.alt = description;
  return made;
}

function list(pairs) {
  const made = document.createElement("ul");
  for (const [left, right] of pairs) {
    const row = document.createElement("li");
    row.append(element("span", left), element("b", right));
    made.append(row);
  }
  return made;
}

function scanner(state) {
  const key = state.camera;
  const address = `/camera.jpg?${encodeURIComponent(JSON.stringify(key))}`;
  const shown = () => (key.fault === "unplugged" ? element("p", word("camera_gone"), "quiet") : picture(address, word("camera_sees")));
  return { key, parts: () => [element("h3", word("camera_sees")), shown()] };
}

function phone(state) {
  const { orders, late } = state.phone;
  return {
    key: state.phone,
    parts: () => [
      element("h3", word("phone_open")),
      orders.length
        ? list(orders.map((o) => [`${word(`method.${o.wallet}`)} · ${word(`state.${o.state}`)}`, `￥${o.amount}`]))
        : element("p", word("phone_none"), "quiet"),
      ...(late ? [element("p", word("phone_late"), "quiet")] : []),
    ],
  };
}

function terminal(state) {
  const { display, planned, faults } = state.terminal;
  const coming = [...planned, ...faults];
  return {
    key: state.terminal,
    parts: () => [
      element("h3", word("terminal_display")), element("p", word(`display.${display}`) || word("display.busy"), "display"),
      ...(coming.length ? [element("h3", word("terminal_planned")), list(coming.map((c) => [word(`behaviour.${c}`) || c, ""]))] : []),
    ],
  };
}

function printer(state) {
  const names = state.printer.receipts;
  const parts = () => {
    if (!names.length) return [element("h3", word("receipts")), element("p", word("receipts_none"), "quiet")];
    const row = element("div", "", "receipts");
    for (const name of names) {
      const link = document.createElement("a");
      link.href = `/receipts/${name}`;
      link.target = "_blank";
      link.append(picture(`/receipts/${name}`, word("receipts")));
      row.append(link);
    }
    return [element("h3", word("receipts")), row];
  };
  return { key: names, parts };
}

const running = (on) => word(on ? "on" : "off");

function network(state) {
  return {
    key: [state.kiosk.on, state.line, state.server],
    parts: () => [list([
      [word("line_kiosk"), running(state.kiosk.on)],
      [word("tab.network"), word(`line.${state.line}`)],
      [word("line_server"), running(state.server.on)],
    ])],
  };
}

function kiosk(state) {
  const clock = word(`clock.${state.clock}`);
  return {
    key: [state.kiosk.on, state.clock],
    parts: () => [list([[word("line_kiosk"), running(state.kiosk.on)], [word("clock_machine"), clock]])],
  };
}
