// Pays in WeChat's own window. What its bridge says is believed of nothing but that nothing was paid: whether
// money came, the page asks our server (look_again.js).
"use strict";
const BRIDGE_WITHIN_MS = 5000;
const box = document.querySelector("[data-wechat-call]");
const button = box.querySelector("button");
const said = box.querySelector("[role=status]");

function pay() {
  button.disabled = true;
  said.textContent = "";
  WeixinJSBridge.invoke("getBrandWCPayRequest", JSON.parse(box.dataset.wechatCall), (result) => {
    const told = String(result?.err_msg).split(":")[1];
    button.disabled = told === "ok";
    said.textContent = box.dataset[told === "ok" || told === "cancel" ? told : "fail"];
  });
}

let patience;

function there() {
  clearTimeout(patience);
  pay();
}

function ready() {
  if (typeof WeixinJSBridge !== "undefined") {
    pay();
    return;
  }
  button.disabled = true;
  document.addEventListener("WeixinJSBridgeReady", there, { once: true });
  patience = setTimeout(() => {
    document.removeEventListener("WeixinJSBridgeReady", there);
    button.disabled = false;
    said.textContent = box.dataset.fail;
  }, BRIDGE_WITHIN_MS);
}

button.addEventListener("click", ready);
if (location.hash === "#pay") {
  history.replaceState(null, "", location.pathname);
  if ("atOnce" in box.dataset) ready();
}
