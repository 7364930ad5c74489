"""Alibaba Cloud's text messages: SendSms and QuerySendDetails of the API of 2017-05-25.

Requests are signed by ACS3-HMAC-SHA256 ("request syntax and signature method V3" of its documents).
"""

import hashlib
import hmac
import json
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote, urlsplit

import requests

from server.gateways import line
from server.gateways.outcome import Fate, Outcome
from server.gateways.sms import Delivery, Filled, NoAnswer, SmsAccount

VERSION = "2017-05-25"
TIMEOUT_S = (5.0, 10.0)
_BEIJING = timedelta(hours=8)  # its days of sending are Beijing's
# Codes of its documents that mean: not now. All others but OK are a refusal.
_LATER = ("isv.BUSINESS_LIMIT_CONTROL", "isp.SYSTEM_ERROR", "isp.RAM_PERMISSION_DENY")
_THROTTLED = "Throttling"
_FAILED, _ARRIVED = 2, 3


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


class AliyunSms:
    """An ``SmsProvider``."""

    def __init__(self, account: SmsAccount) -> None:
        self._account = account

    def send(self, number: str, message: Filled) -> Outcome:
        query = {
            "PhoneNumbers": number,
            "SignName": self._account.sign_name,
            "TemplateCode": message.code,
            "TemplateParam": json.dumps(dict(message.values), ensure_ascii=False),
        }
        try:
            answer = self._call("SendSms", query)
        except requests.RequestException as error:
            return line.failed(error)
        told = _json(answer)
        code, words = str(told.get("Code", "")), str(told.get("Message", ""))
        if code == "OK":
            return Outcome(Fate.SENT, receipt=str(told.get("BizId", "")))
        if not code:
            unclear = Fate.AWAY if answer.status_code == 503 else Fate.UNKNOWN
            return Outcome(unclear, f"HTTP {answer.status_code}")
        later = code in _LATER or code.startswith(_THROTTLED)
        return Outcome(Fate.AWAY if later else Fate.REFUSED, f"{code} {words}")

    def delivery(self, number: str, receipt: str, sent_at: datetime) -> Delivery | None:
        query = {
            "PhoneNumber": number,
            "BizId": receipt,
            "SendDate": f"{sent_at.astimezone(UTC) + _BEIJING:%Y%m%d}",
            "PageSize": "10",
            "CurrentPage": "1",
        }
        try:
            told = _json(self._call("QuerySendDetails", query))
        except requests.RequestException as error:
            raise NoAnswer(type(error).__name__) from error
        found = told.get("SmsSendDetailDTOs")
        details = found.get("SmsSendDetailDTO", []) if isinstance(found, dict) else []
        one = details[0] if isinstance(details, list) and details else {}
        status = one.get("SendStatus") if isinstance(one, dict) else None
        if status not in (_FAILED, _ARRIVED):
            return None
        return Delivery(
            status == _ARRIVED, str(one.get("ErrCode", "")) if status == _FAILED else ""
        )

    def _call(self, action: str, query: dict[str, str]) -> requests.Response:
        """Raises requests.RequestException."""
        endpoint = self._account.endpoint
        headers = {
            "host": urlsplit(endpoint).netloc,
            "x-acs-action": action,
            "x-acs-content-sha256": hashlib.sha256(b"").hexdigest(),
            "x-acs-date": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}",
            "x-acs-signature-nonce": uuid.uuid4().hex,
            "x-acs-version": VERSION,
        }
        signed = ";".join(sorted(headers))
        made = signature(self._account.secret, query, headers)
        headers["Authorization"] = (
            f"ACS3-HMAC-SHA256 Credential={self._account.key_id},"
            f"SignedHeaders={signed},Signature={made}"
        )
        return requests.post(
            f"{endpoint}/?{_encoded(query)}",
            headers=headers,
            timeout=TIMEOUT_S,
            allow_redirects=False,
        )


def _json(answer: requests.Response) -> dict[str, Any]:
    try:
        told = answer.json()
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}
