"""What units owed and had to their credit before a community moved in: bills and credit brought forward.

Both are posted against the account ``opening``, so that what was earned or taken before is no income of
this system. A unit's debt is a bill like any other: it is paid, voided and explained in the same way.
Each happens once: the number of a bill and the reference of a credit are made of the unit (and period).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext_noop as _

from contract.money import Money
from server.billing.fees import NEVER_CHARGED
from server.billing.models import (
    LINE_VALUES,
    Bill,
    BillKind,
    BillLine,
    BillReplacement,
    BillState,
    FeeItem,
)
from server.billing.periods import period_of, previous_period
from server.billing.rules.outcome import price_of
from server.bulk_insert import insert_many, insert_values
from server.estate.models import Community
from server.language import both
from server.ledger import posting
from server.ledger.posting import Line, Posting

KIND = "opening"  # of a posting of credit; the account of both is called the same
ITEM = "opening"
DAYS_TO_PAY = 30
_NAME = _("Balance brought forward")
_MARK = "OPEN"  # begins the numbers of such bills
_UNIT = _("sum")
_VALUE = _("Owed before %(day)s")


@dataclass(frozen=True, slots=True)
class Debt:
    """``amount_minor`` (more than nought) that a unit owed. ``period``: of which month, empty where
    only the sum is known; ``item``: which fee, None for a sum of several."""

    unit_id: int
    amount_minor: int
    period: str = ""
    due: date | None = None
    item: FeeItem | None = None

    @property
    def number(self) -> str:
        """The bill's; the same for the same unit and period, whenever it is asked."""
        return number_of(self.unit_id, self.period)


def number_of(unit_id: int, period: str = "") -> str:
    return "-".join(part for part in (_MARK, period.replace("-", ""), str(unit_id)) if part)


def issued_here(bills: QuerySet[Bill]) -> QuerySet[Bill]:
    """Without those that were brought forward: what is left of a debt is not what a month costs."""
    return bills.exclude(number__startswith=f"{_MARK}-")


def of_months(bills: QuerySet[Bill]) -> QuerySet[Bill]:
    """Those that say what a month costs: no packages, no instalments, nothing brought forward."""
    return issued_here(bills).filter(kind=BillKind.MONTH)


def standing(bills: QuerySet[Bill]) -> QuerySet[Bill]:
    """Those that ask for what they say, themselves or by the bills that stand for them: an agreement
    or a part that was paid voids a bill, and what it asked for is owed all the same."""
    replaced = Exists(BillReplacement.objects.filter(old=OuterRef("pk")))
    return bills.filter(~Q(state=BillState.VOID) | replaced)


def item_was_billed(item: int) -> bool:
    """Whether bills that were issued here ask for the fee item, by its key."""
    bills = issued_here(Bill.objects.filter(lines__fee_item=item))
    return bills.exists()


def billed_units(unit_ids: Iterable[int]) -> set[int]:
    """Of these units those for which bills were issued here."""
    bills = issued_here(Bill.objects.filter(unit_id__in=list(unit_ids)))
    return set(bills.order_by().values_list("unit_id", flat=True))


def known_debts(numbers: Iterable[str]) -> dict[str, int]:
    """Of these numbers those that were brought forward, whatever became of them since: in minor units."""
    rows = Bill.objects.filter(number__in=list(numbers)).order_by()
    return dict(rows.values_list("number", "amount_minor"))


def known_credits(community: Community, unit_ids: Iterable[int]) -> dict[int, int]:
    """Of these units those whose credit was brought forward: in minor units."""
    references = {_reference(pk): pk for pk in unit_ids}
    found = posting.find_many(community.pk, KIND, references)
    return {references[name]: row.debit_minor for name, row in found.items()}


@lru_cache(100)
def period_for(debt_period: str, today: date) -> str:
    """The month that a bill brought forward stands for: its own, else the one before ``today``'s."""
    return debt_period or previous_period(period_of(today))


def billed_already(unit_ids: Iterable[int], periods: Iterable[str]) -> set[tuple[int, str]]:
    """(unit, period) that have a bill which stands: there can be no other."""
    rows = Bill.objects.filter(
        unit_id__in=list(unit_ids), period__in=set(periods), kind=BillKind.MONTH
    )
    stand = standing(rows).order_by()
    return set(stand.values_list("unit_id", "period"))


def bring_debts(
    community: Community, debts: Sequence[Debt], *, today: date, at: datetime
) -> list[Bill]:
    """A bill for each debt, posted. All or nothing within the caller's transaction.

    ``due`` is DAYS_TO_PAY after ``today`` where it is not known: no late fee begins with the move.
    Raises IntegrityError for what was brought forward before, or a period that has its bill.
    """
    if not debts:
        return []
    several = _item_of(community) if any(debt.item is None for debt in debts) else None
    bills = [
        Bill(
            community_id=community.pk,
            unit_id=debt.unit_id,
            number=debt.number,
            period=period_for(debt.period, today),
            issued_on=today,
            due=debt.due or today + timedelta(days=DAYS_TO_PAY),
            currency=community.currency,
            amount_minor=debt.amount_minor,
        )
        for debt in debts
    ]
    insert_many(bills, keys=True)
    name, unit = both(_NAME), both(_UNIT)
    value = both(_VALUE, day=today.isoformat())
    row = {"label": name.model_dump(), "value": value.model_dump()}
    said = (name.zh, name.en, [row])
    insert_values(
        BillLine,
        LINE_VALUES,
        [
            (
                *(community.pk, bill.pk, (debt.item or several).pk, 1, bill.amount_minor),
                *("1", unit.zh, unit.en),
                price_of(Money(bill.amount_minor, bill.currency).decimal, bill.currency),
                *said,
            )
            for debt, bill in zip(debts, bills, strict=True)
        ],
    )
    posting.post_many(
        community.pk,
        [_of_bill(bill) for bill in bills],
        currency=community.currency,
        at=at,
    )
    return bills


def bring_credits(community: Community, credits_minor: dict[int, int], *, at: datetime) -> None:
    """Credit by unit, each more than nought. Raises IntegrityError for one brought forward before."""
    if not credits_minor:
        return
    postings = [
        Posting(
            KIND, _reference(unit), (Line("opening", minor, unit), Line("credit", -minor, unit))
        )
        for unit, minor in credits_minor.items()
    ]
    posting.post_many(community.pk, postings, currency=community.currency, at=at)


def _of_bill(bill: Bill) -> Posting:
    unit, number = bill.unit_id, bill.number
    amount = bill.amount_minor
    lines = (Line("receivable", amount, unit, number), Line("opening", -amount, unit, number))
    return Posting("bill", number, lines)


def _reference(unit_id: int) -> str:
    return f"credit of unit {unit_id}"


def _item_of(community: Community) -> FeeItem:
    name = both(_NAME)
    item, _new = FeeItem.objects.get_or_create(
        community=community,
        code=ITEM,
        defaults={
            "name_zh": name.zh,
            "name_en": name.en,
            "position": 999,
            "ends_on": NEVER_CHARGED,
        },
    )
    return item
