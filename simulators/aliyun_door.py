"""What the simulated services of Alibaba Cloud share: how they are steered, and that each signature is
checked, by the text of the signature method V3, written here anew: client and simulator share no code.
"""

import hashlib
import hmac
import json
import re
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import parse_qsl, quote

from simulators.http_door import Request, Response

VERSION = "2017-05-25"
_AUTHORIZATION = re.compile(
    r"ACS3-HMAC-SHA256 Credential=([^,]+),SignedHeaders=([^,]+),Signature=([0-9a-f]{64})"
)


class Service(ABC):
    """Steered by its attributes. ``arrives_after_s``: until what became of a message or call is known;
    ``fail``: why none gets there; ``refuse``: a code that each is answered; ``cut``: so many requests are
    taken and not answered; ``delay_s``: before each answer; ``limited``: whether its limits hold."""

    def __init__(self, key_id: str, secret: str, clock: Any = time.time) -> None:
        self._key_id, self._secret, self._clock = key_id, secret, clock
        self._lock = threading.Lock()
        self.arrives_after_s, self.delay_s = 0.0, 0.0
        self.fail, self.refuse, self.cut, self.limited = "", "", 0, False

    @abstractmethod
    def _answer(self, action: str, query: dict[str, str]) -> Response: ...

    def respond(self, asked: Request) -> Response | None:
        if self.delay_s:
            time.sleep(self.delay_s)
        query = dict(parse_qsl(asked.target.partition("?")[2], keep_blank_values=True))
        code = wrong(asked, query, self._key_id, self._secret)
        if code:
            said = {"Code": code, "Message": "Specified signature is not matched."}
            return answer(400, said)
        with self._lock:
            made = self._answer(asked.headers["x-acs-action"], query)
            if self.cut > 0:
                self.cut -= 1
                return None
            return made

    def _over(self, limits: Mapping[int, int], times: Iterable[float]) -> bool:
        """Whether a number had as much as it may; ``limits``: seconds, and how often within them."""
        before, now = list(times), self._clock()
        return self.limited and any(
            sum(at > now - seconds for at in before) >= most for seconds, most in limits.items()
        )


def refused(code: str) -> Response:
    return answer(200, {"Code": code, "Message": f"{code} was configured"})


def wrong(asked: Request, query: dict[str, str], key_id: str, secret: str) -> str:
    """The code of what is wrong with the signature; empty: nothing."""
    found = _AUTHORIZATION.fullmatch(asked.headers.get("authorization", ""))
    if found is None or found[1] != key_id:
        return "InvalidAccessKeyId.NotFound"
    if asked.headers.get("x-acs-version") != VERSION:
        return "InvalidVersion"
    body = hashlib.sha256(asked.body).hexdigest()
    if asked.headers.get("x-acs-content-sha256") != body:
        return "SignatureDoesNotMatch"
    pairs = sorted((_escape(k), _escape(v)) for k, v in query.items())
    lines = [asked.method, asked.path, "&".join("=".join(pair) for pair in pairs)]
    lines += [f"{name}:{asked.headers.get(name, '').strip()}" for name in found[2].split(";")]
    lines += ["", found[2], body]
    text = "ACS3-HMAC-SHA256\n" + hashlib.sha256("\n".join(lines).encode()).hexdigest()
    made = hmac.new(secret.encode(), text.encode(), hashlib.sha256).hexdigest()
    return "" if hmac.compare_digest(made, found[3]) else "SignatureDoesNotMatch"


def _escape(text: str) -> str:
    return quote(text, safe="-_.~")


def answer(status: int, told: dict[str, Any]) -> Response:
    body = json.dumps({"RequestId": "0", **told}).encode()
    return Response(status, {"Content-Type": "application/json"}, body)
