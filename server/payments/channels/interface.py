"""What the server asks of a payment channel. An answer that is not understood is UNKNOWN, never a no.

Adapters keep no state and touch no database; every call has a time-out; amounts are minor units.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol


class Standing(StrEnum):
    """Where an order stands at the channel."""

    NOT_FOUND = "not_found"  # the channel explicitly knows no such order (Alipay: not scanned yet)
    WAITING = "waiting"  # it can still be paid
    PAID = "paid"
    DECLINED = "declined"  # an explicit no to the phone; reversing it makes sure that it stays so
    CLOSED = "closed"  # explicitly unpaid, and cannot be paid any more
    REFUNDED = "refunded"  # was paid, and part or all went back
    UNKNOWN = "unknown"  # no answer, or one that was not understood: ask again


class ChannelUnavailable(Exception):
    """The channel certainly did not do what was asked (refused, not configured, not reachable before
    the request was sent)."""


class OutcomeUnknown(Exception):
    """The channel may or may not have done what was asked: query."""


class NotGenuine(Exception):
    """A notification whose signature, age or content is not the channel's."""


@dataclass(frozen=True)
class Order:
    """``out_trade_no`` is ours: one for each payment, never used for another. ``device`` is the kiosk."""

    out_trade_no: str
    amount_minor: int
    currency: str
    subject: str  # what the resident's phone shows
    expires_at: datetime  # aware; the last moment at which it may be paid
    device: str = ""


@dataclass(frozen=True)
class OrderState:
    """``reference`` is the channel's transaction number; ``amount_minor`` what the payer paid;
    ``reason`` why the payer was declined: code_expired, code_invalid, no_money, refused, ..."""

    standing: Standing
    reference: str = ""
    amount_minor: int | None = None
    paid_at: datetime | None = None
    refunded_minor: int = 0
    reason: str = ""


@dataclass(frozen=True)
class Notification:
    """A verified message of the channel about one order."""

    out_trade_no: str
    state: OrderState


class RefundStanding(StrEnum):
    DONE = "done"
    PROCESSING = "processing"
    FAILED = "failed"  # explicitly
    NOT_FOUND = "not_found"
    UNKNOWN = "unknown"


class Channel(Protocol):
    """``name`` is the payment method's: wechat or alipay."""

    name: str
    simulated: bool

    def create(self, order: Order) -> str:
        """Makes the order, or finds it when it was made before, and returns the text of its QR code.

        Raises ChannelUnavailable or OutcomeUnknown; repeating it with the same order is safe.
        """
        ...

    def charge(self, order: Order, payment_code: str) -> OrderState:
        """Takes the money of a phone by the code it showed; to be called once for each order, because
        neither number nor code may be used again.

        PAID, DECLINED with its reason, WAITING while the payer is asked for the password, or UNKNOWN.
        Raises ChannelUnavailable when the channel was certainly not reached.
        """
        ...

    def reverse(self, out_trade_no: str) -> OrderState:
        """Ends an order that was charged by payment code and says where it stands then; never raises.
        What was paid meanwhile goes back: query first. WAITING: the payer is at it, ask again.
        """
        ...

    def query(self, out_trade_no: str) -> OrderState:
        """Never raises: trouble is UNKNOWN."""
        ...

    def close(self, out_trade_no: str) -> OrderState:
        """Ends an unpaid order and says where it stands then; never raises. PAID means too late.

        Alipay: cancelling pays back what was paid, so the adapter queries first and closes only what
        is unpaid; an order that was never scanned is CLOSED.
        """
        ...

    def refund(
        self, out_trade_no: str, refund_no: str, amount_minor: int, total_minor: int, reason: str
    ) -> RefundStanding:
        """Gives money back once for each ``refund_no``; never raises."""
        ...

    def query_refund(self, out_trade_no: str, refund_no: str) -> RefundStanding: ...

    def parse_notification(self, headers: Mapping[str, str], body: bytes) -> Notification:
        """Raises NotGenuine."""
        ...

    def acknowledgement(self) -> tuple[int, str, bytes]:
        """The answer (status, content type, body) that makes the channel stop repeating itself."""
        ...
