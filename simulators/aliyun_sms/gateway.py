"""The gateway's own state: what was sent to whom, what it refuses, and when phones have it.

Answers as the API of 2017-05-25 documents them (SendSms, QuerySendDetails).
"""

import json
import re
import threading
import time
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from simulators import aliyun_door
from simulators.http_door import Request, Response

WAITING, FAILED, ARRIVED = 1, 2, 3
_MOBILE = re.compile(r"(\+?86)?1\d{10}")
_VALUE_MAX = 35
_LIMITS = {60: 1, 3600: 5, 86400: 10}  # its usual limits to one number: seconds, messages


@dataclass
class Sms:
    """``at``: by the gateway's clock, in seconds."""

    biz_id: str
    number: str
    values: dict[str, str]
    at: float


class Gateway:
    """Steered by its attributes. ``arrives_after_s``: from sending to the phone; ``fail``: the operator's
    code by which phones do not get it; ``refuse``: a code that each SendSms is answered; ``cut``: so many
    calls are taken and not answered; ``delay_s``: before each answer; ``limited``: whether its limits
    hold."""

    def __init__(self, key_id: str, secret: str, clock: Any = time.time) -> None:
        self._key_id, self._secret, self._clock = key_id, secret, clock
        self._lock = threading.Lock()
        self.sent: list[Sms] = []
        self.arrives_after_s, self.delay_s = 0.0, 0.0
        self.fail, self.refuse, self.cut, self.limited = "", "", 0, False

    def respond(self, asked: Request) -> Response | None:
        if self.delay_s:
            time.sleep(self.delay_s)
        query = dict(parse_qsl(asked.target.partition("?")[2], keep_blank_values=True))
        wrong = aliyun_door.wrong(asked, query, self._key_id, self._secret)
        if wrong:
            said = {"Code": wrong, "Message": "Specified signature is not matched."}
            return aliyun_door.answer(400, said)
        with self._lock:
            answer = self._answer(asked.headers["x-acs-action"], query)
            if self.cut > 0:
                self.cut -= 1
                return None
            return answer

    def _answer(self, action: str, query: dict[str, str]) -> Response:
        if action == "SendSms":
            code = self.refuse or self._refusal(query)
            if code:
                return aliyun_door.answer(200, {"Code": code, "Message": f"{code} was configured"})
            values = json.loads(query["TemplateParam"])
            sms = Sms(f"{len(self.sent):012d}^0", query["PhoneNumbers"], values, self._clock())
            self.sent.append(sms)
            return aliyun_door.answer(200, {"Code": "OK", "Message": "OK", "BizId": sms.biz_id})
        if action == "QuerySendDetails":
            found = [self._detail(sms) for sms in self.sent if sms.biz_id == query.get("BizId")]
            details = {"SmsSendDetailDTO": found}
            return aliyun_door.answer(
                200, {"Code": "OK", "TotalCount": str(len(found)), "SmsSendDetailDTOs": details}
            )
        return aliyun_door.answer(404, {"Code": "InvalidAction.NotFound", "Message": action})

    def _refusal(self, query: dict[str, str]) -> str:
        if not _MOBILE.fullmatch(query.get("PhoneNumbers", "")):
            return "isv.MOBILE_NUMBER_ILLEGAL"
        try:
            values = json.loads(query.get("TemplateParam", ""))
        except ValueError:
            return "isv.INVALID_JSON_PARAM"
        if any(len(str(value)) > _VALUE_MAX for value in values.values()):
            return "isv.PARAM_LENGTH_LIMIT"
        for seconds, most in _LIMITS.items() if self.limited else ():
            since = self._clock() - seconds
            mine = [s for s in self.sent if s.number == query["PhoneNumbers"] and s.at > since]
            if len(mine) >= most:
                return "isv.BUSINESS_LIMIT_CONTROL"
        return ""

    def _detail(self, sms: Sms) -> dict[str, Any]:
        status = FAILED if self.fail else ARRIVED
        if self._clock() - sms.at < self.arrives_after_s:
            status = WAITING
        code = {WAITING: "", FAILED: self.fail, ARRIVED: "DELIVERED"}[status]
        return {"SendStatus": status, "ErrCode": code, "PhoneNum": sms.number}
