"""What a server cannot know any more because it came back with an earlier backup."""

from typing import TYPE_CHECKING

from contract.messages import Method, PaymentRecord, PaymentState
from server.alerts.models import Alert
from server.fleet.models import Kiosk as FleetKiosk
from server.payments.models import PaymentOrder
from tests.simulation.accounts import IN_THE_CONSOLE, Truth

if TYPE_CHECKING:
    from tests.simulation.lobby import SimulatedKiosk
    from tests.simulation.run import Simulation

ENDED_UNPAID = (PaymentState.DECLINED, PaymentState.CANCELLED)
TOLD_UNPAID = (*ENDED_UNPAID, PaymentState.REVERSED)


def word_is_lost(run: "Simulation", order: PaymentOrder, account: Truth) -> bool:
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


def knows_more(kiosk: "SimulatedKiosk") -> bool:
    """Whether a kiosk was told by the server, and keeps it on its disk, that more of its journal is safe
    than there is now. What heartbeats said to it a start may lose."""
    if kiosk.running is None:
        return False
    row = FleetKiosk.objects.get(pk=kiosk.kiosk_id)
    return kiosk.journal.acknowledged() > row.journal_sequence


def late_word_is_lost(run: "Simulation", order: PaymentOrder, account: Truth) -> bool:
    """Whether an order that had ended unpaid was paid after that, and each time that its channel told
    so was lost by a restore which no kiosk noticed: the server had taken no journal meanwhile."""
    unpaid = order.life in ENDED_UNPAID and account.captured_minor > 0
    windows = run.server.unnoticed
    told = account.payments_told
    lost = [any(since <= at <= until for since, until in windows) for at in told]
    return unpaid and bool(told) and all(lost)


def decision_is_lost(record: PaymentRecord, order: PaymentOrder) -> bool:
    """Whether staff had decided that it was paid, and a restore lost that: the channel has no such money,
    and staff are told that the payer was told otherwise."""
    told = Alert.objects.filter(kind="told_paid", subject=order.reference)
    return record.state is PaymentState.APPROVED and told.exists()


def order_is_lost(order: PaymentOrder) -> bool:
    """Whether the server has an order from the kiosk's journal only, and the kiosk told its payer that no
    money was taken before the money was known: it may be late without any end at the channel."""
    return not order.request_hash and order.kiosk_state in ENDED_UNPAID


def payment_is_lost(run: "Simulation", account: Truth) -> bool:
    """Whether a restore lost that the server knew of the payment: a channel that calls closed what was
    given back whole since, and tells of the payment no more, cannot be asked for it."""
    return account.channel == "alipay" and bool(run.server.lost)


def return_is_lost(run: "Simulation", record: PaymentRecord, order: PaymentOrder) -> bool:
    """Whether the kiosk was told that what was paid went back, and a restore lost that (as
    ``payment_is_lost``): to the server it ended unpaid, and nobody has any of the money."""
    channel = run.channels.get(Method(order.method))
    account = channel.accounts.get(order.out_trade_no) if channel else None
    if record.state is not PaymentState.REVERSED or order.life not in ENDED_UNPAID:
        return False
    return account is not None and not account.kept_minor and payment_is_lost(run, account)


def refusal_is_lost(run: "Simulation", record: PaymentRecord) -> bool:
    """Whether the server refused to begin a payment, a restore lost that, and the kiosk gave it up: a try
    of it that arrives later begins, and nobody at the kiosk hears how it ends."""
    given_up = record.state in ENDED_UNPAID
    return given_up and bool(run.server.lost) and record.payment_id in run.server.refused
