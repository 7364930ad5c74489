"""What the server asks of a payment channel. An answer that is not understood is UNKNOWN, never a no.

Adapters keep no state and touch no database; every call has a time-out; amounts are minor units.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol, runtime_checkable

from server.gateways.official_account import OfficialAccount


class ChannelStatus(StrEnum):
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
class Browser:
    """Of a phone that pays by itself: its network address, and the page to which it comes back.
    ``in_window``: it pays in the window of the channel's own app, for which the channel has to know who
    pays (``openid``, of the merchant's account)."""

    address: str
    comes_back_to: str
    in_window: bool = False
    openid: str = ""

    @property
    def payer_unknown(self) -> bool:
        """Whether the channel cannot be asked yet."""
        return self.in_window and not self.openid


@dataclass(frozen=True)
class Order:
    """``out_trade_no`` is ours: one for each payment, never used for another. ``device`` is the kiosk;
    with ``browser`` it is paid on a page of the channel, and no code is shown."""

    out_trade_no: str
    amount_minor: int
    currency: str
    subject: str  # what the resident's phone shows
    expires_at: datetime  # aware; the last moment at which it may be paid
    device: str = ""
    browser: Browser | None = None


@dataclass(frozen=True)
class OrderState:
    """``reference`` is the channel's transaction number; ``amount_minor`` what the payer paid;
    ``reason`` why the payer was declined: code_expired, code_invalid, no_money, refused, ...;
    ``refunded_minor`` how much went back in all, None when that is not said: ask ``refunded``. That
    nothing was paid, or less, is no word of a payment: raises ValueError."""

    status: ChannelStatus
    reference: str = ""
    amount_minor: int | None = None
    paid_at: datetime | None = None
    refunded_minor: int | None = 0
    reason: str = ""

    def __post_init__(self) -> None:
        paid = self.status in (ChannelStatus.PAID, ChannelStatus.REFUNDED)
        if paid and self.amount_minor is not None and self.amount_minor <= 0:
            raise ValueError(f"a payment of {self.amount_minor}")


class Ending(StrEnum):
    """What a channel answered when it was asked to end an order. Only these words of the end itself
    decide what a query is worth afterwards: a query may lag behind what the channel has just done."""

    ACCEPTED = "accepted"  # it is ended, or will be: what a query says just after may be older
    REFUSED = (
        "refused"  # not done, and never by this request: it is paid, or too old to be reversed
    )
    BUSY = "busy"  # not done now, as while the payer types the password: ask again
    NOT_THERE = "not_there"  # explicitly no such order
    UNSURE = "unsure"  # no answer, or one that leaves open whether it was or will be done


@dataclass(frozen=True)
class EndAnswer:
    """The answer to a close or a reversal, and where the order stands by a query right after it."""

    ending: Ending
    state: OrderState = OrderState(ChannelStatus.UNKNOWN)


@dataclass(frozen=True)
class Notification:
    """A verified message of the channel about one order."""

    out_trade_no: str
    state: OrderState


class RefundStatus(StrEnum):
    DONE = "done"
    PROCESSING = "processing"
    FAILED = "failed"  # explicitly
    NOT_FOUND = "not_found"
    UNKNOWN = "unknown"


class Channel(Protocol):
    """``name`` is the payment method's: wechat or alipay. ``closes_unscanned``: whether ``close`` ends a
    code that nobody scanned; where it does not, only a reversal does."""

    name: str
    simulated: bool
    closes_unscanned: bool

    def create(self, order: Order) -> str:
        """Makes the order, or finds it when it was made before, and returns the text of its QR code, or
        for a browser the address of the page on which it is paid, in the app's own window what
        ``window_call`` takes.

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

    def reverse(self, out_trade_no: str) -> EndAnswer:
        """Ends an order whatever became of it: what was paid goes back, so query first. May be asked
        any number of times; never raises.
        """
        ...

    def query(self, out_trade_no: str) -> OrderState:
        """Never raises: trouble is UNKNOWN."""
        ...

    def close(self, out_trade_no: str) -> EndAnswer:
        """Ends an unpaid order; never raises. It gives nothing back: what is paid is REFUSED."""
        ...

    def refunded(
        self, out_trade_no: str, paid_at: datetime, refund_nos: Sequence[str]
    ) -> int | None:
        """How much of a paid order went back in all by now, whoever asked for it; ``refund_nos`` are
        ours. None: it cannot be said now. Never raises."""
        ...

    def refund(
        self, out_trade_no: str, refund_no: str, amount_minor: int, total_minor: int, reason: str
    ) -> RefundStatus:
        """Gives money back once for each ``refund_no``; never raises."""
        ...

    def query_refund(self, out_trade_no: str, refund_no: str) -> RefundStatus: ...

    def parse_notification(self, headers: Mapping[str, str], body: bytes) -> Notification:
        """Raises NotGenuine."""
        ...

    def acknowledgement(self) -> tuple[int, str, bytes]:
        """The answer (status, content type, body) that makes the channel stop repeating itself."""
        ...


@runtime_checkable
class PaysInWindow(Protocol):
    """A channel that takes money in the window of its own app, by whoever the merchant's account there
    knows; ``account``: None where that is not set up."""

    account: OfficialAccount | None

    def window_call(self, told: str) -> dict[str, str]:
        """What the page asks the app with. ``told``: by ``create``, of an order in the window."""
        ...
