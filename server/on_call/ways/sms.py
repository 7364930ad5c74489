"""Text messages and calls to staff, by the accounts of the configuration. The template of messages has
``place``, ``what`` and ``link``, that of calls the first two."""

from datetime import datetime

from django.conf import settings

from server.gateways import aliyun, aliyun_calls
from server.gateways.outcome import Fate, Outcome, Own
from server.gateways.sms import Delivery, Filled, SmsAccount, SmsProvider
from server.on_call.models import Way

PART_MAX = 35  # characters of one value of a template


def provider() -> SmsProvider | None:
    """None: none is configured."""
    section = settings.LOBBYPAY.sms
    if not section.access_key_id:
        return None
    return aliyun.AliyunSms(
        SmsAccount(section.access_key_id, settings.SMS_SECRET, section.sign_name, section.endpoint)
    )


def send(number: str, text: str) -> Outcome:
    by = provider()
    if by is None:
        return Outcome(Fate.REFUSED, Own.NO_SMS)
    return by.send(number, Filled(settings.LOBBYPAY.sms.template_code, _values(text)))


def caller() -> SmsProvider | None:
    """As ``provider``, of calls."""
    section = settings.LOBBYPAY.calls
    if not section.access_key_id:
        return None
    return aliyun_calls.AliyunCalls(
        SmsAccount(
            section.access_key_id, settings.CALLS_SECRET, section.show_number, section.endpoint
        )
    )


def call(number: str, text: str) -> Outcome:
    by = caller()
    if by is None:
        return Outcome(Fate.REFUSED, Own.NO_CALLS)
    values = _values(text)
    del values["link"]
    return by.send(number, Filled(settings.LOBBYPAY.calls.template_code, values))


def _values(text: str) -> dict[str, str]:
    first, _newline, rest = text.partition("\n")
    where, _colon, what = first.partition(": ")
    return {
        "place": where[:PART_MAX],
        "what": what[:PART_MAX] or where[:PART_MAX],
        "link": rest.rpartition("\n")[2].rpartition("/staff/")[2][:PART_MAX],
    }


def delivery_of(way: str, number: str, receipt: str, sent_at: datetime) -> Delivery | None:
    """As ``SmsProvider.delivery``."""
    by = caller() if way == Way.CALL else provider()
    return by.delivery(number, receipt, sent_at) if by is not None else None
