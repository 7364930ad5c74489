"""Orders that are charged by the code on the resident's phone: how long they live and how they end.

A number and a code are good for one charge. Whoever moves the order from CREATED to PENDING asks the
channel, once; everybody else looks. What is not paid in time is reversed, and only after a query that
did not find it paid, because reversing gives back what was paid (WeChat Pay doc/v3, reverse an order;
Alipay, face-to-face payment, polling and reversal).
"""

from datetime import datetime

from contract.messages import StartPayment
from contract.methods import by_payment_code
from contract.scan_kind import classify
from server.payments import timing
from server.payments.channels import registry
from server.payments.channels.interface import ChannelStatus, ChannelUnavailable, OrderState
from server.payments.models import PaymentOrder

_UNPAID = (ChannelStatus.WAITING, ChannelStatus.NOT_FOUND, ChannelStatus.DECLINED)
_FOR_GOOD = (ChannelStatus.CLOSED, ChannelStatus.NOT_FOUND, ChannelStatus.REFUNDED)


class OtherWallet(Exception):
    """The payment code is not one of the method's wallet."""


def check_request(request: StartPayment) -> None:
    """Before anything is written or asked. Raises OtherWallet, and ChannelUnavailable where there is
    no contract to charge codes."""
    if request.payment_code is None:
        return
    if by_payment_code(classify(request.payment_code).kind) is not request.method:
        raise OtherWallet(request.method)
    if request.method not in registry.charging_phones():
        raise ChannelUnavailable(f"{request.method} charges no payment codes")


def to_be_reversed(order: PaymentOrder, known: OrderState, at: datetime) -> bool:
    """Whether an open order is to be reversed: its time is over or its end wanted, and ``known``, just
    asked, says that it is unpaid."""
    over = order.expires_at is not None and at >= order.expires_at
    wanted = over or order.cancel_wanted or known.status is ChannelStatus.DECLINED
    early = order.submitted_at is None or at < order.submitted_at + timing.REVERSAL_NOT_BEFORE
    return wanted and not early and known.status in _UNPAID


def answers(known: OrderState) -> bool:
    """Whether a look at an ended order said clearly that no money is there."""
    return known.status in _FOR_GOOD
