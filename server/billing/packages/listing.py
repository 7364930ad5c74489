"""What is known of a unit's packages, for pages. Reads only, in a fixed number of questions."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from server.billing import leases
from server.billing.drafting import periods_billed
from server.billing.models import BillState
from server.billing.packages.models import PackageMonth, PackageOffer, PackageSale
from server.billing.periods import period_of, periods_from
from server.estate.models import Community, Unit


class Stand(StrEnum):
    """How a month of a package stands."""

    USED = "used"
    AHEAD = "ahead"  # paid, and still to come
    WAITS = "waits"  # the package is not paid yet
    GONE = "gone"


@dataclass(frozen=True)
class Sold:
    """A sale with its months, each once however many items it has. ``held``: it may be paid already."""

    sale: PackageSale
    months: list[tuple[str, Stand]]
    held: bool

    @property
    def used(self) -> int:
        return sum(stand is Stand.USED for _, stand in self.months)

    @property
    def ahead(self) -> list[str]:
        """Months that are paid and still to come."""
        return [period for period, stand in self.months if stand is Stand.AHEAD]

    @property
    def open(self) -> bool:
        return self.sale.bill.state == BillState.OPEN


def of_unit(unit: Unit) -> list[Sold]:
    """The newest first."""
    sales = PackageSale.objects.filter(unit=unit).select_related("bill", "offer")
    return sold(list(sales.order_by("-sold_at", "-pk")))


def sold(sales: Sequence[PackageSale]) -> list[Sold]:
    by_sale: dict[int, list[PackageMonth]] = defaultdict(list)
    for month in PackageMonth.objects.filter(sale__in=sales).order_by("period"):
        by_sale[month.sale_id].append(month)
    held = leases.may_be_paid({sale.unit_id for sale in sales})
    return [
        Sold(sale, _months(sale, by_sale[sale.pk]), leases.key_of(sale.bill) in held)
        for sale in sales
    ]


def _months(sale: PackageSale, rows: list[PackageMonth]) -> list[tuple[str, Stand]]:
    waits = sale.bill.state == BillState.OPEN
    found: dict[str, Stand] = {}
    for row in rows:
        if row.used_at is not None:
            found[row.period] = Stand.USED
        elif row.given_up:
            found.setdefault(row.period, Stand.GONE)
        else:
            found.setdefault(row.period, Stand.WAITS if waits else Stand.AHEAD)
    return list(found.items())


def on_sale(community: Community, unit: Unit, today: date) -> list[PackageOffer]:
    """What can be sold to the unit today, by its kind and the day."""
    offers = PackageOffer.objects.filter(community=community).select_related("community")
    return [
        offer
        for offer in offers
        if offer.on_sale(today) and (not offer.unit_kinds or unit.kind in offer.unit_kinds)
    ]


def first_free(unit: Unit, today: date) -> str:
    """The first month from today's on after all that have a bill or a package."""
    months = periods_from(period_of(today), 37)
    taken = periods_billed([unit.pk], months)[unit.pk]
    covered = PackageMonth.objects.filter(unit=unit, period__in=months, given_up=False)
    taken |= set(covered.values_list("period", flat=True))
    last = max(taken, default="")
    return next((month for month in months if month > last), months[0])


def months_ahead(unit: Unit) -> int:
    """How many months are paid by packages and still to come."""
    rows = PackageMonth.objects.filter(unit=unit, given_up=False, used_at=None)
    paid = rows.exclude(sale__bill__state=BillState.OPEN)
    return paid.order_by().values("period").distinct().count()
