"""Money taken becomes bills settled, or credit of the unit. Every step is in the ledger, once.

The caller says how much of the payment is for each bill; what a bill does not need, because somebody
else paid it meanwhile or because it costs less, becomes credit. Nothing is dropped. Credit of a unit that
was merged is that of the unit which stays.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from django.db import transaction

from server.billing import parting
from server.billing.amounts import late_fee_on, principal_minor, terms_of
from server.billing.leases import lock, release
from server.billing.models import Allocation, Bill, BillState
from server.billing.rules.late_fee import LateFeeTerms
from server.estate.models import Community, Unit
from server.estate.row_locks import hold_heirs
from server.ledger import posting
from server.ledger.posting import AlreadyPosted, Line
from server.outbox import putting as outbox
from server.outbox.models import Kind

CREDIT = "credit"  # in place of a method: the money is the unit's own credit
RESERVED = "credit_reserved"  # the account of what a payment under way may use of it
OUTSIDE = "refund_outside:"  # begins the kind of such a posting; the sum that went back follows
AGAIN = "refund_again"  # as OUTSIDE, of what people had returned already; the sum is after a colon


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


@dataclass(frozen=True, slots=True)
class Taken:
    """One payment whose money is there, and the day on which it settles its bills. What it is beyond
    its parts, ``rest_minor``, is credit of the unit. ``priced_on``: the day on which the late fee was
    told to the payer, where that is another; the later of the two counts. ``credit_minor`` of all that
    is the unit's own credit, and of that ``reserved_minor`` was reserved for it. ``in_part``: it was
    asked for as a part of its bill, whose rest stays due."""

    unit: Unit
    parts: Sequence[Part]
    method: str
    payment_id: str
    paid_on: date
    rest_minor: int = 0
    currency: str = field(kw_only=True)
    priced_on: date | None = field(default=None, kw_only=True)
    credit_minor: int = field(default=0, kw_only=True)
    reserved_minor: int = field(default=0, kw_only=True)
    in_part: bool = field(default=False, kw_only=True)

    @property
    def total_minor(self) -> int:
        return sum(part.amount_minor for part in self.parts) + self.rest_minor

    @property
    def priced(self) -> date:
        """The day of which its late fees are."""
        return max(self.paid_on, self.priced_on or self.paid_on)

    @property
    def account(self) -> str:
        """Out of which the money comes."""
        return CREDIT if self.method == CREDIT else f"clearing:{self.method}"


def settle(
    unit: Unit,
    parts: Sequence[Part],
    *,
    method: str,
    payment_id: str,
    paid_on: date,
    at: datetime,
) -> Settlement:
    """As ``settle_together`` for one payment."""
    currency = unit.community.currency
    taken = Taken(unit, parts, method, payment_id, paid_on, currency=currency)
    return settle_together([taken], at=at)[0]


@transaction.atomic(savepoint=False)
def settle_together(payments: Sequence[Taken], *, at: datetime) -> list[Settlement]:
    """Settles the payments' bills, in this order, and posts the payments: all or nothing. A payment
    that was settled before answers what happened then.

    A part smaller than its bill's amount (without late fee, less what was waived) settles nothing and
    becomes credit, but for one that was asked for as such (``server.billing.parting``). What a part is
    above it is late fee as far as one was due on that day; the rest is credit. Raises ValueError when
    there is no money, a payment comes twice, or units, bills and currencies are not all of one community.
    """
    community = payments[0].unit.community
    _check(payments, community)
    heirs = hold_heirs(taken.unit.pk for taken in payments)  # before the bills, as clerks do
    bills = {bill.pk: bill for bill in lock([p.bill for taken in payments for p in taken.parts])}
    ids = [taken.payment_id for taken in payments]
    known = posting.find_many(community.pk, "payment", ids)
    work = _Work(bills, terms_of(community.pk), heirs, at)
    answers = [
        _as_posted(known[taken.payment_id], taken.payment_id)
        if taken.payment_id in known
        else work.settle(taken)
        for taken in payments
    ]
    work.write()
    if work.postings:
        posting.post_many(community.pk, work.postings, currency=community.currency, at=at)
    came = [t for t in payments if t.payment_id not in known and t.method != CREDIT]
    if came:
        told = [(taken.payment_id, taken.unit.pk) for taken in came]
        outbox.put_many(community.pk, Kind.PAID, told, at)
    release(*ids)
    return answers


def _check(payments: Sequence[Taken], community: Community) -> None:
    if len({taken.payment_id for taken in payments}) != len(payments):
        raise ValueError("a payment can be settled once at a time")
    for taken in payments:
        communities = {taken.unit.community_id, *(part.bill.community_id for part in taken.parts)}
        currencies = {taken.currency, *(part.bill.currency for part in taken.parts)}
        if taken.total_minor <= 0 or taken.rest_minor < 0 or communities != {community.pk}:
            raise ValueError("a settlement needs money, and bills of the unit's own community")
        if currencies != {community.currency}:
            raise ValueError("a settlement is in the community's own currency")


class _Work:
    """What settling changes, gathered so that it is written at once. ``bills`` are locked, and so are
    ``heirs``: by unit, the one that has its credit."""

    def __init__(
        self,
        bills: dict[int, Bill],
        terms: LateFeeTerms | None,
        heirs: dict[int, int],
        at: datetime,
    ) -> None:
        self._bills, self._terms, self._heirs, self._at = bills, terms, heirs, at
        self._paid: dict[tuple[date, int], list[int]] = {}  # (paid on, late fee) -> bills
        self._allocations: list[Allocation] = []
        self.postings: list[posting.Posting] = []

    def settle(self, taken: Taken) -> Settlement:
        own, heir = taken.unit.pk, self._heirs[taken.unit.pk]
        by_method = taken.total_minor - taken.credit_minor
        drawn = taken.credit_minor - taken.reserved_minor
        sources = [
            Line(taken.account, by_method, heir if taken.account == CREDIT else own),
            Line(RESERVED, taken.reserved_minor, own),
            Line(CREDIT, drawn, heir),
        ]
        lines = [line for line in sources if line.amount_minor]
        settled: list[str] = []
        credited = taken.rest_minor
        for part in taken.parts:
            bill = self._bills[part.bill.pk]
            parted = self._parted(bill, part.amount_minor, taken)
            if parted is not None:
                paid, late_fee = parted
                lines += self._pay(paid, late_fee, taken)
                settled.append(paid.number)
                continue
            if bill.state != BillState.OPEN or part.amount_minor < principal_minor(bill):
                credited += part.amount_minor
                continue
            late_fee = self._late_fee(bill, part.amount_minor, taken)
            lines += self._pay(bill, late_fee, taken)
            credited += part.amount_minor - principal_minor(bill) - late_fee
            settled.append(bill.number)
        if credited:
            lines.append(Line(CREDIT, -credited, heir))
        self.postings.append(posting.Posting("payment", taken.payment_id, tuple(lines)))
        return Settlement(tuple(settled), credited)

    def _parted(self, bill: Bill, amount_minor: int, taken: Taken) -> tuple[Bill, int] | None:
        """The bill of the part that was asked for, and the late fee in it; None: not divided."""
        if not taken.in_part or bill.state != BillState.OPEN:
            return None
        made = parting.cut(bill, amount_minor, taken.priced, self._terms)
        if made is None:
            return None
        paid, posted = parting.part(
            bill, made, payment_id=taken.payment_id, today=taken.paid_on, at=self._at
        )
        self.postings.append(posted)
        return paid, made.late_fee_minor

    def _late_fee(self, bill: Bill, amount_minor: int, taken: Taken) -> int:
        """Of what the payment has above the bill's amount, what was due as late fee."""
        due = late_fee_on(bill, taken.priced, self._terms)
        return min(amount_minor - principal_minor(bill), due)

    def _pay(self, bill: Bill, late_fee: int, taken: Taken) -> list[Line]:
        amount_minor = principal_minor(bill) + late_fee
        bill.state = BillState.PAID  # so that the next payment of it becomes credit
        self._paid.setdefault((taken.paid_on, late_fee), []).append(bill.pk)
        self._allocations.append(
            Allocation(
                community_id=bill.community_id,
                bill=bill,
                payment_id=taken.payment_id,
                amount_minor=amount_minor,
                late_fee_minor=late_fee,
                allocated_on=taken.paid_on,
            )
        )
        owner = bill.unit.pk
        lines = [Line("receivable", -amount_minor, owner, bill.number)]
        if late_fee:
            lines += [
                Line("receivable", late_fee, owner, bill.number),
                Line("income:late_fee", -late_fee, owner, bill.number),
            ]
        return lines

    def write(self) -> None:
        for (paid_on, late_fee), keys in self._paid.items():
            Bill.objects.filter(pk__in=keys).update(
                state=BillState.PAID, paid_on=paid_on, late_fee_minor=late_fee
            )
        if self._allocations:
            Allocation.objects.bulk_create(self._allocations, batch_size=500)


