"""Alibaba Cloud's text messages: SendSms and QuerySendDetails of the API of 2017-05-25."""

import json
from datetime import UTC, datetime, timedelta

import requests

from server.gateways import aliyun_api, line
from server.gateways.outcome import Outcome
from server.gateways.sms import Delivery, Filled, NoAnswer, SmsAccount

_BEIJING = timedelta(hours=8)  # its days of sending are Beijing's
_FAILED, _ARRIVED = 2, 3


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
            answer = aliyun_api.call(self._account, "SendSms", query)
        except requests.RequestException as error:
            return line.failed(error)
        return aliyun_api.handed_over(answer, "BizId")

    def delivery(self, number: str, receipt: str, sent_at: datetime) -> Delivery | None:
        query = {
            "PhoneNumber": number,
            "BizId": receipt,
            "SendDate": f"{sent_at.astimezone(UTC) + _BEIJING:%Y%m%d}",
            "PageSize": "10",
            "CurrentPage": "1",
        }
        try:
            answer = aliyun_api.call(self._account, "QuerySendDetails", query)
        except requests.RequestException as error:
            raise NoAnswer(type(error).__name__) from error
        found = aliyun_api.told(answer).get("SmsSendDetailDTOs")
        details = found.get("SmsSendDetailDTO", []) if isinstance(found, dict) else []
        one = details[0] if isinstance(details, list) and details else {}
        status = one.get("SendStatus") if isinstance(one, dict) else None
        if status not in (_FAILED, _ARRIVED):
            return None
        return Delivery(
            status == _ARRIVED, str(one.get("ErrCode", "")) if status == _FAILED else ""
        )
