"""Money taken becomes bills settled, or credit of the unit. Every step is in the ledger, once.

The caller says how much of the payment is for each bill; what a bill does not need, because somebody
else paid it meanwhile or because it costs less, becomes credit. Nothing is dropped.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from server.billing.leases import lock, release
from server.billing.models import Allocation, Bill, BillState
from server.estate.models import Unit
from server.ledger import posting
from server.ledger.posting import AlreadyPosted, Line


@dataclass(frozen=True, slots=True)
class Part:
    """``amount_minor`` of the payment, late fee included, is meant for ``bill``."""

    bill: Bill
    amount_minor: int


@dataclass(frozen=True, slots=True)
class Settlement:
    """What became of a payment: bills settled by it, and what was credited to the unit (minor)."""

    settled: tuple[str, ...]
    credited_minor: int


@transaction.atomic(savepoint=False)
def settle(
    unit: Unit,
    parts: Sequence[Part],
    *,
    method: str,
    payment_id: str,
    paid_on: date,
    at: datetime,
) -> Settlement:
    """Settles the bills and posts the payment. The same payment again answers what happened then.

    A part smaller than its bill's amount (without late fee) settles nothing and becomes credit; a
    part above it is late fee. Raises ValueError when there is no money or a bill of another community.
    """
    total = sum(part.amount_minor for part in parts)
    if total <= 0 or any(p.bill.community_id != unit.community_id for p in parts):
        raise ValueError("a settlement needs money, and bills of the unit's own community")
    bills = {bill.pk: bill for bill in lock([part.bill for part in parts])}
    known = posting.find(unit.community_id, "payment", payment_id)
    if known is not None:
        return _as_posted(known, payment_id)
    lines = [Line(f"clearing:{method}", total, unit.code)]
    settled: list[str] = []
    credited = 0
    for part in parts:
        bill = bills[part.bill.pk]
        if bill.state != BillState.OPEN or part.amount_minor < bill.amount_minor:
            credited += part.amount_minor
            continue
        lines += _pay(bill, part.amount_minor, payment_id, paid_on)
        settled.append(bill.number)
    if credited:
        lines.append(Line("credit", -credited, unit.code))
    posting.post(
        unit.community_id, "payment", payment_id, lines, currency=unit.community.currency, at=at
    )
    release(payment_id)
    return Settlement(tuple(settled), credited)


@transaction.atomic
def undo(unit: Unit, payment_id: str, *, at: datetime) -> bool:
    """The money went back (reversal, refund): its bills are open again, credit it made is taken back.

    True when this call did it; False when it was done before, or the payment was never settled.
    """
    ours = Allocation.objects.filter(payment_id=payment_id)
    lock([allocation.bill for allocation in ours.select_related("bill")])
    original = posting.find(unit.community_id, "payment", payment_id)
    if original is None:
        return False
    try:
        posting.post(
            unit.community_id,
            "payment_undone",
            payment_id,
            posting.mirrored(original),
            currency=original.currency,
            at=at,
        )
    except AlreadyPosted:
        return False
    for allocation in ours.filter(undone=False).select_related("bill"):
        allocation.undone = True
        allocation.save(update_fields=["undone"])
        bill = allocation.bill
        bill.state, bill.paid_on, bill.late_fee_minor = BillState.OPEN, None, 0
        bill.save(update_fields=["state", "paid_on", "late_fee_minor"])
    return True


def receive_for_refund(
    unit: Unit, amount_minor: int, *, method: str, payment_id: str, at: datetime
) -> None:
    """Money that arrived for a cancelled order and must go back. Once a payment."""
    _once(
        unit,
        "late_payment",
        payment_id,
        [
            Line(f"clearing:{method}", amount_minor, unit.code),
            Line("refunds_due", -amount_minor, unit.code),
        ],
        at,
    )


def refund_done(
    unit: Unit, amount_minor: int, *, method: str, payment_id: str, at: datetime
) -> None:
    """The channel has sent back what ``receive_for_refund`` took in. Once a payment."""
    _once(
        unit,
        "refund",
        payment_id,
        [
            Line("refunds_due", amount_minor, unit.code),
            Line(f"clearing:{method}", -amount_minor, unit.code),
        ],
        at,
    )


def receive_as_credit(
    unit: Unit, amount_minor: int, *, method: str, payment_id: str, at: datetime
) -> None:
    """Money kept for the unit: prepaid, or late for a cancelled order where policy says credit."""
    _once(
        unit,
        "payment",
        payment_id,
        [
            Line(f"clearing:{method}", amount_minor, unit.code),
            Line("credit", -amount_minor, unit.code),
        ],
        at,
    )


def _pay(bill: Bill, amount_minor: int, payment_id: str, paid_on: date) -> list[Line]:
    late_fee = amount_minor - bill.amount_minor
    bill.state, bill.paid_on, bill.late_fee_minor = BillState.PAID, paid_on, late_fee
    bill.save(update_fields=["state", "paid_on", "late_fee_minor"])
    Allocation.objects.create(
        community_id=bill.community_id,
        bill=bill,
        payment_id=payment_id,
        amount_minor=amount_minor,
        late_fee_minor=late_fee,
        allocated_on=paid_on,
    )
    owner = bill.unit.code
    lines = [Line("receivable", -amount_minor, owner, bill.number)]
    if late_fee:
        lines += [
            Line("receivable", late_fee, owner, bill.number),
            Line("income:late_fee", -late_fee, owner, bill.number),
        ]
    return lines


def _as_posted(known: posting.Transaction, payment_id: str) -> Settlement:
    settled = Allocation.objects.filter(payment_id=payment_id).order_by("pk")
    credit = [-e.amount_minor for e in known.entries.filter(account__code="credit")]
    return Settlement(tuple(settled.values_list("bill__number", flat=True)), sum(credit))


def _once(unit: Unit, kind: str, reference: str, lines: list[Line], at: datetime) -> None:
    try:
        posting.post(
            unit.community_id, kind, reference, lines, currency=unit.community.currency, at=at
        )
    except AlreadyPosted:
        return
