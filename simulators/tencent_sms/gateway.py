"""The gateway's own state: what was sent to whom, what it refuses, and when phones have it.

Answers as the API of 2021-01-11 documents them (SendSms, PullSmsSendStatusByPhoneNumber). Signatures are
checked by the text of the signature method v3 (TC3-HMAC-SHA256), written here anew: client and simulator
share no code.
"""

import hashlib
import hmac
import json
import re
import threading
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from simulators.http_door import Request, Response

VERSION = "2021-01-11"
OLD_S = 300  # a request older than that is refused
_E164 = re.compile(r"\+86(1\d{10})")
_DIGITS = re.compile(r"[0-9]{1,12}")
_AUTHORIZATION = re.compile(
    r"TC3-HMAC-SHA256 Credential=([^/]+)/(\d{4}-\d\d-\d\d)/sms/tc3_request, "
    r"SignedHeaders=([^,]+), Signature=([0-9a-f]{64})"
)


@dataclass
class Sms:
    """``at``: by the gateway's clock, in seconds."""

    serial: str
    number: str
    template: str
    values: list[str]
    at: float


class Gateway:
    """Steered by its attributes. ``arrives_after_s``: from sending to the phone; ``fail``: the operator's
    words by which phones do not get it; ``refuse``: a code that each SendSms is answered for its number;
    ``cut``: so many calls are taken and not answered; ``delay_s``: before each answer."""

    def __init__(self, key_id: str, secret: str, app_id: str, clock: Any = time.time) -> None:
        self._key_id, self._secret, self._app_id, self._clock = key_id, secret, app_id, clock
        self._lock = threading.Lock()
        self.sent: list[Sms] = []
        self.arrives_after_s, self.delay_s = 0.0, 0.0
        self.fail, self.refuse, self.cut = "", "", 0

    def respond(self, asked: Request) -> Response | None:
        if self.delay_s:
            time.sleep(self.delay_s)
        wrong = self._wrong(asked)
        if wrong:
            return _error(wrong, "The provided credentials could not be validated.")
        with self._lock:
            answer = self._answer(asked.headers.get("x-tc-action", ""), json.loads(asked.body))
            if self.cut > 0:
                self.cut -= 1
                return None
            return answer

    def _answer(self, action: str, told: dict[str, Any]) -> Response:
        if told.get("SmsSdkAppId") != self._app_id:
            return _error("UnauthorizedOperation.SmsSdkAppIdVerifyFail", "SmsSdkAppId")
        if action == "SendSms":
            return _json({"SendStatusSet": [self._send(n, told) for n in told["PhoneNumberSet"]]})
        if action == "PullSmsSendStatusByPhoneNumber":
            mine = [s for s in self.sent if s.number == told["PhoneNumber"]]
            since = [s for s in mine if s.at >= told["BeginTime"]]
            there = [s for s in since if self._clock() - s.at >= self.arrives_after_s]
            return _json(
                {"PullSmsSendStatusSet": [self._status(s) for s in there[: told["Limit"]]]}
            )
        return _error("InvalidAction", f"{action} is none")

    def _send(self, number: str, told: dict[str, Any]) -> dict[str, Any]:
        code = self.refuse or self._refusal(number, told)
        answer = {"PhoneNumber": number, "Fee": 0, "SessionContext": "", "IsoCode": "CN"}
        if code:
            return answer | {"SerialNo": "", "Code": code, "Message": "refused"}
        serial = f"2021:{len(self.sent):020d}"
        values = [str(value) for value in told["TemplateParamSet"]]
        self.sent.append(Sms(serial, number, told["TemplateId"], values, self._clock()))
        return answer | {"SerialNo": serial, "Fee": 1, "Code": "Ok", "Message": "send success"}

    def _refusal(self, number: str, told: dict[str, Any]) -> str:
        if not _E164.fullmatch(number):
            return "InvalidParameterValue.IncorrectPhoneNumber"
        if not told.get("SignName"):
            return "FailedOperation.SignatureIncorrectOrUnapproved"
        if not _DIGITS.fullmatch(str(told.get("TemplateId", ""))):
            return "FailedOperation.TemplateIncorrectOrUnapproved"
        return ""

    def _status(self, sms: Sms) -> dict[str, Any]:
        found = _E164.fullmatch(sms.number)
        return {
            "UserReceiveTime": int(sms.at + self.arrives_after_s),
            "CountryCode": "86",
            "SubscriberNumber": found[1] if found else "",
            "PhoneNumber": sms.number,
            "SerialNo": sms.serial,
            "ReportStatus": "FAIL" if self.fail else "SUCCESS",
            "Description": self.fail or "DELIVRD",
        }

    def _wrong(self, asked: Request) -> str:
        """The code of what is wrong with the signature; empty: nothing."""
        found = _AUTHORIZATION.fullmatch(asked.headers.get("authorization", ""))
        if found is None:
            return "AuthFailure.InvalidAuthorization"
        if found[1] != self._key_id:
            return "AuthFailure.SecretIdNotFound"
        if asked.headers.get("x-tc-version") != VERSION:
            return "NoSuchVersion"
        stamp = asked.headers.get("x-tc-timestamp", "")
        if not _DIGITS.fullmatch(stamp) or abs(int(stamp) - self._clock()) > OLD_S:
            return "AuthFailure.SignatureExpire"
        day = datetime.fromtimestamp(int(stamp), UTC).strftime("%Y-%m-%d")
        if day != found[2] or not {"content-type", "host"} <= set(found[3].split(";")):
            return "AuthFailure.SignatureFailure"
        made = self._made(asked, found[3], day, stamp)
        return "" if hmac.compare_digest(made, found[4]) else "AuthFailure.SignatureFailure"

    def _made(self, asked: Request, signed: str, day: str, stamp: str) -> str:
        headers = "".join(
            f"{n}:{asked.headers.get(n, '').strip().lower()}\n" for n in signed.split(";")
        )
        body = hashlib.sha256(asked.body).hexdigest()
        request = f"{asked.method}\n{asked.path}\n\n{headers}\n{signed}\n{body}"
        digest = hashlib.sha256(request.encode()).hexdigest()
        text = f"TC3-HMAC-SHA256\n{stamp}\n{day}/sms/tc3_request\n{digest}"
        key = ("TC3" + self._secret).encode()
        for part in (day, "sms", "tc3_request"):
            key = hmac.digest(key, part.encode(), "sha256")
        return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()


def _error(code: str, words: str) -> Response:
    return _json({"Error": {"Code": code, "Message": words}})


def _json(told: dict[str, Any]) -> Response:
    body = json.dumps({"Response": {**told, "RequestId": "0"}}).encode()
    return Response(200, {"Content-Type": "application/json"}, body)
