"""Tencent Cloud's text messages: SendSms and PullSmsSendStatusByPhoneNumber of the API of 2021-01-11.

Requests are signed by TC3-HMAC-SHA256 ("signature method v3" of its documents). Values stand in a
template by their order: {1}, {2}.
"""

import hashlib
import hmac
import json
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import requests

from server.gateways import line
from server.gateways.outcome import Fate, Outcome
from server.gateways.sms import Delivery, Filled, NoAnswer, SmsAccount

VERSION, REGION, SERVICE = "2021-01-11", "ap-guangzhou", "sms"
TIMEOUT_S = (5.0, 10.0)
CONTENT_TYPE = "application/json; charset=utf-8"
SIGNED = "content-type;host"
CHINA = "+86"
_STATUS_MAX = 100  # of one question
# Beginnings of codes of its documents that mean: not now. All others but Ok are a refusal.
_LATER = (
    "LimitExceeded.",
    "RequestLimitExceeded",
    "ResourceUnavailable",
    "ResourceInsufficient",
    "FailedOperation.InsufficientBalanceInSmsPackage",
)
_UNCLEAR = ("InternalError",)  # it may have been taken


def signature(secret: str, service: str, host: str, body: str, at: int) -> str:
    """Of a POST to / whose signed headers are its kind of content and the host. ``at``: Unix time, s."""
    day = f"{datetime.fromtimestamp(at, UTC):%Y-%m-%d}"
    canonical = "\n".join(
        (
            "POST",
            "/",
            "",
            f"content-type:{CONTENT_TYPE}",
            f"host:{host}",
            "",
            SIGNED,
            hashlib.sha256(body.encode()).hexdigest(),
        )
    )
    text = "\n".join(
        (
            "TC3-HMAC-SHA256",
            str(at),
            f"{day}/{service}/tc3_request",
            hashlib.sha256(canonical.encode()).hexdigest(),
        )
    )
    key = f"TC3{secret}".encode()
    for part in (day, service, "tc3_request"):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()


def international(number: str) -> str:
    """As E.164 writes it; a number without a country is one of China."""
    if number.startswith("+"):
        return number
    if number.startswith("00"):
        return f"+{number[2:]}"
    return f"+{number}" if len(number) == 13 and number.startswith("861") else f"{CHINA}{number}"


class TencentSms:
    """An ``SmsProvider``."""

    def __init__(self, account: SmsAccount) -> None:
        self._account = account

    def send(self, number: str, message: Filled) -> Outcome:
        asked = {
            "PhoneNumberSet": [international(number)],
            "SmsSdkAppId": self._account.app_id,
            "SignName": self._account.sign_name,
            "TemplateId": message.code,
            "TemplateParamSet": list(message.values.values()),
        }
        try:
            answer = self._call("SendSms", asked)
        except requests.RequestException as error:
            return line.failed(error)
        told = _response(answer)
        found = told.get("SendStatusSet")
        one = found[0] if isinstance(found, list) and found else told.get("Error")
        if not isinstance(one, dict):
            unclear = Fate.AWAY if answer.status_code == 503 else Fate.UNKNOWN
            return Outcome(unclear, f"HTTP {answer.status_code}")
        code, words = str(one.get("Code", "")), str(one.get("Message", ""))
        if code == "Ok":
            return Outcome(Fate.SENT, receipt=str(one.get("SerialNo", "")))
        return Outcome(_fate(code), f"{code} {words}")

    def delivery(self, number: str, receipt: str, sent_at: datetime) -> Delivery | None:
        asked = {
            "BeginTime": int(sent_at.timestamp()) - 60,
            "Offset": 0,
            "Limit": _STATUS_MAX,
            "PhoneNumber": international(number),
            "SmsSdkAppId": self._account.app_id,
        }
        try:
            told = _response(self._call("PullSmsSendStatusByPhoneNumber", asked))
        except requests.RequestException as error:
            raise NoAnswer(type(error).__name__) from error
        if isinstance(error := told.get("Error"), dict):
            raise NoAnswer(str(error.get("Code", ""))[:60])
        rows = told.get("PullSmsSendStatusSet")
        for one in rows if isinstance(rows, list) else ():
            if isinstance(one, dict) and one.get("SerialNo") == receipt:
                arrived = one.get("ReportStatus") == "SUCCESS"
                return Delivery(arrived, "" if arrived else str(one.get("Description", "")))
        return None

    def _call(self, action: str, asked: dict[str, Any]) -> requests.Response:
        """Raises requests.RequestException."""
        account, at = self._account, int(datetime.now(UTC).timestamp())
        host, body = urlsplit(account.endpoint).netloc, json.dumps(asked, ensure_ascii=False)
        made = signature(account.secret, SERVICE, host, body, at)
        scope = f"{datetime.fromtimestamp(at, UTC):%Y-%m-%d}/{SERVICE}/tc3_request"
        headers = {
            "Authorization": f"TC3-HMAC-SHA256 Credential={account.key_id}/{scope},"
            f" SignedHeaders={SIGNED}, Signature={made}",
            "Content-Type": CONTENT_TYPE,
            "Host": host,
            "X-TC-Action": action,
            "X-TC-Timestamp": str(at),
            "X-TC-Version": VERSION,
            "X-TC-Region": REGION,
        }
        return requests.post(
            f"{account.endpoint}/",
            data=body.encode(),
            headers=headers,
            timeout=TIMEOUT_S,
            allow_redirects=False,
        )


def _fate(code: str) -> Fate:
    if code.startswith(_UNCLEAR):
        return Fate.UNKNOWN
    return Fate.AWAY if code.startswith(_LATER) else Fate.REFUSED


def _response(answer: requests.Response) -> dict[str, Any]:
    try:
        told = answer.json()
    except ValueError:
        return {}
    inner = told.get("Response") if isinstance(told, dict) else None
    return inner if isinstance(inner, dict) else {}
