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
from server.payments import learning
from server.payments.channels import registry
from server.payments.channels.interface import Channel, ChannelUnavailable, OrderState, Standing
from server.payments.charging_times import REVERSE_AFTER
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
    ended = _reverse(order, through, at)
    if ended is None:
        return None
    if ended.standing is Standing.CLOSED and known.standing is Standing.DECLINED:
        return replace(ended, reason=known.reason)
    return ended


def stop_for_good(
    order: PaymentOrder, known: OrderState, through: Channel, at: datetime
) -> OrderState | None:
    """Reverses an order that ended unpaid and could still be paid, as ``known``, just asked, says.
    None: it need not be, or somebody else is at it."""
    if known.standing not in (Standing.WAITING, Standing.DECLINED):
        return None
    return _reverse(order, through, at)


def _reverse(order: PaymentOrder, through: Channel, at: datetime) -> OrderState | None:
    if not learning.about_to_end(order.payment_id, at):
        return None
    return through.reverse(order.out_trade_no)


def answers(known: OrderState) -> bool:
    """Whether a look at an ended order said clearly that no money is there."""
    return known.standing in _FOR_GOOD
