"""The account's own state: its access token, what was sent to whom, what it refuses, and its events.

Answers as developers.weixin.qq.com documents them: ``stable_token`` (the same token to everybody until it
ends; by force a new one, and the one before ends), ``message/template/send``, and the pushed event
TEMPLATESENDJOBFINISH, signed by the token of events.
"""

import hashlib
import json
import re
import secrets
import threading
import time
from dataclasses import dataclass
from typing import Any
from urllib.error import URLError
from urllib.parse import parse_qsl, urlencode, urlsplit
from urllib.request import Request as Push
from urllib.request import urlopen

from simulators.http_door import Request, Response
from simulators.wechat_account.oauth import OAuth

TOKEN_LIVES_S = 7200
TRIES, PAUSE_S = 3, 5.0  # of an event that is not taken
_OPENID = re.compile(r"o[A-Za-z0-9_-]{5,63}")
_WORDS = {
    -1: "system error",
    40001: "invalid credential, access_token is invalid or not latest",
    40003: "invalid openid",
    40037: "invalid template_id",
    43004: "require subscribe",
    43101: "user refuse to accept the msg",
    45009: "reach max api daily quota limit",
    47003: "argument invalid! data.thing1.value too long",
}


@dataclass
class Sent:
    msgid: int
    openid: str
    template: str
    values: dict[str, str]
    at: float


class Gateway:
    """Steered by its attributes. ``refuse``: the code that each message is answered with; ``fail``: the
    event's words of one that does not arrive; ``cut``: so many calls are done and not answered;
    ``events``: the address that is told of messages, empty: nobody; setting ``ends_tokens`` ends the
    token."""

    def __init__(self, appid: str, secret: str, token: str) -> None:
        self._appid, self._secret, self._token = appid, secret, token
        self._lock = threading.Lock()
        self._oauth = OAuth(appid, secret)
        self._access, self._until = "", 0.0
        self.sent: list[Sent] = []
        self._taken: dict[tuple[str, str], int] = {}  # by openid and client_msg_id
        self.tokens = 0  # so many were made
        self.arrives_after_s, self.delay_s = 0.0, 0.0
        self.fail, self.refuse, self.cut, self.events = "", 0, 0, ""

    @property
    def ends_tokens(self) -> int:
        return 0

    @ends_tokens.setter
    def ends_tokens(self, wanted: int) -> None:
        """WeChat has ended the token before its time, and says nothing of it."""
        self._access = secrets.token_hex(64) if wanted else self._access

    def respond(self, asked: Request) -> Response | None:
        if self.delay_s:
            time.sleep(self.delay_s)
        if asked.path.startswith(("/connect/", "/sns/")):
            return Response(*self._oauth.answer(asked.target, asked.headers))
        with self._lock:
            answer = self._answer(asked)
            if self.cut > 0:
                self.cut -= 1
                return None
            return answer

    def _answer(self, asked: Request) -> Response:
        told = json.loads(asked.body or b"{}")
        if (asked.method, asked.path) == ("POST", "/cgi-bin/stable_token"):
            return self._stable_token(told)
        if (asked.method, asked.path) == ("POST", "/cgi-bin/message/template/send"):
            given = dict(parse_qsl(urlsplit(asked.target).query)).get("access_token")
            if not given or given != self._access or time.time() > self._until:
                return _error(40001)
            return self._send(told)
        return Response(404)

    def _stable_token(self, told: dict[str, Any]) -> Response:
        if told.get("grant_type") != "client_credential" or told.get("appid") != self._appid:
            return _json({"errcode": 40013, "errmsg": "invalid appid"})
        if told.get("secret") != self._secret:
            return _json({"errcode": 40125, "errmsg": "invalid appsecret"})
        if told.get("force_refresh") or not self._access or time.time() > self._until - 300:
            self._access, self._until = secrets.token_hex(64), time.time() + TOKEN_LIVES_S
            self.tokens += 1
        seconds = int(self._until - time.time())
        return _json({"access_token": self._access, "expires_in": seconds})

    def _send(self, told: dict[str, Any]) -> Response:
        if self.refuse:
            return _error(self.refuse)
        openid, template = str(told.get("touser")), str(told.get("template_id", ""))
        if not _OPENID.fullmatch(openid):
            return _error(40003)
        if not template:
            return _error(40037)
        values = {name: str(one["value"]) for name, one in told["data"].items()}
        if any(name.startswith("thing") and len(value) > 20 for name, value in values.items()):
            return _error(47003)
        key = openid, str(told.get("client_msg_id", ""))
        if key not in self._taken:
            self._taken[key] = len(self.sent) + 200_163_836
            one = Sent(self._taken[key], openid, template, values, time.time())
            self.sent.append(one)
            if self.events:
                timer = threading.Timer(self.arrives_after_s, self.tell, (one,))
                timer.daemon = True
                timer.start()
        return _json({"errcode": 0, "errmsg": "ok", "msgid": self._taken[key]})

    def tell(self, one: Sent) -> None:
        """Pushes the event of a message, again where it is not taken."""
        for attempt in range(TRIES):
            if attempt:
                time.sleep(PAUSE_S)
            query, body = self.event(one)
            pushed = Push(f"{self.events}?{query}", body, {"Content-Type": "text/xml"})
            try:
                with urlopen(pushed, timeout=5) as answer:
                    if answer.read() == b"success":
                        return
            except (URLError, OSError):
                continue

    def event(self, one: Sent) -> tuple[str, bytes]:
        """The query with its signature, and the body."""
        stamp, nonce = str(int(time.time())), secrets.token_hex(8)
        made = hashlib.sha1("".join(sorted((self._token, stamp, nonce))).encode()).hexdigest()
        body = (
            "<xml><ToUserName><![CDATA[gh_7f083739789a]]></ToUserName>"
            f"<FromUserName><![CDATA[{one.openid}]]></FromUserName>"
            f"<CreateTime>{stamp}</CreateTime><MsgType><![CDATA[event]]></MsgType>"
            "<Event><![CDATA[TEMPLATESENDJOBFINISH]]></Event>"
            f"<MsgID>{one.msgid}</MsgID><Status><![CDATA[{self.fail or 'success'}]]></Status></xml>"
        )
        asked = {"signature": made, "timestamp": stamp, "nonce": nonce, "openid": one.openid}
        return urlencode(asked), body.encode()


def _error(code: int) -> Response:
    request = secrets.token_hex(4)
    return _json({"errcode": code, "errmsg": f"{_WORDS.get(code, 'refused')} rid: {request}"})


def _json(told: dict[str, Any]) -> Response:
    return Response(200, {"Content-Type": "application/json"}, json.dumps(told).encode())
