"""Compares orders, refunds and the kiosks' received journals with the books. Changes nothing.

What a payment left in the clearing accounts is what its order says of the money: charged or held, less
what went back. What a kiosk's journal calls approved is booked, in that amount, or somebody says so here.
"""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from django.db.models import F, Q, Sum

from contract.journal_hash import GENESIS, entry_hash
from contract.messages import EntryKind, Method, PaymentState
from server.alerts.models import Alert
from server.billing import outside_refunds
from server.billing.models import Allocation, BillLease
from server.billing.settlement import CREDIT, RESERVED
from server.billing.verification import verify_ledger
from server.estate.models import Unit
from server.ledger.models import Entry, Transaction
from server.payments.models import JournalEntry, PaymentOrder, Refund
from server.payments.refunds import TWICE

_STEP = 500
_OF_BILLS = ("bill", "bill_void")  # kinds of transactions that are about no payment
_OF_KIOSKS = frozenset(f"clearing:{method.value}" for method in Method)
_OPEN = [s.value for s in PaymentState if not s.final]

Sums = dict[str, int]  # by payment, in minor units


def verify_books() -> list[str]:
    """One sentence for each thing wrong: in the books, against the bills, against what was paid and
    against what the kiosks wrote down."""
    of_payments = [*_orders(), *_refunds(), *_waiting(), *_strays(), *_holds()]
    return [*verify_ledger(), *of_payments, *_journals()]


def _sums(**accounts: str) -> Sums:
    """What the payments' transactions left on some accounts; the payment begins the reference."""
    entries = Entry.objects.filter(**accounts).exclude(transaction__kind__in=_OF_BILLS).order_by()
    rows = entries.values_list("transaction__reference").annotate(total=Sum("amount_minor"))
    sums: Sums = defaultdict(int)
    for reference, total in rows.iterator(_STEP):
        sums[reference.split(" ")[0]] += total
    return sums


def _orders() -> Iterator[str]:
    cleared = _sums(account__code__startswith="clearing:")
    credited, reserved = _sums(account__code=CREDIT), _sums(account__code=RESERVED)
    allocated = _allocated()
    again, borne = _refunded_again(), _borne_by_credit()
    orders = PaymentOrder.objects.order_by("pk").select_related("community")
    for order in orders.iterator(_STEP):
        name = f"{order.community.code}: payment {order.reference} ({order.state})"
        money = order.captured_minor + order.held_minor - order.refunded_minor
        drawn = money if order.method == Method.CREDIT else 0  # out of the unit's own
        money -= drawn
        money -= again.get(order.payment_id, 0)
        found = cleared.get(order.payment_id, 0)
        if found != money:
            yield f"{name}: the order says that {money} is here, the books say {found}"
        found = reserved.get(order.payment_id, 0)
        if found != -order.reserved_minor:
            yield f"{name}: {order.reserved_minor} of credit is reserved, the books say {-found}"
        drawn += order.reserved_minor + order.drawn_minor
        found = drawn - credited.get(order.payment_id, 0) + borne.get(order.payment_id, 0)
        if found != order.credited_minor:
            yield f"{name}: {order.credited_minor} became credit, the books say {found}"
        found = allocated.get(order.payment_id, 0)
        if found != order.allocated_minor:
            yield f"{name}: {order.allocated_minor} settled bills, allocations say {found}"
        if order.currency != order.community.currency:
            yield f"{name}: in {order.currency}, the community's books are in another currency"


def _allocated() -> Sums:
    rows = Allocation.objects.filter(undone=False).order_by().values_list("payment_id")
    return dict(rows.annotate(total=Sum("amount_minor")))


def _refunded_again() -> Sums:
    """What a channel sent back although people had paid it out: as much as staff were told."""
    sums: Sums = defaultdict(int)
    for said in Alert.objects.filter(kind=TWICE).values_list("details", flat=True):
        sums[str(said["payment_id"])] += int(said["amount_minor"])
    return sums


def _borne_by_credit() -> Sums:
    """What the units' credit bears of payments that went back in part; nothing of those that went back
    whole, where that is undone."""
    kept = PaymentOrder.objects.filter(state=PaymentState.APPROVED.value).values("payment_id")
    entries = Entry.objects.filter(
        account__code="credit",
        transaction__kind__startswith=outside_refunds.KIND_OF_CREDIT,
        transaction__reference__in=kept,
    ).order_by()
    rows = entries.values_list("transaction__reference")
    return dict(rows.annotate(total=Sum("amount_minor")))


def _refunds() -> Iterator[str]:
    booked = _booked("refund")
    refunds = Refund.objects.order_by("pk").values_list(
        "refund_no", "order__payment_id", "state", "amount_minor", "community__code"
    )
    for number, payment, state, amount, community in refunds.iterator(_STEP):
        should = 0 if state == Refund.State.DUE else amount
        if booked.get(payment, 0) != should:
            found = booked.get(payment, 0)
            yield f"{community}: refund {number} is {state}: {should} went back, the books say {found}"


