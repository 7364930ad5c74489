"""What a server cannot know any more because it came back with an earlier backup."""

from typing import TYPE_CHECKING

from contract.messages import Method, PaymentRecord, PaymentState
from server.payments.models import PaymentOrder
from tests.simulation.accounts import IN_THE_CONSOLE, Account

if TYPE_CHECKING:
    from tests.simulation.run import Simulation

ENDED_UNPAID = (PaymentState.DECLINED, PaymentState.CANCELLED)
TOLD_UNPAID = (*ENDED_UNPAID, PaymentState.REVERSED)


def word_is_lost(run: "Simulation", order: PaymentOrder, account: Account) -> bool:
    """Whether the server knows less of what went back in the console than it was told, and all that told
    it of the last sum is among what a restore lost.

    Alipay names a part that was given back in its console in one notification only, and never again once
    that was acknowledged; its query says nothing of it, and the query of refunds knows only those whose
    number is told. No server can learn of it by asking: reconciliation with the channel's bill finds it.
    WeChat Pay's query says that something went back, so there this is no excuse.
    """
    if order.method != Method.ALIPAY or not account.partly_returned_in_console:
        return False
    sum_minor, parts = 0, {0}
    for number, amount in account.refunds.items():
        sum_minor += amount
        parts.add(sum_minor)
        if not number.startswith(IN_THE_CONSOLE):
            return False
    told = [at for at, sum_told in account.refunds_told if sum_told > order.refunded_minor]
    is_lost = [any(since <= at <= until for since, until in run.server.lost) for at in told]
    return order.refunded_minor in parts and bool(told) and all(is_lost)


def order_is_lost(order: PaymentOrder) -> bool:
    """Whether the server has an order from the kiosk's journal only, and the kiosk told its payer that no
    money was taken before the money was known: it may be late without any end at the channel."""
    return not order.request_hash and order.kiosk_state in ENDED_UNPAID


def payment_is_lost(run: "Simulation", account: Account) -> bool:
    """Whether a restore lost that the server knew of the payment: a channel that calls closed what was
    given back whole since, and tells of the payment no more, cannot be asked for it."""
    return account.channel == "alipay" and bool(run.server.lost)


def refusal_is_lost(run: "Simulation", record: PaymentRecord) -> bool:
    """Whether the server refused to begin a payment, a restore lost that, and the kiosk gave it up: a try
    of it that arrives later begins, and nobody at the kiosk hears how it ends."""
    given_up = record.state in ENDED_UNPAID
    return given_up and bool(run.server.lost) and record.payment_id in run.server.refused
