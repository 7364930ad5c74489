"""Whether a bill may be paid already: the one place on the server that answers it, and that all ask.

A payment holds its bills from before it is begun until its end is known, however long that takes; no
clock ends it. Whoever shows, starts, voids, waives or issues a bill, and the copy that kiosks keep for
the hours without a line, ask here. A hold ends when its payment is final or can never have begun
(``server.payments``), or when staff end it, knowing what they do.

A unit has one bill for a month: what holds it holds the one, too, that took its place. So it is with
instalments, and whatever else stands for bills that were voided for it (``BillReplacement``).
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import transaction

from server.billing.models import Bill, BillKind, BillLease, BillReplacement, BillState

Held = dict[tuple[int, str], list[str]]  # (unit pk, what is paid for once) -> payments


class BillLeased(Exception):
    """Payments whose end is not known hold the bill: it may be paid already."""

    def __init__(self, bill_number: str, payment_ids: Sequence[str]) -> None:
        super().__init__(f"bill {bill_number} may be paid already, by {', '.join(payment_ids)}")
        self.bill_number, self.payment_ids = bill_number, tuple(payment_ids)


class BillNotOpen(Exception):
    """The bill is paid or void. ``bill`` tells when."""

    def __init__(self, bill: Bill) -> None:
        super().__init__(f"bill {bill.number} is {bill.state}")
        self.bill = bill


class BillStands(BillNotOpen):
    """It is open, and cannot be voided by itself: an instalment, or a package of which months were
    used."""


def lock(bills: Iterable[Bill]) -> list[Bill]:
    """The same bills as they stand now, held by row locks in one order until the transaction ends."""
    keys = [bill.pk for bill in bills]
    rows = Bill.objects.select_related("unit").select_for_update(of=("self",))
    return list(rows.filter(pk__in=keys).order_by("pk"))


def key_of(bill: Bill) -> tuple[int, str]:
    """By which ``may_be_paid`` knows it: its month, and of another kind of bill the number."""
    return bill.unit_id, bill.period if bill.kind == BillKind.MONTH else bill.number


def may_be_paid(unit_ids: Iterable[int]) -> Held:
    """Of these units, the bills that may be paid already, each by its ``key_of``, and the payments that
    may have done it."""
    found: Held = defaultdict(list)
    rows = BillLease.objects.filter(bill__unit_id__in=list(unit_ids)).order_by("pk")
    leased: dict[int, list[str]] = defaultdict(list)
    for lease_row in rows.select_related("bill"):
        found[key_of(lease_row.bill)].append(lease_row.payment_id)
        leased[lease_row.bill_id].append(lease_row.payment_id)
    if leased:
        stands = BillReplacement.objects.filter(old__in=leased).select_related("new").order_by("pk")
        for row in stands:
            found[key_of(row.new)] += leased[row.old_id]
    return dict(found)


def holders(bill: Bill) -> list[str]:
    """The payments by which the bill may be paid already; none when it surely is not."""
    return may_be_paid([bill.unit_id]).get(key_of(bill), [])


def refuse_held(bills: Sequence[Bill], but_for: str = "") -> None:
    """Raises BillLeased when one may be paid already, by another payment than ``but_for``. The caller
    holds the bills locked, so that it stays true."""
    held = may_be_paid({bill.unit_id for bill in bills})
    for bill in bills:
        others = [p for p in held.get(key_of(bill), []) if p != but_for]
        if others:
            raise BillLeased(bill.number, others)


@transaction.atomic
def lease(bills: Sequence[Bill], payment_id: str, *, now: datetime) -> None:
    """Holds all the bills for a payment that is about to begin, or none. Again for the same payment,
    nothing changes.

    Raises BillNotOpen, or BillLeased when another payment may have paid one of them.
    """
    locked = lock(bills)
    for bill in locked:
        if bill.state != BillState.OPEN:
            raise BillNotOpen(bill)
    refuse_held(locked, but_for=payment_id)
    hold(locked, payment_id, now=now)


@transaction.atomic
def hold(bills: Iterable[Bill], payment_id: str, *, now: datetime) -> None:
    """Holds bills for a payment that began without asking here (a card that was taken while the server
    was away): it does, whoever else holds them and however they stand."""
    for bill in lock(bills):
        BillLease.objects.get_or_create(
            bill=bill,
            payment_id=payment_id,
            defaults={"community_id": bill.community_id, "since": now},
        )


def release(*payment_ids: str) -> None:
    """Ends whatever these payments hold; nothing happens when they hold nothing."""
    BillLease.objects.filter(payment_id__in=payment_ids).delete()
