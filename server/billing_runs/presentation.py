"""What the pages of billing runs show: totals against the period before, and what is in the way."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, QuerySet, Sum
from django.utils.translation import gettext_lazy as _

from contract.messages import Text
from contract.money import Money
from server.billing import opening
from server.billing.models import Bill, BillLine, FeeItem
from server.billing.periods import previous_period
from server.billing_runs.models import DueRun
from server.billing_runs.remarks import Remark
from server.billing_runs.runs import Figures
from server.estate.models import Community
from server.language import of_page

SHOWN_MAX = 100  # of each kind of remark; the others are counted

_TITLES: dict[str, Any] = {
    "meter_reading": _("Readings are missing"),
    "meter_reading_before": _("Readings of the period before are missing"),
    "meter_review": _("Readings wait to be looked at"),
    "meter_went_back": _("Meters went back"),
    "area_missing": _("Areas are missing"),
    "no_tariff": _("Fee items have no tariff"),
    "odd_amount": _("Amounts that differ much from the period before"),
    "no_payer": _("Units without a payer"),
    "item_left_out": _("Fee items that are left out"),
    "not_begun": _("Fee items that have not begun"),
}


@dataclass(slots=True)
class Group:
    """Remarks of one kind: ``rows`` the first of them, ``count`` all. ``units``: the codes of all that
    they are about, while they are counted."""

    code: str
    blocks: bool
    count: int = 0
    units: set[str] = field(default_factory=set)
    rows: list[Remark] = field(default_factory=list)

    @property
    def title(self) -> Any:
        return _TITLES.get(self.code, _("Other reasons"))


@dataclass(frozen=True, slots=True)
class ItemRow:
    """One fee item now and in the period before, as shown; ``change`` in percent, None without one."""

    name: Text
    lines: int
    amount: str
    last: str
    change: int | None


def groups(remarks: Iterable[Remark]) -> list[Group]:
    """What blocks first; of each kind the first SHOWN_MAX."""
    found: dict[tuple[bool, str], Group] = {}
    for remark in remarks:
        code = remark.code if remark.code in _TITLES else ""
        group = found.setdefault((not remark.blocks, code), Group(code, remark.blocks))
        group.count += 1
        group.units.add(remark.unit)
        if len(group.rows) < SHOWN_MAX:
            group.rows.append(remark)
    return [found[key] for key in sorted(found)]


def blocked(found: Iterable[Group]) -> int:
    """How many units get no bill for a reason."""
    return len(set().union(*(group.units for group in found if group.blocks)))


def figures(
    community: Community, period: str, made: Figures, found: list[Group], blocks: int
) -> dict[str, Any]:
    """What ``figures.html`` shows."""
    return {
        "figures": made,
        "total": total(community, made),
        "last": last_total(community, period),
        "items": items(community, period, made),
        "groups": found,
        "blocked": blocks,
        "names": names_of(community),
    }


def names_of(community: Community) -> dict[str, Text]:
    return {item.code: item.name for item in FeeItem.objects.filter(community=community)}


def items(community: Community, period: str, figures: Figures) -> list[ItemRow]:
    """All that is charged now or was charged in the period before, in the order of the fee items."""
    last = {
        row["fee_item__code"]: row["amount"]
        for row in BillLine.objects.filter(bill__in=_bills_before(community, period))
        .order_by()
        .values("fee_item__code")
        .annotate(amount=Sum("amount_minor"))
    }
    rows = []
    for code, name in names_of(community).items():
        lines, amount = figures.by_item.get(code, (0, 0))
        before = last.get(code, 0)
        if lines or before:
            shown = _shown(amount, community), _shown(before, community)
            rows.append(ItemRow(name, lines, *shown, _change(amount, before)))
    return rows


def last_total(community: Community, period: str) -> dict[str, Any]:
    """Bills and amount of the period before."""
    before = _bills_before(community, period)
    sums = before.aggregate(bills=Count("pk"), amount=Sum("amount_minor"))
    return {"bills": sums["bills"], "amount": _shown(sums["amount"] or 0, community)}


def _bills_before(community: Community, period: str) -> QuerySet[Bill]:
    bills = Bill.objects.filter(community=community, period=previous_period(period))
    return opening.standing(opening.of_months(bills))


def total(community: Community, figures: Figures) -> str:
    return _shown(figures.total_minor, community)


def money(community: Community, due: DueRun) -> str:
    """What a month that came due would come to."""
    return _shown(due.figures.get("total_minor", 0), community)


def _shown(minor: int, community: Community) -> str:
    return Money(minor, community.currency).display(of_page())


def _change(now: int, before: int) -> int | None:
    return round((now - before) * 100 / before) if before else None
