"""What a package costs a unit: its months at their full price, as they would be billed, and the price of
the whole. Reads only."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

from django.utils.translation import gettext as _

from contract.messages import Text
from contract.money import Money
from server.billing import closing
from server.billing.drafting import charges_of, periods_billed
from server.billing.fees import FeeItem
from server.billing.models import Bill, BillState
from server.billing.packages.models import RULES_AHEAD, PackageMonth, PackageOffer
from server.billing.packages.refusal import PackageImpossible
from server.billing.period_facts import PeriodBook
from server.billing.periods import period_of, periods_from
from server.billing.rules.facts import PeriodFacts
from server.billing.rules.pieces import in_force
from server.billing.rules.shares import split_exactly
from server.estate.models import Unit
from server.language import both, chosen

AHEAD_MAX = 12  # the first month is at most so many months after today's


@dataclass(frozen=True, slots=True)
class ItemPrice:
    """Of one fee item: each month's full price, and the price of all of them in the package (minor)."""

    item: FeeItem
    full: tuple[int, ...]
    price_minor: int

    @property
    def shares(self) -> list[int]:
        """The price split over the months by what they would have cost; adds up to it."""
        return split_exactly(self.price_minor, [Fraction(minor) for minor in self.full])


@dataclass(frozen=True, slots=True)
class Quote:
    """What a unit would pay for an offer from a month on."""

    offer: PackageOffer
    periods: tuple[str, ...]
    items: tuple[ItemPrice, ...]
    currency: str

    @property
    def price_minor(self) -> int:
        return sum(item.price_minor for item in self.items)

    @property
    def full_minor(self) -> int:
        return sum(sum(item.full) for item in self.items)

    @property
    def title(self) -> Text:
        """As the bill is called."""
        return both(
            "%(name)s, %(first)s to %(last)s",
            name=self.offer.name,
            first=self.periods[0],
            last=self.periods[-1],
        )


def quote(unit: Unit, offer: PackageOffer, first: str, today: date) -> Quote:
    """Raises PackageImpossible: not on offer, not for this unit, a month that is billed, covered or
    closed already, or whose fees cannot be known ahead."""
    periods = periods_from(first, offer.months_given)
    _check_offer(unit, offer, periods, today)
    full: dict[str, list[int]] = {code: [] for code in offer.item_codes}
    items: dict[str, FeeItem] = {}
    for period in periods:
        book = PeriodBook(unit.community, period, offer.item_codes)
        _check_rules(book)
        items |= {row.code: row for row in book.rows}
        charges = charges_of(book, [unit])[unit.code]
        if charges.blocked:
            code, why = charges.blocked[0]
            raise PackageImpossible(f"{period}: {chosen(why.reason)}")
        for code in full:
            full[code].append(sum(one.amount_minor for c, one in charges.lines if c == code))
    found = [
        ItemPrice(items[code], tuple(months), _price(sum(months), offer))
        for code, months in full.items()
        if sum(months) > 0
    ]
    if not sum(item.price_minor for item in found):
        raise PackageImpossible(_("Nothing of it is charged to this unit"))
    return Quote(offer, tuple(periods), tuple(found), unit.community.currency)


def lines_of(offered: Quote) -> list[dict[str, Any]]:
    """The lines of its bill, as columns of ``BillLine``."""
    return [_line(offered, item) for item in offered.items]


def _price(full_minor: int, offer: PackageOffer) -> int:
    """So many months' part of what all cost, half a minor unit upward."""
    exact = Fraction(full_minor * offer.months_paid, offer.months_given)
    return int(exact + Fraction(1, 2))


def _check_offer(unit: Unit, offer: PackageOffer, periods: Sequence[str], today: date) -> None:
    if not offer.on_sale(today) or offer.community_id != unit.community_id:
        raise PackageImpossible(_("This package is not on offer"))
    if unit.ends is not None or (offer.unit_kinds and unit.kind not in offer.unit_kinds):
        raise PackageImpossible(_("This package is not for this kind of unit"))
    ahead = periods_from(period_of(today), AHEAD_MAX + 1)
    if periods[0] not in ahead:
        raise PackageImpossible(_("It begins this month or within the next twelve"))
    overdue = Bill.objects.filter(unit=unit, state=BillState.OPEN, due__lt=today)
    if offer.who == PackageOffer.Who.NO_DEBT and overdue.exists():
        raise PackageImpossible(_("Only for who owes nothing that is overdue"))
    if billed := sorted(periods_billed([unit.pk], periods)[unit.pk]):
        raise PackageImpossible(_("%(period)s has its bill already") % {"period": billed[0]})
    for period in periods:
        if closing.is_closed(unit.community_id, period):
            raise PackageImpossible(_("The books of %(period)s are closed") % {"period": period})
    covered = PackageMonth.objects.filter(
        unit=unit, period__in=periods, fee_item__code__in=offer.item_codes, given_up=False
    ).order_by("period")
    if taken := covered.first():
        said = _("%(period)s is in a package already")
        raise PackageImpossible(said % {"period": taken.period})


def _check_rules(book: PeriodBook) -> None:
    """Nothing that is counted or shared can be known ahead."""
    facts = PeriodFacts(book.period, ())
    for item in book.items:
        held = [t for t in (in_force(item, facts.first), in_force(item, facts.last)) if t]
        if any(tariff.rule not in RULES_AHEAD for tariff in held):
            said = _("%(item)s cannot be known ahead, so no package can have it")
            raise PackageImpossible(said % {"item": chosen(item.name)})


def _line(offered: Quote, item: ItemPrice) -> dict[str, Any]:
    offer, price = offered.offer, Money(item.price_minor, offered.currency)
    alike = len(set(item.full)) == 1 and item.price_minor == item.full[0] * offer.months_paid
    each = Money(item.full[0], offered.currency)
    full = Money(sum(item.full), offered.currency)
    values = {"given": offer.months_given, "paid": offer.months_paid}
    how = both("%(given)s months for the price of %(paid)s", **values)
    part = f"{full.display()} × {offer.months_paid}/{offer.months_given} = {price.display()}"
    rows = [
        (both("Months"), _same(f"{offered.periods[0]} – {offered.periods[-1]}")),
        (both("Full price of the months"), _same(full.display())),
        (how, _same(part)),
        (both("If prices change"), both("nothing is paid in addition and nothing goes back")),
        (both("Who leaves early"), _leaving(offer)),
    ]
    return {
        "fee_item": item.item,
        "amount_minor": item.price_minor,
        "quantity": str(offer.months_paid) if alike else "1",
        "quantity_unit": both("months") if alike else both("package"),
        "rate": str(each.decimal if alike else price.decimal),
        "note": how,
        "explanation": [
            {"label": label.model_dump(), "value": value.model_dump()} for label, value in rows
        ],
    }


def _leaving(offer: PackageOffer) -> Text:
    if offer.leaving == PackageOffer.Leaving.FULL_PRICE:
        return both("pays the full price of the months used; the rest goes back")
    return both("gets the share of the months that are left")


def _same(text: str) -> Text:
    return Text(zh=text, en=text)