@transaction.atomic
def undo(unit: Unit, payment_id: str, *, at: datetime) -> bool:
    """All the money went back (reversal, refund): its bills are open again, credit it made is taken back.
    So is what ``returned_outside`` took out before.

    True when this call did it; False when it was done before, or the payment was never settled.
    """
    original = posting.find(unit.community_id, "payment", payment_id)
    if original is None:
        return False
    parts = posting.find_of_kinds(unit.community_id, OUTSIDE, payment_id)
    lines = _where_it_is([line for one in (original, *parts) for line in posting.mirrored(one)])
    ours = Allocation.objects.filter(payment_id=payment_id)
    lock([allocation.bill for allocation in ours.select_related("bill")])
    try:
        posting.post(
            unit.community_id,
            "payment_undone",
            payment_id,
            lines,
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
            Line(f"clearing:{method}", amount_minor, unit.pk),
            Line("refunds_due", -amount_minor, unit.pk),
        ],
        at,
    )


def part_went_back(
    unit: Unit, amount_minor: int, *, method: str, payment_id: str, at: datetime
) -> None:
    """A part of what ``receive_for_refund`` takes in had gone back before, unasked. Once a payment."""
    _went_out(unit, "refund_part", amount_minor, method, payment_id, at)


def refund_done(
    unit: Unit, amount_minor: int, *, method: str, payment_id: str, at: datetime
) -> None:
    """What ``receive_for_refund`` took in went back. ``method``: out of which clearing account, the
    channel's, or ``cash`` or ``bank`` where people returned it. Once a payment."""
    _went_out(unit, "refund", amount_minor, method, payment_id, at)


