"""A channel that answers nothing for a while, whatever it is asked: and nothing of it is done."""

from collections.abc import Callable, Sequence
from datetime import datetime

from server.payments.channels.interface import (
    ChannelStatus,
    EndAnswer,
    Ending,
    Order,
    OrderState,
    OutcomeUnknown,
    RefundStatus,
)


class DeadChannel:
    """``waits`` takes as long as anybody waits for an answer."""

    def __init__(self, simulated: bool, closes_unscanned: bool, waits: Callable[[], None]) -> None:
        self.simulated, self.closes_unscanned = simulated, closes_unscanned
        self._waits = waits

    def create(self, order: Order) -> str:
        self._waits()
        raise OutcomeUnknown("no answer")

    def query(self, out_trade_no: str) -> OrderState:
        self._waits()
        return OrderState(ChannelStatus.UNKNOWN)

    def charge(self, order: Order, payment_code: str) -> OrderState:
        self._waits()
        return OrderState(ChannelStatus.UNKNOWN)

    def close(self, out_trade_no: str) -> EndAnswer:
        self._waits()
        return EndAnswer(Ending.UNSURE)

    def reverse(self, out_trade_no: str) -> EndAnswer:
        self._waits()
        return EndAnswer(Ending.UNSURE)

    def refunded(
        self, out_trade_no: str, paid_at: datetime, refund_nos: Sequence[str]
    ) -> int | None:
        self._waits()
        return None

    def refund(
        self, out_trade_no: str, refund_no: str, amount_minor: int, total_minor: int, reason: str
    ) -> RefundStatus:
        self._waits()
        return RefundStatus.UNKNOWN

    def query_refund(self, out_trade_no: str, refund_no: str) -> RefundStatus:
        self._waits()
        return RefundStatus.UNKNOWN
