// WeChat's bridge in a page, for a browser that stands for WeChat's window: it shows the sheet to pay on, and
// hands what was touched to window.simulatedWeChat, which answers as the simulator's /phone/bridge does.
"use strict";
window.WeixinJSBridge = {
  invoke(name, asked, done) {
    if (name !== "getBrandWCPayRequest") {
      done({ err_msg: "system:function_not_exist" });
      return;
    }
    const sheet = document.createElement("dialog");
    sheet.id = "wechat-sheet";
    for (const [act, words] of [["pay", "付款 Pay"], ["cancel", "✕"]]) {
      const button = document.createElement("button");
      button.textContent = words;
      button.id = `wechat-${act}`;
      button.addEventListener("click", async () => {
        sheet.remove();
        done(await window.simulatedWeChat({ ...asked, do: act }));
      });
      sheet.append(button);
    }
    document.body.append(sheet);
    sheet.showModal();
  },
};
document.dispatchEvent(new Event("WeixinJSBridgeReady"));
