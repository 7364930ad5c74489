// The kiosk's window, live and touchable, scaled to fit. It connects again by itself.

import RFB from "/novnc/core/rfb.js";
import { word } from "/page/language.js";

const AGAIN_MS = 1000;
const glass = document.getElementById("glass");
const cover = document.getElementById("glass-cover");
let connected = false;
let kiosk = { on: true, screen: "" };

export function open(size) {
  const root = document.documentElement.style;
  root.setProperty("--kiosk-wide", size[0]);
  root.setProperty("--kiosk-high", size[1]);
  connect();
}

export function follow(state) {
  kiosk = state;
  showCover();
}

function connect() {
  glass.replaceChildren();
  const rfb = new RFB(glass, `ws://${location.host}/window`, { wsProtocols: ["binary"] });
  rfb.scaleViewport = true;
  rfb.clipViewport = false;
  rfb.resizeSession = false;
  rfb.showDotCursor = false;
  rfb.background = "transparent";
  rfb.addEventListener("connect", () => { connected = true; showCover(); });
  rfb.addEventListener("disconnect", () => {
    connected = false;
    showCover();
    setTimeout(connect, AGAIN_MS);
  });
}

export function showCover() {
  const [title, text] = !kiosk.on ? ["window_off", "window_off_do"]
    : !connected ? ["window_lost", ""] : kiosk.screen === "" ? ["window_starting", ""] : ["", ""];
  cover.hidden = title === "";
  cover.firstElementChild.textContent = word(title);
  cover.lastElementChild.textContent = word(text);
}
