"""WeChat's own window: who opens a page, and the bridge that pages pay by.

Source: pay.weixin.qq.com/doc/v3/merchant/4012062925
"""

import time
from typing import Any

from contract.plain_text import whole_number
from simulators.channel_keys import APPID
from simulators.payment_channel.books import Ordered
from simulators.payment_channel.charging import ChargingBooks
from simulators.wechat_account.oauth import USUAL_PERSON, OAuth
from simulators.wechat_pay.signing import Signing

MARK = "in-app:"  # begins the name of an order that is paid in WeChat's window; then who pays
_SIGNED_WITHIN_S = 7200


def prepay_id(order: Ordered) -> str:
    return f"wx{order.code_url.rpartition(':')[2]}"


class Window:
    """``oauth``: of the account whose merchant it is."""

    def __init__(self, books: ChargingBooks, signing: Signing, secret: str) -> None:
        self._books, self._signing = books, signing
        self.oauth = OAuth(APPID, secret)

    def name_of(self, openid: str) -> str:
        """How the name of an order begins that this payer pays. Raises ValueError for nobody's."""
        if openid not in self.oauth.known:
            raise ValueError("payer.openid")
        return f"{MARK}{openid}:"

    def bridge(self, told: dict[str, Any]) -> tuple[dict[str, str], str]:
        """``told``: what the page called it with, ``do`` (pay or cancel) and ``person``. Its answer, and
        the code of the order that is to be paid."""
        signed = [str(told.get(name)) for name in ("appId", "timeStamp", "nonceStr", "package")]
        at_s = whole_number(signed[1])
        late = at_s is None or abs(time.time() - at_s) > _SIGNED_WITHIN_S
        genuine = self._signing.is_signed_by_the_merchant(signed, str(told.get("paySign")))
        if signed[0] != APPID or late or told.get("signType") != "RSA" or not genuine:
            return _said("fail", "支付验证签名失败"), ""
        found = [
            one
            for one in self._books.all()
            if one.code_url.startswith(MARK) and f"prepay_id={prepay_id(one)}" == signed[3]
        ]
        person = str(told.get("person") or USUAL_PERSON)
        if not found or not found[0].code_url.startswith(f"{MARK}{person}:"):
            return _said("fail", "下单账号与支付账号不一致"), ""
        if told.get("do") == "cancel":
            return _said("cancel"), ""
        if found[0].state != "waiting":
            return _said("fail", "订单已关闭"), ""
        return _said("ok"), found[0].code_url


def _said(result: str, why: str = "") -> dict[str, str]:
    told = {"err_msg": f"get_brand_wcpay_request:{result}"}
    return told | ({"err_desc": why} if why else {})
