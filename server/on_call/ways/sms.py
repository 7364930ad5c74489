"""Text messages by whichever provider the configuration names."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from django.conf import settings

from server.on_call.outcome import Fate, Outcome, Own
from server.on_call.ways import aliyun


@dataclass(frozen=True, slots=True)
class Delivery:
    """What became of a message that the provider took."""

    arrived: bool
    said: str = ""


class NoAnswer(Exception):
    """The provider was not reached, or did not answer."""


class SmsProvider(Protocol):
    """A provider of text messages."""

    def send(self, number: str, text: str) -> Outcome:
        """Hands one message over; ``receipt`` of the outcome is what ``delivery`` asks by. Never
        raises."""
        ...

    def delivery(self, number: str, receipt: str, sent_at: datetime) -> Delivery | None:
        """None: not known yet. Raises NoAnswer."""
        ...


def provider() -> SmsProvider | None:
    """None: none is configured."""
    section = settings.LOBBYPAY.sms
    return aliyun.AliyunSms(section, settings.SMS_SECRET) if section.access_key_id else None


def send(number: str, text: str) -> Outcome:
    by = provider()
    if by is None:
        return Outcome(Fate.REFUSED, Own.NO_SMS)
    return by.send(number, text)


def delivery_of(number: str, receipt: str, sent_at: datetime) -> Delivery | None:
    by = provider()
    return by.delivery(number, receipt, sent_at) if by is not None else None
