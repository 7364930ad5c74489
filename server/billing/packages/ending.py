"""Ends a package whose payment went back after months of it had been used: its bill is voided, and those
months are asked for at their full price, by a bill in its place."""

from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from contract.messages import ExplainRow, Text
from contract.money import Money
from server.billing import leases
from server.billing.fees import FeeItem
from server.billing.models import Bill, BillKind, BillLine, BillReplacement, BillState
from server.billing.packages.coverage import account_of
from server.billing.packages.models import PackageMonth, PackageSale
from server.billing.packages.refusal import PackageImpossible
from server.billing.periods import period_of
from server.estate.row_locks import hold_community, hold_unit
from server.language import both
from server.ledger import posting
from server.ledger.posting import Line
from server.staff import audit
from server.staff.people import Person

DAYS_TO_PAY = 14


def can_be_cut(sale: PackageSale) -> bool:
    """Whether its bill is open although months of it were used, or went back as credit."""
    used = sale.months.filter(used_at__isnull=False).exists()
    return sale.bill.state == BillState.OPEN and (used or sale.returned_minor > 0)


@transaction.atomic
def cut_by(person: Person, sale: PackageSale, reason: str, *, today: date, at: datetime) -> Bill:
    """The bill in its place: the months that were used, and what had gone back as credit. Raises
    PackageImpossible, BillLeased, ReasonMissing."""
    hold_community(sale.community_id)
    unit = hold_unit(sale.unit_id)
    [old] = leases.lock([sale.bill])
    sale = (
        PackageSale.objects.select_for_update(of=("self",)).select_related("bill").get(pk=sale.pk)
    )
    if not can_be_cut(sale):
        raise PackageImpossible(_("This package is paid, or nothing of it was used"))
    leases.refuse_held([old])
    audit.reason_of(reason)
    months = list(sale.months.select_related("fee_item"))
    used = [month for month in months if month.used_at is not None]
    _void(old, at)
    PackageMonth.objects.filter(sale=sale, used_at=None).update(given_up=True)
    sale.ended_at = at
    sale.save(update_fields=["ended_at"])
    amounts = _amounts(sale, used)
    new = _bill(old, sum(amounts.values()), today)
    BillReplacement.objects.create(community_id=old.community_id, old=old, new=new)
    _lines(new, sale, used, amounts)
    _post(new, old, amounts, _released(months), at)
    after = {"voided": old.number, "bill": new.number, "amount_minor": new.amount_minor}
    subject = ("unit", str(unit.pk))
    audit.record(unit.community_id, person, "package_cut", subject, reason, at, after=after)
    return new


def _void(bill: Bill, at: datetime) -> None:
    original = posting.find(bill.community_id, "bill", bill.number)
    assert original is not None
    lines = posting.mirrored(original)
    posting.post(bill.community_id, "bill_void", bill.number, lines, currency=bill.currency, at=at)
    bill.state = BillState.VOID
    bill.save(update_fields=["state"])


def _amounts(sale: PackageSale, used: list[PackageMonth]) -> dict[FeeItem, int]:
    """By item: months that were used at their full price; with the first, what had gone back."""
    sums: dict[FeeItem, int] = {}
    for month in used or list(sale.months.select_related("fee_item")[:1]):
        sums.setdefault(month.fee_item, 0)
    for month in used:
        sums[month.fee_item] += month.full_minor
    if sale.returned_minor:
        sums[next(iter(sums))] += sale.returned_minor
    return {item: minor for item, minor in sums.items() if minor}


def _bill(old: Bill, amount: int, today: date) -> Bill:
    due = today + timedelta(days=DAYS_TO_PAY)
    return Bill.objects.create(
        community_id=old.community_id,
        unit_id=old.unit_id,
        number=f"{old.number}-R",
        period=period_of(due),
        kind=BillKind.REST,
        title=both("Months used of a package that is not paid"),
        issued_on=today,
        due=due,
        currency=old.currency,
        amount_minor=amount,
    )


def _lines(
    bill: Bill, sale: PackageSale, used: list[PackageMonth], amounts: dict[FeeItem, int]
) -> None:
    returned = Money(sale.returned_minor, bill.currency)
    for position, (item, minor) in enumerate(amounts.items(), 1):
        rows = [
            ExplainRow(
                label=Text(zh=month.period, en=month.period),
                value=_same(Money(month.full_minor, bill.currency).display()),
            )
            for month in used
            if month.fee_item_id == item.pk
        ]
        if position == 1 and returned.minor:
            label = both("Had gone back as credit")
            rows.append(ExplainRow(label=label, value=_same(returned.display())))
        BillLine.objects.create(
            community_id=bill.community_id,
            bill=bill,
            fee_item=item,
            position=position,
            amount_minor=minor,
            quantity="1",
            quantity_unit=both("sum"),
            rate=str(Money(minor, bill.currency).decimal),
            note=both("months used, at their full price"),
            explanation=[row.model_dump() for row in rows],
        )


def _released(months: list[PackageMonth]) -> dict[str, int]:
    """By item, what was taken out of what is paid ahead before: used, or given back."""
    sums: dict[str, int] = {}
    for month in months:
        if month.used_at is not None or month.given_up:
            sums[month.fee_item.code] = sums.get(month.fee_item.code, 0) + month.amount_minor
    return sums


def _post(
    bill: Bill, old: Bill, amounts: dict[FeeItem, int], released: dict[str, int], at: datetime
) -> None:
    """What was released of the voided bill's money is earned no more: the months' full price is."""
    unit, number = bill.unit_id, bill.number
    codes = {item.code: minor for item, minor in amounts.items()}
    lines = [Line("receivable", bill.amount_minor, unit, number)]
    for code in dict.fromkeys([*codes, *released]):
        out, asked = released.get(code, 0), codes.get(code, 0)
        lines.append(Line(account_of(code), -out, unit, old.number))
        lines.append(Line(f"income:{code}", out - asked, unit, number))
    lines = [line for line in lines if line.amount_minor]
    posting.post(bill.community_id, "package_cut", number, lines, currency=bill.currency, at=at)


def _same(text: str) -> Text:
    return Text(zh=text, en=text)
