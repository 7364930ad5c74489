"""What calls of Alibaba Cloud's APIs of 2017-05-25 have in common: text messages and calls by phone.

Requests are signed by ACS3-HMAC-SHA256 ("request syntax and signature method V3" of its documents).
"""

import hashlib
import hmac
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote, urlsplit

import requests

from server.gateways.outcome import Fate, Outcome
from server.gateways.sms import SmsAccount

VERSION = "2017-05-25"
TIMEOUT_S = (5.0, 10.0)
# Codes of its documents that mean: not now. All others but OK are a refusal.
_LATER = ("isv.BUSINESS_LIMIT_CONTROL", "isp.SYSTEM_ERROR", "isp.RAM_PERMISSION_DENY")
_THROTTLED = "Throttling"


def signature(secret: str, query: Mapping[str, str], headers: Mapping[str, str]) -> str:
    """Of a POST to / without a body. ``headers``: those that are signed, names in small letters."""
    names = sorted(headers)
    canonical = "\n".join(
        (
            "POST",
            "/",
            _encoded(query),
            *(f"{name}:{headers[name].strip()}" for name in names),
            "",
            ";".join(names),
            headers["x-acs-content-sha256"],
        )
    )
    digest = hashlib.sha256(canonical.encode()).hexdigest()
    text = f"ACS3-HMAC-SHA256\n{digest}"
    return hmac.new(secret.encode(), text.encode(), hashlib.sha256).hexdigest()


def _encoded(query: Mapping[str, str]) -> str:
    pairs = sorted((_escaped(name), _escaped(value)) for name, value in query.items())
    return "&".join(f"{name}={value}" for name, value in pairs)


def _escaped(text: str) -> str:
    return quote(text, safe="-_.~")


def call(account: SmsAccount, action: str, query: Mapping[str, str]) -> requests.Response:
    """Raises requests.RequestException."""
    headers = {
        "host": urlsplit(account.endpoint).netloc,
        "x-acs-action": action,
        "x-acs-content-sha256": hashlib.sha256(b"").hexdigest(),
        "x-acs-date": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}",
        "x-acs-signature-nonce": uuid.uuid4().hex,
        "x-acs-version": VERSION,
    }
    signed = ";".join(sorted(headers))
    made = signature(account.secret, query, headers)
    headers["Authorization"] = (
        f"ACS3-HMAC-SHA256 Credential={account.key_id},SignedHeaders={signed},Signature={made}"
    )
    return requests.post(
        f"{account.endpoint}/?{_encoded(query)}",
        headers=headers,
        timeout=TIMEOUT_S,
        allow_redirects=False,
    )


def told(answer: requests.Response) -> dict[str, Any]:
    """Empty where it is no object of JSON."""
    try:
        read = answer.json()
    except ValueError:
        return {}
    return read if isinstance(read, dict) else {}


def handed_over(answer: requests.Response, receipt: str) -> Outcome:
    """What became of a message or call that it was asked for; ``receipt``: by which name its receipt is
    told."""
    said = told(answer)
    code, words = str(said.get("Code", "")), str(said.get("Message", ""))
    if code == "OK":
        return Outcome(Fate.SENT, receipt=str(said.get(receipt, "")))
    if not code:
        unclear = Fate.AWAY if answer.status_code == 503 else Fate.UNKNOWN
        return Outcome(unclear, f"HTTP {answer.status_code}")
    later = code in _LATER or code.startswith(_THROTTLED)
    return Outcome(Fate.AWAY if later else Fate.REFUSED, f"{code} {words}")
