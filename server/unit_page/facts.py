"""What is known of a unit, as its page draws it. Reads only, in a fixed number of questions; names stay
masked, and what the person may not look at is not even asked for."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from django.db.models import Prefetch, Q

from contract.business_day import local_time
from contract.messages import Text
from contract.money import Money
from server.billing.amounts import late_fee_of, open_minor, terms_of
from server.billing.debtors import debtors
from server.billing.instalments.progress import going_on
from server.billing.meters import Meter, MeterReading
from server.billing.models import Bill, BillState
from server.billing.packages.listing import months_ahead
from server.billing.unit_accounts import credit_minor
from server.estate import occupancy
from server.estate.models import Occupancy, Unit
from server.language import of_page
from server.payments.models import PaymentOrder
from server.staff import scope
from server.staff.act_names import ACTS
from server.staff.audit import acts_on
from server.staff.roles import Area, Deed
from server.unit_page.correspondence import Asked, Sent, asked_of, sent_to

BILLS_SHOWN, PAYMENTS_SHOWN, ACTS_SHOWN = 24, 24, 30


@dataclass(frozen=True)
class Person:
    """``here``: the occupancy lasts today; ``pays``: they are today's payer; ``owes``: what of the unit's
    open bills is theirs, empty when nothing."""

    occupancy: Occupancy
    here: bool
    pays: bool
    owes: str = ""


@dataclass(frozen=True)
class BillRow:
    """``owed``: what is still to be paid today, with the late fee that is in it; empty when nothing.
    ``debtor``: whose debt an open one is, masked."""

    bill: Bill
    amount: str
    owed: str
    late_fee: str
    overdue: bool
    waived: str = ""
    debtor: str = ""


@dataclass(frozen=True)
class PaymentRow:
    order: PaymentOrder
    at: str
    amount: str


@dataclass(frozen=True)
class Done:
    """An act of a person on the unit, its bills or its payments."""

    at: str
    what: Any
    person: str
    reason: str


@dataclass
class UnitFacts:
    """Lists that are None are none of the person's business. ``packages``: months that are paid ahead
    and still to come; ``instalments``: agreements of which something is to be paid. ``merged``: units
    that were merged into this one, each with what is still owed for it, empty when nothing."""

    unit: Unit
    people: list[Person] | None = None
    owed: str = ""
    overdue: bool = False
    credit: str = ""
    bills: list[BillRow] | None = None
    packages: int = 0
    instalments: int = 0
    payments: list[PaymentRow] | None = None
    meters: list[tuple[Meter, MeterReading | None]] | None = None
    acts: list[Done] | None = None
    sent: list[Sent] = field(default_factory=list)
    asked: list[Asked] = field(default_factory=list)
    may_move: bool = False
    may_regroup: bool = False
    merged: list[tuple[Unit, str]] = field(default_factory=list)
    spaces: list[Any] = field(default_factory=list)
    vehicles: list[Any] = field(default_factory=list)

    @property
    def label(self) -> Text:
        return self.unit.label


def facts_of(unit: Unit, user: Any, today: date) -> UnitFacts:
    """Of a unit that the person may look at."""

    def may(area: Area) -> bool:
        return scope.within(scope.sees(user, area), unit.community_id)

    held = unit.parking_spaces.filter(Q(until__isnull=True) | Q(until__gte=today))
    found = UnitFacts(unit, spaces=list(held))
    money = _money(unit)
    found.may_move = scope.within(scope.changes(user, Area.RESIDENTS), unit.community_id)
    found.may_regroup = unit.ends is None and scope.may(user, Deed.REGROUP_UNITS, unit.community_id)
    found.merged = _merged(unit, may(Area.BILLS), today, money)
    if may(Area.RESIDENTS):
        found.people = _people(unit, today)
        kept = unit.vehicles.filter(Q(until__isnull=True) | Q(until__gte=today))
        found.vehicles = list(kept)
    bills: list[Bill] = []
    if may(Area.BILLS):
        bills = list(Bill.objects.filter(unit=unit).order_by("-period", "-pk")[:BILLS_SHOWN])
        _owed(found, bills, today, money)
        found.packages = months_ahead(unit)
        found.instalments = going_on(unit.instalments.all()).count()
    orders: list[PaymentOrder] = []
    if may(Area.PAYMENTS):
        orders = list(unit.payment_orders.order_by("-created_at")[:PAYMENTS_SHOWN])
        zone = unit.community.time_zone
        found.payments = [
            PaymentRow(
                order, _at(order.paid_at or order.created_at, zone), money(order.amount_minor)
            )
            for order in orders
        ]
    if found.people is not None and found.bills is not None:
        _debts(found, today, money)
    if may(Area.METERS):
        newest = MeterReading.objects.order_by("-period")
        meters = unit.meters.prefetch_related(Prefetch("readings", newest))
        found.meters = [(meter, next(iter(meter.readings.all()), None)) for meter in meters]
    found.sent, found.asked = sent_to(unit, user, today), asked_of(unit, user, today)
    if may(Area.LOG):
        found.acts = _acts(unit, bills, orders)
    return found


def _merged(
    unit: Unit, with_debts: bool, today: date, money: Callable[[int], str]
) -> list[tuple[Unit, str]]:
    units, terms = list(unit.merged.order_by("code")), terms_of(unit.community_id)
    owed: dict[int, int] = {}
    if units and with_debts:
        for bill in Bill.objects.filter(unit__in=units, state=BillState.OPEN):
            owed[bill.unit_id] = owed.get(bill.unit_id, 0) + open_minor(bill, today, terms)
    return [(one, money(owed[one.pk]) if owed.get(one.pk) else "") for one in units]


def _people(unit: Unit, today: date) -> list[Person]:
    """Those who are here first, then those who were, the latest first."""
    payer = occupancy.payer(unit, today)
    rows = unit.occupancies.select_related("resident").order_by("-until", "pk")
    people = [
        Person(row, _lasts(row, today), payer is not None and row.resident_id == payer.pk)
        for row in rows
    ]
    return sorted(people, key=lambda person: not person.here)


def _lasts(row: Occupancy, day: date) -> bool:
    return (row.since is None or row.since <= day) and (row.until is None or row.until >= day)


def _owed(found: UnitFacts, bills: list[Bill], today: date, money: Callable[[int], str]) -> None:
    """All that is open, also of bills too old to be shown."""
    terms = terms_of(found.unit.community_id)
    open_ones = list(Bill.objects.filter(unit=found.unit, state=BillState.OPEN))
    found.owed = money(sum(open_minor(bill, today, terms) for bill in open_ones))
    found.overdue = any(bill.due < today for bill in open_ones)
    found.credit = money(credit_minor(found.unit))
    found.bills = []
    for bill in bills:
        late, owed = late_fee_of(bill, today, terms), open_minor(bill, today, terms)
        waived = bill.waived_minor + bill.late_fee_waived_minor
        found.bills.append(
            BillRow(
                bill,
                money(bill.amount_minor),
                money(owed) if owed else "",
                money(late) if late else "",
                bill.state == BillState.OPEN and bill.due < today,
                money(waived) if waived else "",
            )
        )


def _debts(found: UnitFacts, today: date, money: Callable[[int], str]) -> None:
    """Whose the open bills are, and what that comes to for each person."""
    terms = terms_of(found.unit.community_id)
    bills = Bill.objects.filter(unit=found.unit, state=BillState.OPEN)
    open_ones = {bill.pk: open_minor(bill, today, terms) for bill in bills}
    owing = debtors(bills)
    sums: dict[int, int] = {}
    for bill, minor in open_ones.items():
        if bill in owing:
            sums[owing[bill].pk] = sums.get(owing[bill].pk, 0) + minor
    people, told = found.people or [], set()
    for at, person in enumerate(people):
        who = person.occupancy.resident_id
        if who in sums and who not in told:  # once, also for who is there twice
            people[at] = replace(person, owes=money(sums[who]))
            told.add(who)
    found.bills = [
        replace(row, debtor=owing[row.bill.pk].masked_name) if row.bill.pk in owing else row
        for row in found.bills or []
    ]


def _acts(unit: Unit, bills: Iterable[Bill], orders: Iterable[PaymentOrder]) -> list[Done]:
    subjects = [("unit", unit.code), ("unit", str(unit.pk))]
    subjects += [("bill", bill.number) for bill in bills]
    subjects += [("payment", order.payment_id) for order in orders]
    acts = acts_on(*subjects).filter(community=unit.community_id).order_by("-at", "-pk")
    zone = unit.community.time_zone
    return [
        Done(_at(act.at, zone), ACTS.get(act.act, act.act), act.person_name, act.reason)
        for act in acts[:ACTS_SHOWN]
    ]


def _money(unit: Unit) -> Callable[[int], str]:
    currency = unit.community.currency
    return lambda minor: Money(minor, currency).display(of_page())


def _at(when: datetime, zone: str) -> str:
    return f"{local_time(when, zone):%Y-%m-%d %H:%M}"
