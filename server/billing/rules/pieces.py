"""A period cut into pieces in each of which one tariff holds, by the proration rule of the item. Pure."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from fractions import Fraction

from contract.messages import ExplainRow, Text
from server.billing.rules.facts import PeriodFacts, UnitFacts
from server.billing.rules.item import ItemFacts, Proration, TariffFacts
from server.billing.rules.outcome import row


@dataclass(frozen=True, slots=True)
class Piece:
    """``share`` of the month from ``begin`` to ``end``, both included; 1 when it is the whole."""

    tariff: TariffFacts
    begin: date
    end: date
    share: Fraction
    of_days: int  # in the month; nought where halves are counted

    @property
    def whole(self) -> bool:
        return self.share == 1

    @property
    def note(self) -> Text | None:
        """Which days are meant, where it is not the whole month."""
        if self.whole:
            return None
        begin, end = self.begin, self.end
        return Text(
            zh=f"{begin.month}月{begin.day}日–{end.day}日", en=f"{begin:%b} {begin.day}–{end.day}"
        )

    @property
    def times(self) -> str:
        """As it stands in a calculation, e.g. `` × 15/31``; empty for the whole month."""
        if self.whole:
            return ""
        days = self.share * self.of_days
        return f" × {days}/{self.of_days}" if days and days.denominator == 1 else f" × {self.share}"

    def rows(self) -> tuple[ExplainRow, ...]:
        if self.whole:
            return ()
        if not self.of_days:
            return (row("计费时间", "Charged for", "半个月", "half a month"),)
        days = (self.end - self.begin).days + 1
        return (
            row(
                "计费天数（按日折算）",
                "Days charged (by days)",
                f"{days} / {self.of_days} 天",
                f"{days} of {self.of_days}",
            ),
        )


def pieces(
    item: ItemFacts, facts: PeriodFacts, rule: str, unit: UnitFacts | None = None
) -> list[Piece]:
    """Those of the item's tariffs of ``rule``, oldest first; of the days that concern the unit, or of the
    whole period. The shares of all rules add up to the part of the month that is charged."""
    begins, ends = (unit.begins, unit.ends) if unit else (None, None)
    found: list[Piece] = []
    for begin, end, share, of_days in _parts(item.proration, facts):
        tariff = in_force(item, begin)
        outside = (begins and begins > begin) or (ends and ends < begin)
        if tariff is None or tariff.rule != rule or outside or (item.ends and item.ends < begin):
            continue
        if found and found[-1].tariff is tariff and found[-1].end + timedelta(1) == begin:
            last = found.pop()
            begin, share = last.begin, last.share + share
        found.append(Piece(tariff, begin, end, share, of_days))
    return found


class Pieces:
    """``pieces`` of many units: those that are charged for the same days have the same."""

    def __init__(self, item: ItemFacts, facts: PeriodFacts, rule: str) -> None:
        self._of = item, facts, rule
        self._known: dict[tuple[date, date], list[Piece]] = {}

    def of(self, unit: UnitFacts) -> list[Piece]:
        item, facts, rule = self._of
        begins = max(unit.begins or facts.first, facts.first)
        key = begins, min(unit.ends or facts.last, facts.last)
        if key not in self._known:
            self._known[key] = pieces(item, facts, rule, unit)
        return self._known[key]


def of_use(item: ItemFacts, facts: PeriodFacts, rule: str) -> list[Piece]:
    """What was counted over the whole period, cut by tariffs alone: somebody used all of it. The shares
    add up to 1."""
    found = pieces(item, facts, rule)
    whole = sum((piece.share for piece in found), Fraction(0))
    return [replace(piece, share=piece.share / whole) for piece in found]


def in_force(item: ItemFacts, day: date) -> TariffFacts | None:
    """The newest tariff that has begun by ``day``."""
    begun = [tariff for tariff in item.tariffs if tariff.valid_from <= day]
    return max(begun, key=lambda tariff: tariff.valid_from, default=None)


def _parts(proration: Proration, facts: PeriodFacts) -> list[tuple[date, date, Fraction, int]]:
    """First and last day, share of the month, and the days of the month."""
    first, last, days = facts.first, facts.last, facts.days
    if proration is Proration.WHOLE:
        return [(first, last, Fraction(1), days)]
    if proration is Proration.HALVES:
        middle, half = first.replace(day=16), Fraction(1, 2)
        return [(first, middle - timedelta(1), half, 0), (middle, last, half, 0)]
    return [
        (day, day, Fraction(1, days), days)
        for day in (first + timedelta(number) for number in range(days))
    ]