def _waiting() -> Iterator[str]:
    """What went back unasked and nobody bears, though nobody is asked about it either."""
    waiting = _sums(account__code=outside_refunds.ACCOUNT)
    asked = Alert.objects.filter(kind="refund_outside", resolved_at=None)
    about = {str(details.get("payment_id")) for details in asked.values_list("details", flat=True)}
    orders = PaymentOrder.objects.filter(payment_id__in=[p for p, m in waiting.items() if m])
    for order in orders.exclude(payment_id__in=about).order_by("pk").select_related("community"):
        minor = waiting[order.payment_id]
        name = f"{order.community.code}: payment {order.reference}"
        yield f"{name}: {minor} went back unasked, and the books do not say who bears it"


def _booked(kind: str) -> Sums:
    rows = Transaction.objects.filter(kind=kind).order_by()
    return dict(rows.values_list("reference", "debit_minor"))


def _strays() -> Iterator[str]:
    """Money in the books of a payment at a kiosk that no order tells of, or in another unit's name."""
    orders = dict(PaymentOrder.objects.values_list("payment_id", "unit_id"))
    merged = Unit.objects.exclude(merged_into=None)
    into: dict[int, int] = dict(merged.values_list("pk", "merged_into_id"))
    rows = (
        Entry.objects.filter(Q(account__code__startswith="clearing:") | Q(account__code="credit"))
        .exclude(transaction__kind__in=_OF_BILLS)
        .order_by("transaction_id", "account__code")
        .values_list("transaction__reference", "transaction__kind", "account__code", "unit_id")
        .distinct()
    )
    for reference, kind, account, unit in rows.iterator(_STEP):
        payment = reference.split(" ")[0]
        if payment not in orders and account in _OF_KIOSKS:
            yield f"the books know {kind} {reference} on {account}, of which there is no order"
        elif not _may_be_of(orders.get(payment, unit), unit, account, into):
            yield f"{kind} {reference} is on {account} for another unit than its order's"


def _may_be_of(owner: int | None, unit: int | None, account: str, into: dict[int, int]) -> bool:
    """Credit of a unit that was merged is that of the unit which stays."""
    while owner != unit and account == "credit" and owner in into:
        owner = into[owner]
    return owner == unit


def _holds() -> Iterator[str]:
    """Bills that nobody may pay although the payment that holds them has an end."""
    going_on = PaymentOrder.objects.filter(state__in=_OPEN).values("payment_id")
    held = BillLease.objects.exclude(payment_id__in=going_on).order_by("pk")
    for number, payment in held.values_list("bill__number", "payment_id"):
        yield f"bill {number} is held by payment {payment}, which has ended or does not exist"


def _journals() -> Iterator[str]:
    """Each journal follows from its first entry as it was signed, and its approved cards are booked."""
    newest: dict[str, JournalEntry] = {}
    before: JournalEntry | None = None
    for entry in JournalEntry.objects.order_by("kiosk_id", "sequence").iterator(_STEP):
        same = before is not None and before.kiosk_id == entry.kiosk_id
        yield from _follows(entry, before if same else None)
        before = entry
        if entry.kind == EntryKind.PAYMENT and entry.payment_id:
            known = newest.get(entry.payment_id)
            if known is None or _version(entry) >= _version(known):
                newest[entry.payment_id] = entry
    yield from _by_kiosk(newest)


def _follows(entry: JournalEntry, before: JournalEntry | None) -> Iterator[str]:
    name = f"journal of kiosk {entry.kiosk_id}, entry {entry.sequence}"
    sequence, last = (before.sequence, before.hash) if before else (0, GENESIS)
    if entry.sequence != sequence + 1:
        yield f"{name}: the entries after {sequence} are missing"
    elif entry.previous_hash != last:
        yield f"{name}: does not follow the entry before it"
    digest = entry_hash(entry.sequence, entry.at, entry.kind, entry.body, entry.previous_hash)
    if digest != entry.hash:
        yield f"{name}: is not what the kiosk signed"


def _version(entry: JournalEntry) -> int:
    version = entry.said.get("version")
    return version if isinstance(version, int) else 0


def _by_kiosk(newest: dict[str, JournalEntry]) -> Iterator[str]:
    """What the kiosks say last of payments by card and out of credit is what the orders say."""
    told = {
        payment: said
        for payment, said in ((name, entry.said) for name, entry in newest.items())
        if said.get("method") in (Method.CARD.value, Method.CREDIT.value)
        and said.get("state") == PaymentState.APPROVED.value
    }
    orders: dict[str, dict[str, Any]] = {
        row["payment_id"]: row
        for row in PaymentOrder.objects.values("payment_id", "state", "kiosk_id")
        .annotate(came=F("captured_minor") + F("held_minor"))
        .iterator(_STEP)
    }
    for payment, body in told.items():
        entry, order = newest[payment], orders.get(payment)
        name = f"{body.get('method')} payment {body.get('reference')} of kiosk {entry.kiosk_id}"
        amount = body.get("amount_minor")
        if order is None or order["kiosk_id"] != entry.kiosk_id:
            yield f"{name}: its journal says approved, {amount}; it is not booked: there is no order"
        elif order["came"] != amount:
            found = f"its order is {order['state']} with {order['came']}"
            yield f"{name}: its journal says approved, {amount}; {found}"
