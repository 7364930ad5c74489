"""Orders that are charged by the code on the resident's phone: how long they live and how they end.

A number and a code are good for one charge. Whoever moves the order from CREATED to PENDING asks the
channel, once; everybody else looks. What is not paid in time is reversed, and only after a query that
did not find it paid, because reversing gives back what was paid (PROTOCOLS: 微信支付 doc/v3, 撤销订单;
支付宝 当面付, 轮询与撤销).
"""

from dataclasses import replace
from datetime import datetime

from contract.messages import Method, StartPayment
from contract.scan_kind import ScanKind, classify
from server.payments.channels import registry
from server.payments.channels.interface import Channel, ChannelUnavailable, OrderState, Standing
from server.payments.charging_times import (
    LOOK_AGAIN,
    REVERSE_AFTER,
    UNANSWERED,
    UNANSWERED_MAX,
)
from server.payments.models import PaymentOrder

_WALLET = {ScanKind.WECHAT_PAYMENT: Method.WECHAT, ScanKind.ALIPAY_PAYMENT: Method.ALIPAY}
_UNPAID = (Standing.WAITING, Standing.NOT_FOUND, Standing.DECLINED)
_FOR_GOOD = (Standing.CLOSED, Standing.NOT_FOUND, Standing.REFUNDED)


class OtherWallet(Exception):
    """The payment code is not one of the method's wallet."""


def check_request(request: StartPayment) -> None:
    """Before anything is written or asked. Raises OtherWallet, and ChannelUnavailable where there is
    no contract to charge codes."""
    if request.payment_code is None:
        return
    if _WALLET.get(classify(request.payment_code).kind) is not request.method:
        raise OtherWallet(request.method)
    if request.method not in registry.charging_phones():
        raise ChannelUnavailable(f"{request.method} charges no payment codes")


def take_back(
    order: PaymentOrder, known: OrderState, through: Channel, at: datetime
) -> OrderState | None:
    """Reverses an open order when its time is over and ``known``, just asked, says that it is unpaid.
    None: not yet, or it cannot be said."""
    over = order.expires_at is not None and at >= order.expires_at
    wanted = over or order.cancel_wanted or known.standing is Standing.DECLINED
    early = order.asked_at is None or at < order.asked_at + REVERSE_AFTER
    if not wanted or early or known.standing not in _UNPAID:
        return None
    ended = through.reverse(order.out_trade_no)
    if ended.standing is Standing.CLOSED and known.standing is Standing.DECLINED:
        return replace(ended, reason=known.reason)
    return ended


def look_again(order: PaymentOrder, through: Channel) -> OrderState:
    """How an order stands that ended unpaid; one that could still be paid is reversed for good."""
    known = through.query(order.out_trade_no)
    if known.standing in (Standing.WAITING, Standing.DECLINED):
        return through.reverse(order.out_trade_no)
    return known


def answers(known: OrderState) -> bool:
    """Whether a look at an ended order said clearly that no money is there."""
    return known.standing in _FOR_GOOD


def unanswered_until(order: PaymentOrder, at: datetime) -> datetime:
    """When to look again unless this look at an ended order is answered."""
    return at + min(max(UNANSWERED, (at - order.changed_at) / 4), UNANSWERED_MAX)


def next_look(checks: int, at: datetime) -> datetime | None:
    """When to look again after ``checks`` looks; None: no more."""
    return at + LOOK_AGAIN[checks] if checks < len(LOOK_AGAIN) else None
