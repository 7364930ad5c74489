"""One order at a channel: what is true of it, and what somebody who asks is told of it by now."""

from dataclasses import dataclass, field, replace
from datetime import datetime

from server.payments.channels.interface import ChannelStatus, Order, OrderState

REVERSAL = "reversal"
IN_THE_CONSOLE = "console"  # begins the numbers of what somebody gives back there


@dataclass
class Truth:
    """What is true of an order at a channel, as the invariants judge it, whoever found it out."""

    channel: str
    captured_minor: int = 0
    refunds: dict[str, int] = field(default_factory=dict)  # number -> amount
    payments_told: list[float] = field(default_factory=list)  # when that was acknowledged
    returned_at: float = 0.0  # when somebody gave some of it back in the console last
    paid_after_end: bool = False  # it was closed, or declined

    @property
    def taken_back(self) -> bool:
        """Whether the channel itself gave the money back, by a reversal."""
        return REVERSAL in self.refunds

    @property
    def kept_minor(self) -> int:
        return self.captured_minor - sum(self.refunds.values())

    @property
    def partly_returned_in_console(self) -> bool:
        by_hand = any(number.startswith(IN_THE_CONSOLE) for number in self.refunds)
        return by_hand and self.kept_minor > 0


@dataclass(kw_only=True)
class Account(Truth):
    """``shown`` is what a query says, from which moment on: a channel may be slow to show what it did
    itself."""

    order: Order
    status: ChannelStatus = ChannelStatus.WAITING
    unscanned: bool = False  # nobody scanned the code: the channel says that it has no such order
    refunds_told: list[tuple[float, int]] = field(
        default_factory=list
    )  # sums that were acknowledged
    paid_at: datetime | None = None
    reason: str = ""  # why a charge was declined
    shown: list[tuple[float, OrderState]] = field(default_factory=list)

    def state(self) -> OrderState:
        """The truth, as a query tells it: 微信支付 says 转入退款 (REFUND) of all or a part and not how
        much; 支付宝 calls closed what went back whole, and says nothing of a part."""
        if self.unscanned:
            return OrderState(ChannelStatus.NOT_FOUND)
        if self.taken_back:
            return OrderState(ChannelStatus.CLOSED)  # as after any reversal, paid or not
        if not self.captured_minor:
            declined = self.status is ChannelStatus.DECLINED
            return OrderState(self.status, reason=self.reason if declined else "")
        reference = f"42{self.order.out_trade_no[:12]}"
        paid = OrderState(ChannelStatus.PAID, reference, self.captured_minor, self.paid_at)
        if self.channel == "alipay":
            return paid if self.kept_minor else OrderState(ChannelStatus.CLOSED)
        if self.refunds:
            return replace(paid, status=ChannelStatus.REFUNDED, refunded_minor=None)
        return paid

    def told_unasked(self) -> OrderState:
        """As a notification says it, which names what went back in all."""
        if self.refunds and self.kept_minor:
            refunded = sum(self.refunds.values())
            return replace(self.state(), status=ChannelStatus.REFUNDED, refunded_minor=refunded)
        return self.state()

    def shows_from(self, at: float) -> None:
        """What is true now is told to who asks from then on, never before what was true earlier."""
        if self.shown:
            at = max(at, self.shown[-1][0])
        self.shown.append((at, self.state()))

    def told(self, at: float) -> OrderState:
        """What a query says at that time."""
        found = OrderState(ChannelStatus.NOT_FOUND)
        for since, state in self.shown:
            if since <= at:
                found = state
        return found
