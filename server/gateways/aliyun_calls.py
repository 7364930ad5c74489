"""Alibaba Cloud's calls by phone: SingleCallByTts and QueryCallDetailByCallId of the API of 2017-05-25.

A template that was approved there is filled in and read out. Its limits to one number: one call a minute,
five an hour, twenty a day.
"""

import json
from datetime import datetime
from typing import Any

import requests

from contract.plain_text import whole_number
from server.gateways import aliyun_api, line
from server.gateways.outcome import Outcome, Own
from server.gateways.sms import Delivery, Filled, NoAnswer, SmsAccount

NOTICES = "11000000300006"  # its product of voice notices
READ_OUT_TIMES = "2"


class AliyunCalls:
    """An ``SmsProvider`` whose messages are read out. ``sign_name`` of the account: the number that is
    shown to whoever is called; empty: one of the provider's."""

    def __init__(self, account: SmsAccount) -> None:
        self._account = account

    def send(self, number: str, message: Filled) -> Outcome:
        query = {
            "CalledNumber": number.removeprefix("+86"),
            "TtsCode": message.code,
            "TtsParam": json.dumps(dict(message.values), ensure_ascii=False),
            "PlayTimes": READ_OUT_TIMES,
        }
        if self._account.sign_name:
            query["CalledShowNumber"] = self._account.sign_name
        try:
            answer = aliyun_api.call(self._account, "SingleCallByTts", query)
        except requests.RequestException as error:
            return line.failed(error)
        return aliyun_api.handed_over(answer, "CallId")

    def delivery(self, number: str, receipt: str, sent_at: datetime) -> Delivery | None:
        """Whether somebody took the call. It is known some minutes after its end."""
        query = {
            "CallId": receipt,
            "ProdId": NOTICES,
            "QueryDate": str(int(sent_at.timestamp() * 1000)),
        }
        try:
            answer = aliyun_api.call(self._account, "QueryCallDetailByCallId", query)
        except requests.RequestException as error:
            raise NoAnswer(type(error).__name__) from error
        detail = _detail(aliyun_api.told(answer).get("Data"))
        if not detail.get("state"):
            return None
        answered = bool(whole_number(str(detail.get("duration"))))  # seconds
        return Delivery(answered, "" if answered else Own.NOT_ANSWERED)


def _detail(data: object) -> dict[str, Any]:
    """It is JSON within JSON; empty while nothing is known."""
    try:
        read = json.loads(data) if isinstance(data, str) else None
    except ValueError:
        return {}
    return read if isinstance(read, dict) else {}
