"""Waives what an issued bill asks for: all its lines, one fee item, or its late fee. The bill stays as
it was issued; what need not be paid stands beside it, is booked as the company's cost, and is lines
below nought wherever the bill is shown.

Who may do it alone, and up to how much, ``server.billing.waiver_approval`` says.
"""

from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import Sum

from server.billing.amounts import late_fee_most, late_fee_of, open_minor, principal_minor, terms_of
from server.billing.leases import BillNotOpen, lock, refuse_held
from server.billing.models import Bill, BillState, BillWaiver
from server.ledger import posting
from server.ledger.models import Entry
from server.ledger.posting import Line
from server.staff import audit
from server.staff.people import Person

ACCOUNT = "waivers"
KIND, UNDONE = "waiver", "waiver_undone"
BILL, LATE_FEE = BillWaiver.Of.BILL.value, BillWaiver.Of.LATE_FEE.value


class NothingToWaive(Exception):
    """So much is not there to be waived. ``left_minor``: what is."""

    def __init__(self, left_minor: int) -> None:
        super().__init__(f"{left_minor} can be waived")
        self.left_minor = left_minor


class WaiverEnded(Exception):
    """It was taken back already, or its bill was voided."""


@dataclass(frozen=True, slots=True)
class Wish:
    """``what``: "bill", "late_fee", or the code of a fee item; ``amount_minor``: None for all of it."""

    what: str
    amount_minor: int | None = None


@transaction.atomic
def waive_by(
    person: Person, bill: Bill, wish: Wish, reason: str, *, today: date, at: datetime
) -> BillWaiver:
    """Raises NothingToWaive, BillNotOpen, BillLeased, ReasonMissing. Late fee is that of ``today``."""
    [bill] = lock([bill])
    if bill.state != BillState.OPEN:
        raise BillNotOpen(bill)
    refuse_held([bill])
    said = audit.reason_of(reason)
    before = _facts(bill, today)
    made = _grant(bill, wish, said, person.name, today, at)
    after = _facts(bill, today) | {"what": wish.what, "waived_minor": made.amount_minor}
    where = bill.community_id
    audit.record(
        where, person, "bill_waived", ("bill", bill.number), reason, at, before=before, after=after
    )
    return made


@transaction.atomic
def take_back_by(
    person: Person, waiver: BillWaiver, reason: str, *, today: date, at: datetime
) -> None:
    """What was waived is owed again. Raises WaiverEnded, BillNotOpen once the rest is paid, BillLeased,
    ReasonMissing."""
    [bill] = lock([waiver.bill])
    waiver = BillWaiver.objects.select_for_update().get(pk=waiver.pk)
    if waiver.ended_at is not None:
        raise WaiverEnded
    if bill.state not in (BillState.OPEN, BillState.WAIVED):
        raise BillNotOpen(bill)
    refuse_held([bill])
    before = _facts(bill, today)
    _end(bill, [waiver], at)
    subject = ("bill", bill.number)
    after = _facts(bill, today) | {"taken_back_minor": waiver.amount_minor}
    where = bill.community_id
    audit.record(
        where, person, "waiver_taken_back", subject, reason, at, before=before, after=after
    )


def end_all(bill: Bill, at: datetime) -> list[BillWaiver]:
    """Ends those of a locked bill that is being voided; returns them."""
    ended = in_force(bill)
    _end(bill, ended, at)
    return ended


def carry(
    person: Person, ended: list[BillWaiver], bill: Bill, *, today: date, at: datetime
) -> None:
    """What was waived of a bill that was made anew holds for the new one, as far as it has as much."""
    [bill] = lock([bill])
    for old in ended:
        what = old.fee_item.code if old.fee_item else old.of
        left = left_minor(bill, what, today)
        amount = None if old.whole else min(old.amount_minor, left)
        forever = old.of == LATE_FEE and old.whole
        if bill.state != BillState.OPEN or not (forever or (left and amount != 0)):
            continue
        _grant(bill, Wish(what, amount), old.reason, old.asked_by_name, today, at)
        audit.record(
            bill.community_id,
            person,
            "bill_waived",
            ("bill", bill.number),
            old.reason,
            at,
            before={"bill": old.bill.number},
            after=_facts(bill, today) | {"what": what},
        )


def in_force(bill: Bill) -> list[BillWaiver]:
    rows = bill.waivers.filter(ended_at=None).order_by("pk")
    return list(rows.select_related("fee_item", "bill"))


def left_minor(bill: Bill, what: str, today: date) -> int:
    """How much of it can still be waived: minor units."""
    if what == LATE_FEE:
        return late_fee_of(bill, today, terms_of(bill.community_id))
    if what == BILL:
        return principal_minor(bill)
    return max(0, min(left_by_item(bill).get(what, 0), principal_minor(bill)))


