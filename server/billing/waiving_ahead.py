"""Waives months of a unit that are not billed yet: the whole bill, or one fee item, all or so much of it.

The run that makes the month's bill takes it off, as lines below nought. Once a month has its bill,
that is waived itself (``waiving``). Above somebody's limit, and for taking one back, another person
approves."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contract.business_day import business_day
from contract.money import Money
from server.billing import closing, opening, waiver_approval
from server.billing.adjustments import Waiver
from server.billing.drafting import draft
from server.billing.models import Bill, BillKind, FeeItem
from server.billing.period_facts import PeriodBook
from server.billing.periods import period_of, periods_from
from server.estate.models import Unit
from server.estate.row_locks import hold_community, hold_unit
from server.language import chosen, of_page
from server.staff import approvals, audit, people, scope
from server.staff.approvals import CannotBeDone, Change, Kind
from server.staff.models import Request
from server.staff.people import Person
from server.staff.roles import Deed

CODE, BACK_CODE = "waive_ahead", "unwaive_ahead"
MONTHS_MAX = 24


class WaiverImpossible(Exception):
    """``text``: why, in the language of the page."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.text = text


@dataclass(frozen=True, slots=True)
class Ahead:
    """The months from ``period`` on. ``item``: the code of a fee item, empty for the whole bill;
    ``amount_minor``: of each month, None for all of it."""

    period: str
    months: int = 1
    item: str = ""
    amount_minor: int | None = None

    @property
    def periods(self) -> list[str]:
        return periods_from(self.period, self.months)


def waive_ahead(user: Any, unit: Unit, asked: Ahead, reason: str, at: datetime) -> Request | None:
    """Done at once up to the person's limit for waivers, else asked for. What it comes to is reckoned
    from the first month as it would be billed now; what cannot be reckoned waits for another person in
    any case. Raises WaiverImpossible, ReasonMissing, and PermissionDenied."""
    if not scope.may(user, Deed.WAIVE, unit.community_id):
        raise PermissionDenied
    _check(unit, asked, at)
    minor = weight_minor(unit, asked)
    with_others = None if minor is None else minor + _others(unit, asked)
    where, currency = unit.community_id, unit.community.currency
    alone = approvals.alone_up_to(user, waiver_approval.CODE, where)
    if alone is None or (with_others is not None and with_others <= alone):
        waive_by(people.of(user), unit, asked, reason, at=at)
        return None
    details = {
        "period": asked.period,
        "months": asked.months,
        "item": asked.item,
        "amount_minor": asked.amount_minor,
        "unit": unit.code,
        "known": minor is not None,
    }
    values = (f"{unit.pk}:{asked.period}:{asked.item}", minor or 0, currency, reason, at)
    return approvals.ask(user, CODE, where, *values, details=details)


@transaction.atomic
def waive_by(
    person: Person, unit: Unit, asked: Ahead, reason: str, *, at: datetime
) -> list[Waiver]:
    """One row for each month. Raises WaiverImpossible, ReasonMissing."""
    hold_community(unit.community_id)  # no run makes one of these bills meanwhile
    unit = hold_unit(unit.pk)
    item = _check(unit, asked, at)
    said = audit.reason_of(reason)
    made = [
        Waiver.objects.create(
            community_id=unit.community_id,
            unit=unit,
            period=period,
            fee_item=item,
            amount_minor=asked.amount_minor,
            reason=said,
            approved=True,
            made_at=at,
        )
        for period in asked.periods
    ]
    after = {
        "periods": asked.periods,
        "item": asked.item,
        "amount_minor": asked.amount_minor,
        "waivers": [row.pk for row in made],
    }
    subject = ("unit", str(unit.pk))
    audit.record(unit.community_id, person, "waived_ahead", subject, reason, at, after=after)
    return made


def take_back(user: Any, waiver: Waiver, reason: str, at: datetime) -> Request | None:
    """Asks another person; the company's own alone does it at once. Raises WaiverImpossible,
    ReasonMissing, and PermissionDenied."""
    where = waiver.community_id
    if not scope.may(user, Deed.WAIVE, where):
        raise PermissionDenied
    _check_open(waiver)
    if approvals.alone_up_to(user, BACK_CODE, where) is None:
        take_back_by(people.of(user), waiver, reason, at=at)
        return None
    amount, currency = waiver.amount_minor or 0, waiver.unit.community.currency
    details = {"unit": waiver.unit.code, "period": waiver.period}
    return approvals.ask(
        user, BACK_CODE, where, str(waiver.pk), amount, currency, reason, at, details=details
    )


@transaction.atomic
def take_back_by(person: Person, waiver: Waiver, reason: str, *, at: datetime) -> None:
    """The row stays, and takes effect no more. Raises WaiverImpossible, ReasonMissing."""
    hold_community(waiver.community_id)
    row = Waiver.objects.select_for_update(of=("self",)).select_related("unit").get(pk=waiver.pk)
    _check_open(row)
    row.approved = False
    row.save(update_fields=["approved"])
    subject, before = ("unit", str(row.unit_id)), {"period": row.period, "waiver": row.pk}
    audit.record(row.community_id, person, "waived_ahead_ended", subject, reason, at, before=before)


