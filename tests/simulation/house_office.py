"""The house office: clerks merge units, sell packages of months, bill months that packages cover, and
give back what is left of one, at any moment. They take the product's no for an answer."""

import random
from collections.abc import Iterator
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from server.billing.issuing import issue_period
from server.billing.merged_units import living
from server.billing.models import Allocation, Bill, BillState, PackageMonth
from server.billing.packages.ending import can_be_cut, cut_by
from server.billing.packages.listing import first_free
from server.billing.packages.models import PackageOffer, PackageSale
from server.billing.packages.refusal import PackageImpossible
from server.billing.packages.returning import give_back_by
from server.billing.packages.selling import sell_by
from server.billing.unit_accounts import account_of
from server.estate.models import Community, Unit
from server.moves.regroup_checks import RegroupImpossible
from server.moves.regrouping import Merge, merge
from server.staff.people import Person
from tests.simulation import charges
from tests.simulation.patches import Seams
from tests.simulation.threads import START, wall

if TYPE_CHECKING:
    from tests.simulation.run import Simulation

NOS: tuple[type[Exception], ...] = (PackageImpossible, RegroupImpossible)
_CLERK = Person("clerk")
_TODAY = START.date()
_MERGED_FROM = date(2026, 11, 1)
LIVING_MIN = 3  # so many homes are left


class HouseOffice:
    """Acts are named as ``faults.KINDS`` names them."""

    def __init__(self, run: "Simulation", rng: random.Random) -> None:
        self._run, self._random = run, rng

    def merges(self) -> None:
        """Two homes are one from the first of the month on."""
        homes = list(Unit.objects.filter(ends=None).order_by("pk"))
        if len(homes) <= LIVING_MIN:
            return
        stays, gone = self._random.sample(homes, 2)
        asked = Merge(_MERGED_FROM, (gone.pk,), stays.area_m2 + gone.area_m2, stays.code)
        merge(stays, asked, _CLERK, "one flat now", at=wall())

    def sells(self) -> None:
        """A package; else bills a month of one, or gives back what is left; one whose payment went back
        is ended by a bill of the months used."""
        acts = (self._sells, self._sells, self._bills, self._gives_back, self._cuts)
        self._random.choice(acts)()

    def _sells(self) -> None:
        unit = self._one(Unit.objects.filter(ends=None).select_related("community"))
        offer = self._one(PackageOffer.objects.all())
        first = first_free(unit, _TODAY)
        sell_by(_CLERK, unit, offer, first, today=_TODAY, at=wall())

    def _bills(self) -> None:
        month = self._one(PackageMonth.objects.filter(given_up=False, used_at=None))
        if month is None:
            return
        units = list(Unit.objects.filter(pk=month.unit_id))
        by = {"issued_on": _TODAY, "due": _TODAY + timedelta(days=30), "at": wall()}
        issue_period(Community.objects.get(), month.period, units=units, **by)

    def _gives_back(self) -> None:
        if (sale := self._one(PackageSale.objects.filter(ended_at=None))) is not None:
            first = self._random.choice(sorted({m.period for m in sale.months.all()}))
            give_back_by(_CLERK, sale, first, "moves away", today=_TODAY, at=wall())

    def _cuts(self) -> None:
        rows = PackageSale.objects.filter(bill__state=BillState.OPEN).select_related("bill")
        for sale in rows.order_by("pk"):
            if can_be_cut(sale):
                cut_by(_CLERK, sale, "its payment went back", today=_TODAY, at=wall())
                Seams.unexpected.extend(charges.of_void_bill(self._run, sale.bill))
                return

    def _one(self, rows: Any) -> Any:
        found = list(rows.order_by("pk"))
        return self._random.choice(found) if found else None


def wrong() -> Iterator[str]:
    """What is owed for a unit that was merged is found with the one that stays; what went back of a
    package had been paid."""
    for gone in Unit.objects.exclude(merged_into=None).select_related("community"):
        owed = set(
            Bill.objects.filter(unit=gone, state=BillState.OPEN).values_list("number", flat=True)
        )
        shown = {bill.number for bill in account_of(living(gone, _TODAY), _TODAY).bills}
        if owed - shown:
            yield f"{gone.code} owes {sorted(owed - shown)}, and who pays for it is not shown that"
    for sale in PackageSale.objects.filter(returned_minor__gt=0).select_related("bill"):
        if not Allocation.objects.filter(bill=sale.bill).exists():
            yield f"{sale.returned_minor} went back of package {sale.bill.number}, which nobody paid"


def heir_of(unit: int) -> int:
    """The unit that has its credit: at once, and not from a day on."""
    into = Unit.objects.get(pk=unit).merged_into_id
    return unit if into is None else heir_of(into)