def _went_out(
    unit: Unit, kind: str, amount_minor: int, method: str, payment_id: str, at: datetime
) -> None:
    lines = [
        Line("refunds_due", amount_minor, unit.pk),
        Line(f"clearing:{method}", -amount_minor, unit.pk),
    ]
    _once(unit, kind, payment_id, lines, at)


def refunded_again(
    unit: Unit, sum_minor: int, *, method: str, payment_id: str, at: datetime
) -> int:
    """The channel sent back what people had returned already, by now ``sum_minor`` in all: the unit owes
    it. Once for each such sum. Returns what of it is new (minor). The caller holds the refund's row."""
    known = posting.find_of_kinds(unit.community_id, AGAIN, payment_id)
    new = sum_minor - sum(one.debit_minor for one in known)
    if new <= 0:
        return 0
    lines = [Line("refunds_due", new, unit.pk), Line(f"clearing:{method}", -new, unit.pk)]
    _once(unit, f"{AGAIN}:{sum_minor}", payment_id, lines, at)
    return new


def returned_outside(
    unit: Unit, amount_minor: int, sum_minor: int, *, method: str, payment_id: str, at: datetime
) -> None:
    """The channel sent back a part of a settled payment though nobody here asked for it. ``sum_minor``:
    all that went back of it by now; once for each such sum. What it settled stays settled; the part
    waits on ``refunds_outside`` until staff decide about it."""
    _once(
        unit,
        f"{OUTSIDE}{sum_minor}",
        payment_id,
        [
            Line("refunds_outside", amount_minor, unit.pk),
            Line(f"clearing:{method}", -amount_minor, unit.pk),
        ],
        at,
    )


def receive_as_credit(
    unit: Unit, amount_minor: int, *, method: str, payment_id: str, at: datetime
) -> None:
    """Money kept for the unit: prepaid, or late for a cancelled order where policy says credit."""
    lines = [
        Line(f"clearing:{method}", amount_minor, unit.pk),
        Line(CREDIT, -amount_minor, unit.pk),
    ]
    with transaction.atomic():
        _once(unit, "payment", payment_id, _where_it_is(lines), at)
        outbox.put(unit.community_id, Kind.PAID, payment_id, at, unit_id=unit.pk)


def _where_it_is(lines: list[Line]) -> list[Line]:
    """Credit moves with its unit when that is merged, and so does what is still to come of it. What was
    reserved is credit again when a payment is undone."""
    lines = [replace(one, account=CREDIT) if one.account == RESERVED else one for one in lines]
    heirs = hold_heirs({one.unit_id for one in lines if one.account == CREDIT and one.unit_id})
    return [
        replace(one, unit_id=heirs[one.unit_id]) if one.account == CREDIT and one.unit_id else one
        for one in lines
    ]


def _as_posted(known: posting.Transaction, payment_id: str) -> Settlement:
    settled = Allocation.objects.filter(payment_id=payment_id).order_by("pk")
    kept = known.entries.filter(account__code=CREDIT, amount_minor__lt=0)  # not what came out of it
    credit = [-entry.amount_minor for entry in kept]
    return Settlement(tuple(settled.values_list("bill__number", flat=True)), sum(credit))


def _once(unit: Unit, kind: str, reference: str, lines: list[Line], at: datetime) -> None:
    try:
        posting.post(
            unit.community_id, kind, reference, lines, currency=unit.community.currency, at=at
        )
    except AlreadyPosted:
        return
