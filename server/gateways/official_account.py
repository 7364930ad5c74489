"""WeChat official accounts: which of its users opens a page, by OAuth and without asking anything of them
(scope ``snsapi_base``: the openid, which is theirs for this account alone, and nothing else), and
template messages to them.

Source: developers.weixin.qq.com/doc/offiaccount/OA_Web_Apps/Wechat_webpage_authorization.html
"""

import hashlib
import hmac
import json
import logging
import re
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

import requests

from server.gateways import line
from server.gateways.outcome import Fate, Outcome, Own
from server.gateways.sms import Delivery, Filled

PAGES, API = "https://open.weixin.qq.com", "https://api.weixin.qq.com"
TIMEOUT_S = (5.0, 8.0)
_OPENID = re.compile(r"[A-Za-z0-9_-]{6,64}")
_CODE = re.compile(r"[A-Za-z0-9_-]{4,128}")
# Codes of its documents: the token is over; not now; it may have been done. All others are a refusal, as
# 43004 (does not follow the account), 43101 (wants none), 40003 (no such openid), 40037 (no template).
_TOKEN_OVER = (40001, 40014, 42001)
_LATER = (45009, 45011, 45047, 48001, 40164)
_UNCLEAR = (-1,)
_OF_CODE = (40029, 40163, 41008, 42003)  # of a code: no good, used already, none, too old

log = logging.getLogger(__name__)


class NotNamed(Exception):
    """WeChat did not say who it is: ask once more. ``said``: what is wrong with the account or the line,
    in WeChat's words or our own; empty where it is only this person's code."""

    def __init__(self, why: str, said: str = "") -> None:
        super().__init__(why)
        self.said = said


@dataclass(frozen=True, slots=True)
class OfficialAccount:
    """``pages`` and ``api``: where WeChat's pages and calls are."""

    appid: str
    secret: str = field(repr=False)
    pages: str = PAGES
    api: str = API


def asks_who(account: OfficialAccount, back: str, state: str) -> str:
    """The address that sends the person to ``back`` with a code and the state. The order of its
    parameters and its end are checked by WeChat."""
    asked = {
        "appid": account.appid,
        "redirect_uri": back,
        "response_type": "code",
        "scope": "snsapi_base",
        "state": state,
    }
    return f"{account.pages}/connect/oauth2/authorize?{urlencode(asked)}#wechat_redirect"


def openid_of(account: OfficialAccount, code: str) -> str:
    """By a code, which works once and for five minutes. The secret is in the call's address: what a
    library says of an error is never written down. Raises NotNamed."""
    if not _CODE.fullmatch(code):
        raise NotNamed("no code")
    asked = {
        "appid": account.appid,
        "secret": account.secret,
        "code": code,
        "grant_type": "authorization_code",
    }
    try:
        with requests.Session() as session:
            session.trust_env = False
            answer = session.get(
                f"{account.api}/sns/oauth2/access_token",
                params=asked,
                timeout=TIMEOUT_S,
                allow_redirects=False,
            )
        told = answer.json()
    except (requests.RequestException, ValueError) as error:
        log.warning("wechat oauth: %s", type(error).__name__)
        raise NotNamed("no answer", Own.NO_ANSWER) from None
    openid = told.get("openid") if isinstance(told, dict) else None
    if not isinstance(openid, str) or not _OPENID.fullmatch(openid):
        code_of_error = told.get("errcode") if isinstance(told, dict) else None
        log.warning("wechat oauth: errcode %s", str(code_of_error)[:10])
        of_code = code_of_error in _OF_CODE
        raise NotNamed("refused", "" if of_code or not isinstance(told, dict) else _words(told))
    return openid


class NoToken(Exception):
    """The account gives no access token; ``said``: in WeChat's words, or our own."""

    def __init__(self, said: str) -> None:
        super().__init__("no token")
        self.said = said


def access_token(account: OfficialAccount, *, force: bool = False) -> tuple[str, int]:
    """The token for calls and for how many seconds it is good: the same to everybody who asks, until
    shortly before its end; with ``force`` the one before ends, which WeChat allows twenty times a day
    (developers.weixin.qq.com/doc/service/api/base/api_getstableaccesstoken.html). Raises NoToken."""
    asked = {
        "grant_type": "client_credential",
        "appid": account.appid,
        "secret": account.secret,
        "force_refresh": force,
    }
    try:
        told = _post(f"{account.api}/cgi-bin/stable_token", asked)
    except requests.RequestException as error:
        raise NoToken(line.failed(error).said) from None
    token, seconds = told.get("access_token"), told.get("expires_in")
    if not isinstance(token, str) or not isinstance(seconds, int) or not token:
        raise NoToken(_words(told))
    return token, seconds


class TemplateMessages:
    """Template messages of an official account: an ``SmsProvider`` whose numbers are openids. Receipts
    come by themselves, as events. ``token_over``: WeChat took the token no more; with another one the
    message may be sent once more.

    Source: developers.weixin.qq.com/doc/offiaccount/Message_Management/Template_Message_Interface.html
    """

    def __init__(self, account: OfficialAccount, token: str, client_id: str) -> None:
        self.account, self.token, self._client_id = account, token, client_id
        self.token_over = False

    def send(self, number: str, message: Filled) -> Outcome:
        """``client_msg_id`` keeps WeChat from taking one twice."""
        try:
            told = self._send(number, message)
        except requests.RequestException as error:
            return line.failed(error)
        code = told.get("errcode")
        self.token_over = code in _TOKEN_OVER
        if code == 0:
            return Outcome(Fate.SENT, receipt=str(told.get("msgid", "")))
        if not isinstance(code, int) or code in _UNCLEAR:
            return Outcome(Fate.UNKNOWN, _words(told))
        later = code in _LATER or self.token_over
        return Outcome(Fate.AWAY if later else Fate.REFUSED, _words(told))

    def delivery(self, number: str, receipt: str, sent_at: datetime) -> Delivery | None:
        """Nobody can be asked."""
        return None

    def _send(self, openid: str, message: Filled) -> dict[str, Any]:
        asked = {
            "touser": openid,
            "template_id": message.code,
            "client_msg_id": self._client_id,
            "data": {name: {"value": value} for name, value in message.values.items()},
        }
        place = f"{self.account.api}/cgi-bin/message/template/send"
        return _post(place, asked, {"access_token": self.token})


def event_is_genuine(token: str, stamp: str, nonce: str, signature: str) -> bool:
    """Whether WeChat pushed it: SHA-1 of token, time and nonce, sorted
    (developers.weixin.qq.com/doc/offiaccount/Basic_Information/Access_Overview.html)."""
    made = hashlib.sha1("".join(sorted((token, stamp, nonce))).encode()).hexdigest()
    return bool(token) and hmac.compare_digest(made.encode(), signature.encode())


def _post(place: str, asked: dict[str, Any], query: dict[str, str] | None = None) -> dict[str, Any]:
    """Its JSON, empty where it is none. Raises requests.RequestException."""
    with requests.Session() as session:
        session.trust_env = False
        answer = session.post(
            place,
            params=query,
            data=json.dumps(asked, ensure_ascii=False).encode(),
            headers={"Content-Type": "application/json"},
            timeout=TIMEOUT_S,
            allow_redirects=False,
        )
    try:
        told = answer.json()
    except ValueError:
        told = None
    return told if isinstance(told, dict) else {"errmsg": f"HTTP {answer.status_code}"}


def _words(told: dict[str, Any]) -> str:
    """WeChat's, without the name of the request at its end."""
    return f"{told.get('errcode', '')} {str(told.get('errmsg', '')).partition(' rid:')[0]}".strip()
