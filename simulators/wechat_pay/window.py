"""WeChat's own window: the OAuth page of an official account, its call for the openid, and the bridge
that pages pay by.

Sources: developers.weixin.qq.com/doc/offiaccount/OA_Web_Apps/Wechat_webpage_authorization.html and
pay.weixin.qq.com/doc/v3/merchant/4012062925.
"""

import json
import re
import secrets
import threading
import time
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from contract.plain_text import whole_number
from simulators.channel_keys import APPID
from simulators.payment_channel.books import Ordered
from simulators.payment_channel.charging import ChargingBooks
from simulators.wechat_pay.signing import Signing

MARK = "in-app:"  # begins the name of an order that is paid in WeChat's window; then who pays
IN_WECHAT = "MicroMessenger"
CODE_LIVES_S = 300
_ORDER_OF_PARAMETERS = ["appid", "redirect_uri", "response_type", "scope", "state"]
_STATE = re.compile(r"[A-Za-z0-9]{0,128}")
_SIGNED_WITHIN_S = 7200

Answer = tuple[int, dict[str, str], bytes]


def prepay_id(order: Ordered) -> str:
    return f"wx{order.code_url.rpartition(':')[2]}"


class Window:
    """Whoever holds the phone has one openid; the cookie ``simulated_person`` names another's."""

    def __init__(self, books: ChargingBooks, signing: Signing, secret: str) -> None:
        self._books, self._signing, self._secret = books, signing, secret
        self._codes: dict[str, tuple[str, float, bool]] = {}  # openid, since when, used
        self._known: set[str] = set()
        self._lock = threading.Lock()

    def account(self, target: str, headers: dict[str, str]) -> Answer:
        """The OAuth page, and the call for the openid."""
        if target.startswith("/connect/oauth2/authorize?"):
            return self._authorize(target, headers)
        if target.startswith("/sns/oauth2/access_token?"):
            return _json(self._openid(dict(parse_qsl(urlsplit(target).query))))
        return 404, {}, b""

    def _authorize(self, target: str, headers: dict[str, str]) -> Answer:
        """``snsapi_base`` asks nobody anything: it leads back at once."""
        asked = parse_qsl(urlsplit(target).query)
        told = dict(asked)
        good = [name for name, _ in asked] == _ORDER_OF_PARAMETERS and told["appid"] == APPID
        good = good and (told["response_type"], told["scope"]) == ("code", "snsapi_base")
        if not good or not _STATE.fullmatch(told["state"]):
            return _page("参数错误 Wrong parameters")
        if IN_WECHAT not in headers.get("user-agent", ""):
            return _page("请在微信客户端打开链接 Open it in WeChat")
        person = re.search(r"simulated_person=([A-Za-z0-9_-]+)", headers.get("cookie", ""))
        code = secrets.token_hex(16)
        openid = person[1] if person else "oSimulatedResident00000000001"
        with self._lock:
            self._codes[code] = openid, time.time(), False
        back = told["redirect_uri"]
        more = urlencode({"code": code, "state": told["state"]})
        return 302, {"Location": f"{back}{'&' if '?' in back else '?'}{more}"}, b""

    def _openid(self, told: dict[str, str]) -> dict[str, Any]:
        if told.get("appid") != APPID:
            return {"errcode": 40013, "errmsg": "invalid appid"}
        if told.get("secret") != self._secret:
            return {"errcode": 40125, "errmsg": "invalid appsecret"}
        if told.get("grant_type") != "authorization_code":
            return {"errcode": 40002, "errmsg": "invalid grant_type"}
        code = told.get("code", "")
        with self._lock:
            openid, since, used = self._codes.get(code, ("", 0.0, False))
            if used:
                return {"errcode": 40163, "errmsg": "code been used"}
            if not openid or time.time() - since > CODE_LIVES_S:
                return {"errcode": 40029, "errmsg": "invalid code"}
            self._codes[code] = openid, since, True
            self._known.add(openid)
        return {
            "access_token": secrets.token_hex(32),
            "expires_in": 7200,
            "refresh_token": secrets.token_hex(32),
            "openid": openid,
            "scope": "snsapi_base",
        }

    def name_of(self, openid: str) -> str:
        """How the name of an order begins that this payer pays. Raises ValueError for nobody's."""
        if openid not in self._known:
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
        person = str(told.get("person") or "oSimulatedResident00000000001")
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


def _json(content: dict[str, Any]) -> Answer:
    """As WeChat says it: JSON by another name."""
    return 200, {"Content-Type": "text/plain"}, json.dumps(content).encode()


def _page(words: str) -> Answer:
    return 200, {"Content-Type": "text/html; charset=utf-8"}, f"<h1>{words}</h1>".encode()
