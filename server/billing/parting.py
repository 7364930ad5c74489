"""A part of a bill is paid, where the community allows it: the bill is replaced by two, by what was paid
of it and by what is left. The day on which it is due stays, and so does whose debt it is.

Nothing of it is done before the money is there: until then the bill stands, held by its payment as any.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from contract.messages import Text
from server.billing.amounts import open_minor, principal_minor
from server.billing.debtors import agree as owes
from server.billing.debtors import debtors
from server.billing.instalments.agreeing import moved, replace, write_lines
from server.billing.instalments.plan import Debt, debts_of, split_as_agreed
from server.billing.models import Bill, BillKind, BillState
from server.billing.rules.late_fee import LateFeeTerms, late_fee_minor
from server.language import both
from server.ledger.posting import Line, Posting

KIND = "bill_parted"  # of its posting, by the payment's id
SPLIT = (BillKind.MONTH, BillKind.PART)


@dataclass(frozen=True, slots=True)
class Cut:
    """Minor units: of the bill's amount what is paid and what is left, and the late fee that is paid."""

    paid_minor: int
    rest_minor: int
    late_fee_minor: int


def smallest_minor(bill: Bill, due_now_minor: int, community_min_minor: int) -> int:
    """The smallest part that can be paid of the bill, and that must be left of it; nought where it is
    paid whole. A package is, so is an instalment, and a bill of whose late fee a part was waived."""
    fee_waived = bill.late_fee_waived_minor and not bill.no_late_fee
    if bill.state != BillState.OPEN or bill.kind not in SPLIT or fee_waived:
        return 0
    return community_min_minor if due_now_minor >= 2 * community_min_minor else 0


def cut(bill: Bill, part_minor: int, day: date, terms: LateFeeTerms | None) -> Cut | None:
    """How ``part_minor``, paid on ``day``, divides the bill and the late fee of that day: what is left
    costs no more on that day than it all did less the part, and a minor unit or two less where rounding
    asks for it. None where it cannot be divided so, or need not be: the part is all of it.
    """
    whole, amount = open_minor(bill, day, terms), principal_minor(bill)
    if bill.kind not in SPLIT or not 0 < part_minor < whole:
        return None
    most, least = amount, 0  # of the amount that is left; it costs more, the larger it is
    while least < most:
        middle = (least + most + 1) // 2
        if _costs(bill, middle, day, terms) <= whole - part_minor:
            least = middle
        else:
            most = middle - 1
    paid = amount - least
    if not 0 < paid < amount or paid > part_minor:
        return None
    return Cut(paid, least, part_minor - paid)


def _costs(bill: Bill, amount_minor: int, day: date, terms: LateFeeTerms | None) -> int:
    if bill.no_late_fee:
        return amount_minor
    base = amount_minor - _late_free(bill, amount_minor)
    return amount_minor + late_fee_minor(base, bill.due, day, terms)


def _late_free(bill: Bill, amount_minor: int) -> int:
    """Its share of what bears no late fee: all of it where that was waived for good. The waiver stays
    with the old bill, so the new ones say it by their amounts."""
    if bill.no_late_fee:
        return amount_minor
    whole = principal_minor(bill)
    return min(bill.late_free_minor, whole) * amount_minor // whole


def part(
    bill: Bill, made: Cut, *, payment_id: str, today: date, at: datetime
) -> tuple[Bill, Posting]:
    """Replaces the locked bill. Returns the new one of what was paid, which is still to be settled, and
    what is to be posted before that. What was earned and waived stays booked: the debt alone moves."""
    debts = debts_of([bill])
    shares = split_as_agreed([debt.minor for debt in debts], [made.paid_minor, made.rest_minor])
    free = _late_free(bill, made.rest_minor)
    paid_free = _late_free(bill, principal_minor(bill)) - free
    day = {"year": bill.period[:4], "month": int(bill.period[5:])}
    rest_title = bill.title if bill.title_zh else both("Rest of %(year)s-%(month)02d", **day)
    paid_title = both("Part of %(year)s-%(month)02d", **day)
    paid = _issue(bill, 1, paid_title, debts, shares[0], paid_free, today)
    rest = _issue(bill, 2, rest_title, debts, shares[1], free, today)
    replace([bill], [paid, rest])
    bill.state = BillState.VOID
    owing = debtors([bill])
    if bill.pk in owing:
        for new in (paid, rest):
            owes(new, owing[bill.pk], at=at)
    asked = [Line("receivable", new.amount_minor, new.unit_id, new.number) for new in (paid, rest)]
    return paid, Posting(KIND, payment_id, (*moved([bill]), *asked))


def _issue(
    old: Bill,
    place: int,
    title: Text,
    debts: Sequence[Debt],
    share: Sequence[int],
    late_free_minor: int,
    day: date,
) -> Bill:
    """Its number comes from the old bill: it is the same where it is made again after a restore."""
    bill = Bill.objects.create(
        community_id=old.community_id,
        unit=old.unit,
        number=f"T{old.community_id:04d}-{old.pk:06d}-{place}",
        period=old.period,
        kind=BillKind.PART,
        title=title,
        issued_on=day,
        due=old.due,
        currency=old.currency,
        amount_minor=sum(share),
        late_free_minor=late_free_minor,
        no_late_fee=old.no_late_fee,
    )
    note = both("what was paid of the bill") if place == 1 else both("what is left of the bill")
    write_lines(bill, debts, share, note)
    return bill