def weight_minor(bill: Bill, wish: Wish, today: date) -> int:
    """What a wish may cost at the most, by which limits are measured: for a late fee that is never to
    grow again, all that it could come to."""
    if wish.amount_minor is not None:
        return wish.amount_minor
    if wish.what == LATE_FEE:
        return late_fee_most(bill, terms_of(bill.community_id))
    return left_minor(bill, wish.what, today)


def _grant(
    bill: Bill, wish: Wish, reason: str, asker: str, today: date, at: datetime
) -> BillWaiver:
    left = left_minor(bill, wish.what, today)
    whole = wish.amount_minor is None
    amount = left if wish.amount_minor is None else wish.amount_minor
    never_again = whole and wish.what == LATE_FEE and not bill.no_late_fee
    if amount > left or (amount <= 0 and not never_again):
        raise NothingToWaive(left)
    kinds = (BILL, LATE_FEE)
    item = None
    if wish.what not in kinds:
        item = bill.lines.filter(fee_item__code=wish.what).select_related("fee_item")[0].fee_item
    made = BillWaiver.objects.create(
        community_id=bill.community_id,
        bill=bill,
        of=wish.what if wish.what in kinds else BillWaiver.Of.ITEM,
        fee_item=item,
        whole=whole,
        amount_minor=amount,
        reason=reason,
        asked_by_name=asker,
        granted_at=at,
    )
    if amount:
        _post(bill, made, KIND, _lines(bill, wish.what, amount), at)
    _stand(bill)
    return made


def _lines(bill: Bill, what: str, amount: int) -> list[Line]:
    """A late fee is income only once it is paid: the waived one is booked as both."""
    owner, number = bill.unit_id, bill.number
    if what == LATE_FEE:
        return [
            Line(f"{ACCOUNT}:late_fee", amount, owner, number),
            Line("income:late_fee", -amount, owner, number),
        ]
    parts = _over(left_by_item(bill), amount) if what == BILL else {what: amount}
    lines = [Line(f"{ACCOUNT}:{item}", part, owner, number) for item, part in parts.items() if part]
    return [*lines, Line("receivable", -amount, owner, number)]


def _over(left: dict[str, int], amount: int) -> dict[str, int]:
    """All that is left of each item, or of a part of it one item after the other."""
    if amount == sum(left.values()):
        return left
    parts = {}
    for item, minor in left.items():
        parts[item] = min(max(0, minor), amount - sum(parts.values()))
    return parts


def left_by_item(bill: Bill) -> dict[str, int]:
    """By the codes of the fee items: what their lines come to, less what was waived of them."""
    sums = bill.lines.order_by().values_list("fee_item__code").annotate(total=Sum("amount_minor"))
    left = dict(sums)
    waived = (
        Entry.objects.filter(
            account__community_id=bill.community_id,
            account__code__startswith=f"{ACCOUNT}:",
            bill_number=bill.number,
        )
        .order_by()
        .values_list("account__code")
        .annotate(total=Sum("amount_minor"))
    )
    for account, minor in waived:
        item = account.partition(":")[2]
        if item in left:
            left[item] -= minor
    return left


def _end(bill: Bill, waivers: list[BillWaiver], at: datetime) -> None:
    for waiver in waivers:
        known = posting.find(bill.community_id, KIND, waiver.reference)
        if known is not None:
            _post(bill, waiver, UNDONE, posting.mirrored(known), at)
        waiver.ended_at = at
        waiver.save(update_fields=["ended_at"])
    _stand(bill)


def _post(bill: Bill, waiver: BillWaiver, kind: str, lines: list[Line], at: datetime) -> None:
    where, currency = bill.community_id, bill.currency
    posting.post(where, kind, waiver.reference, lines, currency=currency, at=at)


def _stand(bill: Bill) -> None:
    """Writes into the locked bill what its waivers in force come to."""
    rows = in_force(bill)
    of_fee = [row for row in rows if row.of == LATE_FEE]
    bill.waived_minor = sum(row.amount_minor for row in rows if row.of != LATE_FEE)
    bill.late_fee_waived_minor = sum(row.amount_minor for row in of_fee)
    bill.no_late_fee = any(row.whole for row in of_fee)
    bill.state = BillState.WAIVED if not principal_minor(bill) else BillState.OPEN
    bill.save(update_fields=["waived_minor", "late_fee_waived_minor", "no_late_fee", "state"])


def _facts(bill: Bill, today: date) -> dict[str, object]:
    """What the log keeps of a bill before and after."""
    terms = terms_of(bill.community_id)
    return {"state": bill.state, "open_minor": open_minor(bill, today, terms)}
