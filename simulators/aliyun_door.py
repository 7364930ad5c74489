"""What the simulated services of Alibaba Cloud share: each call's signature is checked, answers are JSON.

By the text of the signature method V3, written here anew: client and simulator share no code.
"""

import hashlib
import hmac
import json
import re
from typing import Any
from urllib.parse import quote

from simulators.http_door import Request, Response

VERSION = "2017-05-25"
_AUTHORIZATION = re.compile(
    r"ACS3-HMAC-SHA256 Credential=([^,]+),SignedHeaders=([^,]+),Signature=([0-9a-f]{64})"
)


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
