"""Whether a bill may be charged now: judged each time somebody is about to be asked for money.

Nothing is charged while an earlier charge for the same bill is unresolved or approved, as far as who asks
can know it: a kiosk knows its own journal, the server knows its orders. What another kiosk took while
both were away from the server nobody can know; nor what a restored server has lost.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from django.db.models import Max

from contract.messages import Method, PaymentRecord, PaymentState
from kiosk.journal.journal import Journal
from server.billing.models import Allocation, Bill, BillState
from server.payments.channels.interface import ChannelStatus, Order
from server.payments.models import JournalEntry, PaymentOrder

if TYPE_CHECKING:
    from tests.simulation.lobby import SimulatedKiosk
    from tests.simulation.run import Simulation

CHOOSES_FOR_S = 200.0  # from what a resident is offered to the card in the terminal
OPEN = [s.value for s in PaymentState if not s.final]


def at_channel(run: "Simulation", order: Order) -> Iterator[str]:
    """A channel gets a new order: can another one be paid there for the same bill?"""
    stored = PaymentOrder.objects.filter(out_trade_no=order.out_trade_no).first()
    if stored is None:
        yield f"{order.out_trade_no} is at a channel before it is stored"
        return
    bills = {b["number"] for b in stored.bills}
    for other in PaymentOrder.objects.filter(state__in=OPEN).exclude(pk=stored.pk):
        if not other.by_code or not bills & {b["number"] for b in other.bills}:
            continue
        account = run.channels[Method(other.method)].accounts.get(other.out_trade_no)
        if (
            account is not None
            and account.status is ChannelStatus.WAITING
            and not run.let_go(other)
        ):
            yield (
                f"{stored.reference} and {other.reference} ({other.state} {other.method}):"
                " two open orders for one bill"
            )


def at_server(run: "Simulation", order: PaymentOrder) -> Iterator[str]:
    """The server has made an order: from then on a channel or a terminal may be asked."""
    if run.server.was_refused(order.payment_id):
        yield f"{order.reference} was refused, and is begun all the same"
    bills = {b["number"] for b in order.bills}
    for other in PaymentOrder.objects.filter(state__in=OPEN).exclude(pk=order.pk):
        if not bills & {b["number"] for b in other.bills} or run.let_go(other):
            continue
        if _may_be_paid(run, other):
            yield (
                f"{order.reference} ({order.method}) is begun while {other.reference}"
                f" ({other.state} {other.method}) for the same bill has no end"
            )
    own = Allocation.objects.filter(payment_id=order.payment_id)  # out of credit: booked with it
    others = Bill.objects.filter(number__in=bills).exclude(pk__in=own.values("bill"))
    for bill in others.exclude(state=BillState.OPEN):
        yield f"{order.reference} is begun for bill {bill.number}, which is {bill.state}"


def taken_back(run: "Simulation", order: PaymentOrder) -> Iterator[str]:
    """Staff took back what they had booked as paid, and its channel answered: nobody can pay it now.
    A code that nobody scanned yet no channel can close that does not know it."""
    account = run.channels[Method(order.method)].accounts.get(order.out_trade_no)
    if account is None or account.unscanned or account.captured_minor:
        return
    if account.status is ChannelStatus.WAITING:
        yield f"{order.reference} was taken back by staff, and {order.method} lets people pay it"


def of_void_bill(run: "Simulation", bill: Bill) -> Iterator[str]:
    """Somebody was let withdraw a bill: nobody may be about to pay it."""
    for order in PaymentOrder.objects.filter(state__in=OPEN):
        mine = bill.number in {b["number"] for b in order.bills}
        if mine and _may_be_paid(run, order) and not run.let_go(order):
            yield f"bill {bill.number} is withdrawn while {order.reference} ({order.state}) has no end"


def _may_be_paid(run: "Simulation", order: PaymentOrder) -> bool:
    """Of an open order. A card is asked for only after its order was PENDING here; what a journal only
    told of, and no channel knows, is waiting for its end."""
    if order.life is not PaymentState.CREATED:
        return True
    if not order.by_code:
        return False
    known = order.out_trade_no in run.channels[Method(order.method)].accounts
    return bool(order.request_hash) or known


def at_terminal(run: "Simulation", kiosk: "SimulatedKiosk", payment_id: str) -> Iterator[str]:
    """A kiosk asks its card terminal: what does its own journal say of the same bills?"""
    asked = kiosk.journal.payment(payment_id)
    assert asked is not None
    yield from of_old_copy(run, kiosk, asked)
    bills = {b.number for b in asked.bills}
    unsent = {r.payment_id for r in _approved_after(kiosk.journal, _received(run, kiosk))}
    for other in kiosk.journal._payments("WHERE 1 = 1", ()):
        if other.payment_id == payment_id or not bills & {b.number for b in other.bills}:
            continue
        if other.payment_id in unsent:
            yield (
                f"{asked.reference} is charged to a card while {other.reference}, approved"
                " for the same bill, is not known to the server"
            )
        elif _unresolved(other) and not run.let_go(other):
            yield (
                f"{asked.reference} is charged to a card while {other.reference}"
                f" ({other.state} {other.method}) for the same bill has no end"
            )


def _received(run: "Simulation", kiosk: "SimulatedKiosk") -> int:
    """Up to where the server has the kiosk's journal; what a restored one lacks no kiosk can know."""
    if run.server.lost:
        return kiosk.journal.acknowledged()
    here = JournalEntry.objects.filter(kiosk_id=kiosk.kiosk_id)
    return here.aggregate(last=Max("sequence"))["last"] or 0


def of_old_copy(run: "Simulation", kiosk: "SimulatedKiosk", asked: PaymentRecord) -> Iterator[str]:
    """Without a line a kiosk offers bills only as long as its copy of them is young."""
    most = run.faults.theme.copy_minutes
    if most is None or not asked.offline or kiosk.clock_was_off:
        return
    age_s = run.scheduler.now - kiosk.line.copied_at
    if age_s > most * 60 + CHOOSES_FOR_S:
        yield f"{asked.reference} is paid by a copy of the bills that is {age_s:.0f} s old"


def _approved_after(journal: Journal, sequence: int) -> list[PaymentRecord]:
    """Not by the journal's own function for it, which is what is tried here."""
    return journal._payments("WHERE state = 'approved' AND sequence > ?", (sequence,))


def _unresolved(record: PaymentRecord) -> bool:
    return record.state in (PaymentState.PENDING, PaymentState.UNKNOWN)
