"""The exchange's own state: who was called with what, what it refuses, and who answered.

Answers as the API of 2017-05-25 documents them (SingleCallByTts, QueryCallDetailByCallId).
"""

import json
import re
import time
from dataclasses import dataclass
from typing import Any

from simulators import aliyun_door
from simulators.http_door import Response

NOTICES = "11000000300006"
ANSWERED, TALKED_S = "200000", 14
DAY_S = 86400
_NUMBER = re.compile(r"1\d{10}|0\d{9,11}")
_LIMITS = {60: 1, 3600: 5, DAY_S: 20}  # its limits to one number: seconds, calls


@dataclass
class Call:
    """``at``: by the exchange's clock, in seconds."""

    call_id: str
    number: str
    values: dict[str, str]
    at: float


class Exchange(aliyun_door.Service):
    """``fail``: the state of a call that nobody takes."""

    def __init__(self, key_id: str, secret: str, clock: Any = time.time) -> None:
        super().__init__(key_id, secret, clock)
        self.called: list[Call] = []

    def _answer(self, action: str, query: dict[str, str]) -> Response:
        if action == "SingleCallByTts":
            code = self.refuse or self._refusal(query)
            if code:
                return aliyun_door.refused(code)
            values, now = json.loads(query["TtsParam"]), self._clock()
            one = Call(f"{len(self.called):012d}^1{int(now)}", query["CalledNumber"], values, now)
            self.called.append(one)
            return aliyun_door.answer(200, {"Code": "OK", "Message": "OK", "CallId": one.call_id})
        if action == "QueryCallDetailByCallId":
            return aliyun_door.answer(
                200, {"Code": "OK", "Message": "OK", "Data": self._data(query)}
            )
        return aliyun_door.answer(404, {"Code": "InvalidAction.NotFound", "Message": action})

    def _refusal(self, query: dict[str, str]) -> str:
        number = query.get("CalledNumber", "")
        if not _NUMBER.fullmatch(number):
            return "isv.MOBILE_NUMBER_ILLEGAL"
        if not query.get("TtsCode", "").startswith("TTS_"):
            return "isv.TTS_TEMPLATE_ILLEGAL"
        if not 1 <= int(query.get("PlayTimes", "1")) <= 3:
            return "isv.PARAM_ILLEGAL"
        try:
            json.loads(query.get("TtsParam", ""))
        except ValueError:
            return "isv.INVALID_JSON_PARAM"
        if self._over(_LIMITS, (one.at for one in self.called if one.number == number)):
            return "isv.BUSINESS_LIMIT_CONTROL"
        return ""

    def _data(self, query: dict[str, str]) -> str:
        """JSON in a string, as it is there; empty where nothing fits or is known yet."""
        found = [one for one in self.called if one.call_id == query.get("CallId")]
        if not found or query.get("ProdId") != NOTICES:
            return ""
        one = found[0]
        asked_from = int(query.get("QueryDate", "0")) / 1000
        if not asked_from - 1 <= one.at < asked_from + DAY_S:
            return ""
        if self._clock() - one.at < self.arrives_after_s:
            return ""
        state = self.fail or ANSWERED
        talked = 0 if self.fail else TALKED_S
        return json.dumps(
            {"callee": one.number, "state": state, "stateDesc": state, "duration": talked}
        )
