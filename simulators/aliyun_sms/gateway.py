"""The gateway's own state: what was sent to whom, what it refuses, and when phones have it.

Answers as the API of 2017-05-25 documents them (SendSms, QuerySendDetails).
"""

import json
import re
import time
from dataclasses import dataclass
from typing import Any

from simulators import aliyun_door
from simulators.http_door import Response

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


class Gateway(aliyun_door.Service):
    """``fail``: the operator's code by which phones do not get it."""

    def __init__(self, key_id: str, secret: str, clock: Any = time.time) -> None:
        super().__init__(key_id, secret, clock)
        self.sent: list[Sms] = []

    def _answer(self, action: str, query: dict[str, str]) -> Response:
        if action == "SendSms":
            code = self.refuse or self._refusal(query)
            if code:
                return aliyun_door.refused(code)
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
        mine = (one.at for one in self.sent if one.number == query["PhoneNumbers"])
        if self._over(_LIMITS, mine):
            return "isv.BUSINESS_LIMIT_CONTROL"
        return ""

    def _detail(self, sms: Sms) -> dict[str, Any]:
        status = FAILED if self.fail else ARRIVED
        if self._clock() - sms.at < self.arrives_after_s:
            status = WAITING
        code = {WAITING: "", FAILED: self.fail, ARRIVED: "DELIVERED"}[status]
        return {"SendStatus": status, "ErrCode": code, "PhoneNum": sms.number}
