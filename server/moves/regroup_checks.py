"""When units cannot be merged or split, and why, for staff."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from contract.business_day import business_day
from server.billing import issuing, opening
from server.billing.adjustments import Waiver
from server.billing.models import Bill, BillState, PackageMonth
from server.billing.packages.listing import months_ahead
from server.billing.periods import period_of
from server.billing.unit_accounts import overdrawn_minor
from server.estate.models import Unit


class RegroupImpossible(Exception):
    """It cannot be as it was asked; ``text`` with ``values`` is why and what to do, for staff."""

    def __init__(self, text: Any, **values: object) -> None:
        super().__init__(str(text))
        self.text, self.values = text, values

    @property
    def said(self) -> str:
        """In the language in force."""
        return str(self.text) % self.values


def first_day(today: date) -> date:
    """From which units are regrouped by default: the first of the next month."""
    return (today.replace(day=1) + timedelta(days=32)).replace(day=1)


def check(units: Sequence[Unit], day: date, area_m2: Decimal, at: datetime) -> None:
    """The first of ``units`` stays, or is split; the others end on ``day``. Raises RegroupImpossible."""
    today = business_day(at, units[0].community.time_zone)
    if day.day != 1:
        raise RegroupImpossible(_("Units are merged and split from the first day of a month"))
    if day > first_day(today):
        raise RegroupImpossible(_("At the latest from the first day of the next month"))
    if area_m2 <= 0:
        raise RegroupImpossible(_("Each unit needs an area"))
    if len({unit.building_id for unit in units}) > 1:
        raise RegroupImpossible(_("The units stand in different buildings"))
    if issuing.is_under_way(units[0].community_id, period_of(day)):
        raise RegroupImpossible(
            _("Bills of that time are being made; wait until the run has ended")
        )
    for unit in units:
        _check_unit(unit, day)
    for unit in units[1:]:  # those that end
        _check_waivers(unit, period_of(day))
        if overdrawn_minor(unit):
            text = _("Unit %(code)s used more credit than it had; have it paid in first")
            raise RegroupImpossible(text, code=unit.code)


def _check_waivers(unit: Unit, period: str) -> None:
    if Waiver.objects.filter(unit=unit, period__gte=period, approved=True).exists():
        text = _("Unit %(code)s has waivers of months to come; take them back first")
        raise RegroupImpossible(text, code=unit.code)


def _check_unit(unit: Unit, day: date) -> None:
    period = period_of(day)
    if unit.ends is not None or (unit.begins is not None and unit.begins >= day):
        raise RegroupImpossible(_("Unit %(code)s does not exist then"), code=unit.code)
    if months_ahead(unit):
        text = _("Unit %(code)s has months of a package to come; give back what is left first")
        raise RegroupImpossible(text, code=unit.code)
    waits = PackageMonth.objects.filter(unit=unit, given_up=False, used_at=None)
    if waits.filter(sale__bill__state=BillState.OPEN).exists():
        text = _("Unit %(code)s has a package that waits to be paid; void it first")
        raise RegroupImpossible(text, code=unit.code)
    bills = opening.standing(opening.of_months(Bill.objects.filter(unit=unit)))
    if late := bills.filter(period__gte=period).order_by("-period").first():
        text = _("Unit %(code)s has a bill of %(period)s; void it first, or choose a later day")
        raise RegroupImpossible(text, code=unit.code, period=late.period)
