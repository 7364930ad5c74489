"""Of a happening: who is to be told what, and until when that is of use.

A bill is told to whoever owes it, a payment to whoever owed what it settled, an answer to the telephone
number that was left with the request, an outage to those who pay for units today.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Sum

from contract.business_day import business_day, day_begins, local_time
from contract.money import Locale, Money
from server.billing.debtors import debtors
from server.billing.models import Allocation, Bill, BillState
from server.billing.unit_accounts import to_contract
from server.estate import occupancy
from server.estate.models import Community, Occupancy, Resident, Unit
from server.hours.models import PlannedOutage
from server.ledger import posting
from server.outbox.models import Happening, Kind, Language
from server.service_requests.models import ServiceRequest

USEFUL = timedelta(days=3)  # a payment or an answer is no news after that


@dataclass(frozen=True, slots=True)
class Recipient:
    """``values``: by language. ``number``: where it is told to no resident but to a number that was left
    for this. ``unit``: of which it tells."""

    resident: Resident | None
    unit: Unit | None
    values: dict[str, dict[str, str]]
    useless_at: datetime
    number: str = ""


def recipients(happening: Happening, now: datetime) -> Iterator[Recipient]:
    """Nobody where it is over already."""
    yield from _OF[Kind(happening.kind)](happening, now)


def _bill(happening: Happening, now: datetime) -> Iterator[Recipient]:
    rows = Bill.objects.select_related("unit__community", "community")
    bill = rows.filter(
        community=happening.community_id, number=happening.subject, state=BillState.OPEN
    ).first()
    owing = debtors([bill]) if bill is not None else {}
    if bill is None or bill.pk not in owing:
        return
    community = bill.community
    today = business_day(now, community.time_zone)
    amount = Money(to_contract(bill, today).amount_minor, bill.currency)
    common = {"unit": bill.unit.code, "period": bill.period, "due": bill.due.isoformat()}
    yield Recipient(
        owing[bill.pk],
        bill.unit,
        _values(common | {"phone": community.office_phone or "-"}, amount=amount),
        _end_of(bill.due, community),
    )


def _paid(happening: Happening, now: datetime) -> Iterator[Recipient]:
    unit = Unit.objects.select_related("community").get(pk=happening.unit_id)
    community = unit.community
    settled = Allocation.objects.filter(
        community=community, payment_id=happening.subject, undone=False
    ).select_related("bill")
    owing = debtors([one.bill for one in settled])
    sums: dict[Resident, int] = {}
    for one in settled:
        if (resident := owing.get(one.bill_id)) is not None:
            sums[resident] = sums.get(resident, 0) + one.amount_minor
    day = business_day(happening.at, community.time_zone)
    whole = _received_minor(community.pk, happening.subject)
    rest, payer = whole - sum(sums.values()), occupancy.payer(unit, day)
    if rest > 0 and payer is not None:  # credit is of who pays for the unit
        sums[payer] = sums.get(payer, 0) + rest
    elif len(sums) == 1:  # some of it was the unit's own credit
        sums = {resident: min(minor, whole) for resident, minor in sums.items() if whole}
    for resident, minor in sums.items():
        common = {"unit": unit.code, "day": day.isoformat()}
        values = _values(common, amount=Money(minor, community.currency))
        yield Recipient(resident, unit, values, happening.at + USEFUL)


def _received_minor(community: int, payment_id: str) -> int:
    """All that came in; nought where it was undone."""
    posted = posting.find(community, "payment", payment_id)
    if posted is None or posting.find(community, "payment_undone", payment_id) is not None:
        return 0
    came = posted.entries.filter(account__code__startswith="clearing:")
    return came.aggregate(sum=Sum("amount_minor"))["sum"] or 0


def _answered(happening: Happening, now: datetime) -> Iterator[Recipient]:
    key = UUID(happening.subject.partition(" ")[0])
    one = ServiceRequest.objects.select_related("unit", "community").filter(pk=key).first()
    if one is None:
        return
    joined = one.joined.select_related("unit").order_by("opened_at")  # they read the answer, too
    for each in (one, *joined):
        common = {"number": each.number, "phone": one.community.office_phone or "-"}
        if each.phone:
            useless_at = happening.at + USEFUL
            yield Recipient(None, each.unit, _values(common), useless_at, number=each.phone)


def _outage(happening: Happening, now: datetime) -> Iterator[Recipient]:
    outage = (
        PlannedOutage.objects.select_related("community")
        .filter(pk=int(happening.subject), ended_at=None, begins__gt=now)
        .first()
    )
    if outage is None:
        return
    community = outage.community
    begins, ends = (
        f"{local_time(at, community.time_zone):%Y-%m-%d %H:%M}"
        for at in (outage.begins, outage.ends)
    )
    common = {"begins": begins, "ends": ends}
    values = {
        Language.ZH: common | {"community": community.name.zh},
        Language.EN: common | {"community": community.name.en},
    }
    today = business_day(now, community.time_zone)
    units = community.units.values_list("pk", flat=True)
    for resident in {one.pk: one for one in occupancy.payers(units, today).values()}.values():
        yield Recipient(resident, None, values, outage.begins)


_OF: dict[Kind, Any] = {
    Kind.BILL: _bill,
    Kind.PAID: _paid,
    Kind.ANSWERED: _answered,
    Kind.OUTAGE: _outage,
}


def _values(common: dict[str, str], amount: Money | None = None) -> dict[str, dict[str, str]]:
    found = {}
    for language in Language.values:
        locale: Locale = "en" if language == Language.EN else "zh_CN"
        told = {"amount": amount.display(locale)} if amount is not None else {}
        found[language] = common | told
    return found


def _pays(happening: Happening, resident: int | None, now: datetime) -> bool:
    """Whether the person still pays for a unit."""
    today = business_day(now, happening.community.time_zone)
    rows = Occupancy.objects.filter(occupancy.on_day(today), resident=resident, pays=True)
    return rows.exists()


def _end_of(day: date, community: Community) -> datetime:
    return day_begins(day + timedelta(days=1), community.time_zone)


def still_so(happening: Happening, resident: int | None, now: datetime) -> bool:
    """Whether what was written down is still to be told, and to this person."""
    match happening.kind:
        case Kind.BILL:
            open_ones = Bill.objects.filter(number=happening.subject, state=BillState.OPEN)
            owing = debtors(open_ones.filter(community=happening.community_id))
            return resident in {one.pk for one in owing.values()}
        case Kind.PAID:
            return bool(_received_minor(happening.community_id, happening.subject))
        case Kind.OUTAGE:
            planned = PlannedOutage.objects.filter(pk=int(happening.subject), ended_at=None)
            return planned.filter(begins__gt=now).exists() and _pays(happening, resident, now)
        case _:
            return True
