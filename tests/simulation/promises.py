"""What people were told, by screens and on paper, and whether it is true in the end.

A screen or a paper that says "paid" binds, and so does one that says "not paid, no money was taken". What
is wrong may still be put right, but then staff or the payer's page must say so.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from contract.messages import Method, PaymentRecord, PaymentState
from device_drivers.printers.interface import Document, TextLine
from kiosk.core.model import Say, Screen, Session
from server.alerts.models import Alert
from server.payments.models import PaymentOrder

if TYPE_CHECKING:
    from tests.simulation.run import Simulation

NO_MONEY = (Say.PAYMENT_CANCELLED, Say.PAYMENT_EXPIRED, Say.NOT_TAKEN, Say.TERMINAL_SILENT)
RECEIPT, SLIP = "缴费小票", "付款查询凭条"


@dataclass
class ReceiptStatus:
    """By payment, unless it says otherwise."""

    paid: set[str] = field(default_factory=set)
    unpaid: dict[str, datetime] = field(default_factory=dict)  # since when: nothing was charged
    went_back: set[str] = field(default_factory=set)
    asked_not_to_pay_again: set[str] = field(default_factory=set)
    receipts: list[str] = field(default_factory=list)  # references
    slips: list[str] = field(default_factory=list)


class Promises:
    """Listens to every screen and every paper of a run. ``now``: the true time."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now, self.told = now, ReceiptStatus()
        self._last: dict[str, PaymentRecord] = {}  # by kiosk: the payment on its screen

    def screen(self, code: str, session: Session) -> None:
        """What a kiosk shows now."""
        visit = session.visit
        payment = visit.payment
        if payment is not None:
            self._last[code] = payment
        shown = self._last.get(code)
        if shown is None:
            return
        match visit.screen:
            case Screen.PAID if payment is not None:
                self.told.paid.add(payment.payment_id)
            case Screen.DECLINED if payment is not None and not payment.reversal_asked:
                self.told.unpaid.setdefault(payment.payment_id, self._now())
            case Screen.UNKNOWN if payment is not None:
                self.told.asked_not_to_pay_again.add(payment.payment_id)
            case Screen.MESSAGE if visit.say in NO_MONEY:
                self.told.unpaid.setdefault(shown.payment_id, self._now())
            case Screen.MESSAGE if visit.say is Say.PAYMENT_REVERSED:
                self.told.went_back.add(shown.payment_id)
            case Screen.ATTRACT:
                del self._last[code]

    def paper(self, document: Document) -> None:
        """A paper came out whole."""
        lines = [b for b in document.blocks if isinstance(b, TextLine)]
        words = {line.text for line in lines}
        reference = next((line.right for line in lines if line.bold and line.right), "")
        if any(word.startswith(RECEIPT) for word in words):
            self.told.receipts.append(reference)
        elif any(word.startswith(SLIP) for word in words):
            self.told.slips.append(reference)


def broken(run: "Simulation") -> Iterator[str]:
    """What was told and is not true, now that all is at rest."""
    told = run.promises.told
    orders = {order.payment_id: order for order in PaymentOrder.objects.all()}
    by_reference = {order.reference: order for order in orders.values()}
    for payment_id in sorted(told.paid):
        yield from _paid("a screen", orders.get(payment_id), payment_id)
        yield from _given_back(run, orders.get(payment_id))
    for reference in sorted(set(told.receipts)):
        yield from _paid("a receipt", by_reference.get(reference), reference)
    for payment_id in sorted(told.unpaid):
        yield from _unpaid(orders.get(payment_id))
        yield from _charged_and_back(run, orders.get(payment_id), told.unpaid[payment_id])
    for payment_id in sorted(told.went_back):
        order = orders.get(payment_id)
        if order is not None and order.life is PaymentState.APPROVED and order.reason != "late":
            yield f"{order.reference}: a screen said that it went back, and it is kept"
    for payment_id in sorted(told.asked_not_to_pay_again):
        order = orders.get(payment_id)
        if order is not None and not order.life.final and not _staff_know(order):
            yield f"{order.reference}: its payer was told to wait, and nobody looks into it"


def _paid(where: str, order: PaymentOrder | None, what: str) -> Iterator[str]:
    if order is None:
        yield f"{what}: {where} said paid, and the server does not know it"
    elif order.life is PaymentState.REVERSED:
        return  # somebody, or the terminal, gave it back later
    elif order.life is not PaymentState.APPROVED and not _staff_know(order):
        yield f"{order.reference}: {where} said paid, and it is {order.state}"


def _given_back(run: "Simulation", order: PaymentOrder | None) -> Iterator[str]:
    """The server itself had asked for its return: then nobody says paid before that is refused."""
    if order is None or not order.by_code or run.server.lost:
        return
    account = run.channels[Method(order.method)].accounts.get(order.out_trade_no)
    if account is not None and account.taken_back:
        yield f"{order.reference}: a screen said paid, and a reversal was on its way"


def _unpaid(order: PaymentOrder | None) -> Iterator[str]:
    """Late money is another matter: it is credited or sent back, and staff hear of it."""
    if order is None or order.life in (PaymentState.DECLINED, PaymentState.CANCELLED):
        return
    if order.life is PaymentState.REVERSED or order.reason == "late" or _staff_know(order):
        return
    yield f"{order.reference}: a screen said that no money was taken, and it is {order.state}"


def _charged_and_back(
    run: "Simulation", order: PaymentOrder | None, told_at: datetime
) -> Iterator[str]:
    """A reversal returns what was charged before it: whoever sees both on the phone was told a lie by
    "nothing was charged". A restored server may have lost that it had asked for one."""
    if order is None or not order.by_code or run.server.lost:
        return
    account = run.channels[Method(order.method)].accounts.get(order.out_trade_no)
    charged = account.paid_at if account is not None and account.taken_back else None
    if charged is not None and charged <= told_at:
        yield f"{order.reference}: a screen said that no money was taken, and a reversal gave it back"


def _staff_know(order: PaymentOrder) -> bool:
    if order.decided or order.held_minor:
        return True
    alerts = Alert.objects.filter(community_id=order.community_id)
    # That it was looked into for long, and is over, says nothing of how it ended.
    alerts = alerts.exclude(kind="unknown_for_long", resolved_at__isnull=False)
    return any(
        order.reference in alert.subject or alert.details.get("payment_id") == order.payment_id
        for alert in alerts
    )