def weight_minor(unit: Unit, asked: Ahead) -> int | None:
    """Minor units that it comes to, all months together; None where it cannot be reckoned yet."""
    if asked.amount_minor is not None:
        return asked.amount_minor * asked.months
    book = PeriodBook(unit.community, asked.period)
    [one] = draft(book, [unit])
    if one.charges.blocked:
        return None
    lines = [c.amount_minor for code, c in one.charges.lines if asked.item in ("", code)]
    return max(0, sum(lines)) * asked.months or None


def of_unit(unit: Unit) -> list[tuple[Waiver, bool]]:
    """The latest month first, each with whether it may still be taken back: no bill has it yet."""
    billed = set(_bills(unit).values_list("period", flat=True))
    rows = unit.waivers.select_related("fee_item").order_by("-period", "-pk")
    return [(row, row.approved and row.period not in billed) for row in rows]


def _bills(unit: Unit) -> Any:
    return opening.standing(Bill.objects.filter(unit=unit, kind=BillKind.MONTH))


def _others(unit: Unit, asked: Ahead) -> int:
    """What is waived ahead in these months already, as far as it has an amount: many small ones are
    one."""
    rows = Waiver.objects.filter(unit=unit, period__in=asked.periods, approved=True)
    return sum(row.amount_minor or 0 for row in rows)


def _check(unit: Unit, asked: Ahead, at: datetime) -> FeeItem | None:
    """The fee item. Raises WaiverImpossible."""
    if not 1 <= asked.months <= MONTHS_MAX:
        most = {"most": MONTHS_MAX}
        raise WaiverImpossible(_("From one to %(most)s months at a time") % most)
    if asked.amount_minor is not None and (asked.amount_minor <= 0 or not asked.item):
        raise WaiverImpossible(_("An amount is waived of one fee item"))
    item = FeeItem.objects.filter(community=unit.community_id, code=asked.item).first()
    if asked.item and item is None:
        raise WaiverImpossible(_("There is no such fee item"))
    now = period_of(business_day(at, unit.community.time_zone))
    billed = set(_bills(unit).values_list("period", flat=True))
    for period in asked.periods:
        if period in billed:
            said = _("%(period)s has its bill already: waive it on the page of the bill")
            raise WaiverImpossible(said % {"period": period})
        if closing.is_closed(unit.community_id, period):
            raise WaiverImpossible(_("The books of %(period)s are closed") % {"period": period})
    if asked.periods[-1][:4] > str(int(now[:4]) + 2):
        raise WaiverImpossible(_("At most two years ahead"))
    same = Waiver.objects.filter(
        unit=unit, period__in=asked.periods, fee_item=item, approved=True, amount_minor=None
    )
    if same.exists():
        raise WaiverImpossible(_("It is waived whole already"))
    return item


def _check_open(waiver: Waiver) -> None:
    if not waiver.approved:
        raise WaiverImpossible(_("It was taken back already"))
    if _bills(waiver.unit).filter(period=waiver.period).exists():
        raise WaiverImpossible(_("The bill of that month has it already"))


def _run(asked: Request, asker: Person, at: datetime) -> None:
    unit = _unit(asked, int(asked.subject.partition(":")[0]))
    said = asked.details
    wish = Ahead(said["period"], said["months"], said["item"], said["amount_minor"])
    try:
        waive_by(asker, unit, wish, asked.reason, at=at)
    except WaiverImpossible as impossible:
        raise CannotBeDone(impossible.text, ended=True) from impossible


def _take_back(asked: Request, asker: Person, at: datetime) -> None:
    rows = Waiver.objects.filter(community=asked.community_id, pk=int(asked.subject))
    row = rows.select_related("unit").first()
    if row is None:
        raise CannotBeDone(_("There is no such waiver"), ended=True)
    try:
        take_back_by(asker, row, asked.reason, at=at)
    except WaiverImpossible as impossible:
        raise CannotBeDone(impossible.text, ended=True) from impossible


def _unit(asked: Request, pk: int) -> Unit:
    units = Unit.objects.select_related("community").filter(community=asked.community_id)
    unit = units.filter(pk=pk).first()
    if unit is None:
        raise CannotBeDone(_("There is no such unit"), ended=True)
    return unit


def _changes(asked: Request) -> Sequence[Change]:
    said = asked.details
    item = FeeItem.objects.filter(community=asked.community_id, code=said["item"]).first()
    periods = Ahead(said["period"], said["months"]).periods
    each = (
        _("all of it")
        if said["amount_minor"] is None
        else Money(said["amount_minor"], asked.currency).display(of_page())
    )
    months = periods[0] if len(periods) == 1 else f"{periods[0]} – {periods[-1]}"
    what = chosen(item.name) if item else _("The whole bill")
    found = [Change(f"{what} · {months}", "", each)]
    if not said["known"]:
        found.append(Change(_("What it comes to cannot be reckoned yet")))
    return found


def _link(asked: Request) -> str:
    return f"/staff/units/{asked.subject.partition(':')[0]}/waivers/"


def _link_back(asked: Request) -> str:
    row = Waiver.objects.filter(community=asked.community_id, pk=int(asked.subject)).first()
    return f"/staff/units/{row.unit_id}/waivers/" if row else ""


def _title(asked: Request) -> str:
    return f"{asked.details['unit']} {asked.details['period']}"


WAIVE = Kind(gettext_lazy("Waive months ahead"), Deed.WAIVE, _run, _changes, _link, _title)
TAKE_BACK = Kind(
    gettext_lazy("Take a waiver of a month ahead back"),
    Deed.WAIVE,
    _take_back,
    link=_link_back,
    title=_title,
    always=True,
)
