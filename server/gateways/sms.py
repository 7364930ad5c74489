"""Text messages, by whichever provider an account is with: each fills in a template approved there."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from server.gateways.outcome import Outcome


@dataclass(frozen=True, slots=True)
class SmsAccount:
    """An account with a provider. ``app_id``: Tencent Cloud's SdkAppId, empty elsewhere."""

    key_id: str
    secret: str
    sign_name: str
    endpoint: str
    app_id: str = ""


@dataclass(frozen=True, slots=True)
class Filled:
    """A template by the provider's code for it, with its values in the order in which they stand."""

    code: str
    values: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Delivery:
    """What became of a message that the provider took."""

    arrived: bool
    said: str = ""


class NoAnswer(Exception):
    """The provider was not reached, or did not answer."""


class SmsProvider(Protocol):
    """A provider of text messages."""

    def send(self, number: str, message: Filled) -> Outcome:
        """Hands one message over; ``receipt`` of the outcome is what ``delivery`` asks by. Never
        raises."""
        ...

    def delivery(self, number: str, receipt: str, sent_at: datetime) -> Delivery | None:
        """None: not known yet. Raises NoAnswer."""
        ...
