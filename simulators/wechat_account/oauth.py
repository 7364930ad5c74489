"""The OAuth page of an official account, and its call for the openid.

Source: developers.weixin.qq.com/doc/offiaccount/OA_Web_Apps/Wechat_webpage_authorization.html
"""

import json
import re
import secrets
import threading
import time
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

IN_WECHAT = "MicroMessenger"
USUAL_PERSON = "oSimulatedResident00000000001"
CODE_LIVES_S = 300
_ORDER_OF_PARAMETERS = ["appid", "redirect_uri", "response_type", "scope", "state"]
_STATE = re.compile(r"[A-Za-z0-9]{0,128}")

Answer = tuple[int, dict[str, str], bytes]


class OAuth:
    """Whoever holds the phone has one openid; the cookie ``simulated_person`` names another's. ``known``:
    the openids that it has told."""

    def __init__(self, appid: str, secret: str) -> None:
        self._appid, self._secret = appid, secret
        self._codes: dict[str, tuple[str, float, bool]] = {}  # openid, since when, used
        self.known: set[str] = set()
        self._lock = threading.Lock()

    def answer(self, target: str, headers: dict[str, str]) -> Answer:
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
        good = [name for name, _ in asked] == _ORDER_OF_PARAMETERS and told["appid"] == self._appid
        good = good and (told["response_type"], told["scope"]) == ("code", "snsapi_base")
        if not good or not _STATE.fullmatch(told["state"]):
            return _page("参数错误 Wrong parameters")
        if IN_WECHAT not in headers.get("user-agent", ""):
            return _page("请在微信客户端打开链接 Open it in WeChat")
        person = re.search(r"simulated_person=([A-Za-z0-9_-]+)", headers.get("cookie", ""))
        code = secrets.token_hex(16)
        openid = person[1] if person else USUAL_PERSON
        with self._lock:
            self._codes[code] = openid, time.time(), False
        back = told["redirect_uri"]
        more = urlencode({"code": code, "state": told["state"]})
        return 302, {"Location": f"{back}{'&' if '?' in back else '?'}{more}"}, b""

    def _openid(self, told: dict[str, str]) -> dict[str, Any]:
        if told.get("appid") != self._appid:
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
            self.known.add(openid)
        return {
            "access_token": secrets.token_hex(32),
            "expires_in": 7200,
            "refresh_token": secrets.token_hex(32),
            "openid": openid,
            "scope": "snsapi_base",
        }


def _json(content: dict[str, Any]) -> Answer:
    """As WeChat says it: JSON by another name."""
    return 200, {"Content-Type": "text/plain"}, json.dumps(content).encode()


def _page(words: str) -> Answer:
    return 200, {"Content-Type": "text/html; charset=utf-8"}, f"<h1>{words}</h1>".encode()
