"""What is taken off the lines of an item: discounts for certain days, and waivers. Pure."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from contract.messages import Text
from contract.money import Money
from server.billing.rules.amounts import rounded
from server.billing.rules.facts import PeriodFacts
from server.billing.rules.item import Rounding
from server.billing.rules.outcome import Charge, plain, row


@dataclass(frozen=True, slots=True)
class DiscountFacts:
    """``percent`` off what a unit is charged under an item (under all when ``item`` is empty), for the
    days from ``begins`` to ``ends``, None for no end."""

    item: str
    percent: Decimal
    begins: date
    ends: date | None
    name: Text


@dataclass(frozen=True, slots=True)
class WaiverFacts:
    """What was waived of an item in minor units, None for the whole; the whole bill when ``item`` is
    empty."""

    item: str
    amount_minor: int | None
    reason_zh: str = "减免"
    reason_en: str = "Waived"


def discounted(
    charges: list[Charge], discounts: list[DiscountFacts], facts: PeriodFacts
) -> list[Charge]:
    """One line less than nought for each discount, each of what the lines came to before any; together
    never more than that."""
    gross = sum(charge.amount_minor for charge in charges)
    left, lines = gross, []
    for discount in discounts:
        begins = max(discount.begins, facts.first)
        ends = min(discount.ends or facts.last, facts.last)
        days = (ends - begins).days + 1
        if days <= 0 or left <= 0:
            continue
        part = Fraction(discount.percent) / 100 * Fraction(days, facts.days)
        off = min(left, rounded(gross * part, Rounding.CENT, facts.currency))
        left -= off
        if off:
            lines.append(_discount(discount, (begins, ends), gross, -off, facts))
    return lines


def _discount(
    discount: DiscountFacts, span: tuple[date, date], gross: int, amount: int, facts: PeriodFacts
) -> Charge:
    begins, ends = span
    whole = (ends - begins).days + 1 == facts.days
    days = f" × {(ends - begins).days + 1}/{facts.days}" if not whole else ""
    zh, en = discount.name.zh, discount.name.en
    if not whole:
        zh += f"，{begins.month}月{begins.day}日–{ends.day}日"
        en += f", {begins:%b} {begins.day}–{ends.day}"
    percent, base = plain(discount.percent, 0), Money(gross, facts.currency)
    return _line(
        amount,
        facts.currency,
        Text(zh=zh, en=en),
        (
            row("优惠", "Discount", f"{percent}%"),
            row(
                "计算",
                "Calculation",
                f"{base.display()} × {percent}%{days} = {Money(-amount, facts.currency).display()}",
            ),
        ),
    )


def waived(lines_minor: int, waivers: list[WaiverFacts], currency: str) -> list[Charge]:
    """One line less than nought for each waiver, together never more than what the lines come to."""
    left, lines = lines_minor, []
    for waiver in waivers:
        off = left if waiver.amount_minor is None else min(left, waiver.amount_minor)
        if off > 0:
            left -= off
            note = Text(zh=waiver.reason_zh, en=waiver.reason_en)
            said = row("减免", "Waived", Money(off, currency).display())
            lines.append(_line(-off, currency, note, (said,)))
    return lines


def _line(amount: int, currency: str, note: Text, rows: tuple) -> Charge:
    return Charge(
        amount_minor=amount,
        quantity="1",
        quantity_unit=Text(zh="次", en="time"),
        rate=f"{Money(amount, currency).decimal}",
        note=note,
        explanation=rows,
    )
