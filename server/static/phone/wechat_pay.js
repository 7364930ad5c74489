// Pays in WeChat's own window. What its bridge says is believed of nothing but that nothing was paid: whether
// money came, the page asks our server.
"use strict";
const box = document.querySelector("[data-wechat-call]");
const button = box.querySelector("button");
const said = box.querySelector("[role=status]");

function pay() {
  button.disabled = true;
  said.textContent = "";
  WeixinJSBridge.invoke("getBrandWCPayRequest", JSON.parse(box.dataset.wechatCall), (result) => {
    const told = result.err_msg.split(":")[1];
    if (told === "ok") {
      said.textContent = box.dataset.ok;
      setTimeout(() => location.reload(), 1500);
      return;
    }
    button.disabled = false;
    said.textContent = told === "cancel" ? box.dataset.cancel : box.dataset.fail;
  });
}

function ready(act) {
  if (typeof WeixinJSBridge === "undefined") {
    document.addEventListener("WeixinJSBridgeReady", act, { once: true });
  } else {
    act();
  }
}

button.addEventListener("click", () => ready(pay));
if (location.hash === "#pay") {
  history.replaceState(null, "", location.pathname);
  ready(pay);
}
