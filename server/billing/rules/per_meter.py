"""Use: what a unit's own meter counted, times the rate, or by steps over a month or a year. Pure."""

from collections.abc import Iterator
from fractions import Fraction
from functools import partial

from contract.messages import ExplainRow, Text
from contract.money import Money, sign
from server.billing.rules import reasons
from server.billing.rules.amounts import Part, charges_of, major
from server.billing.rules.facts import MeterFacts, PeriodFacts, UnreadMeter
from server.billing.rules.item import ItemFacts, Step, TariffFacts
from server.billing.rules.metered import measure_of, number, readings_of, shown
from server.billing.rules.outcome import Outcome, price_of, row, text
from server.billing.rules.pieces import Piece, of_use


class PerMeter:
    """One line a meter, so that a resident sees which one is meant; one a step where there are steps."""

    code = "per_meter"

    def charge(self, item: ItemFacts, facts: PeriodFacts) -> Outcome:
        outcome, pieces = Outcome(), of_use(item, facts, self.code)
        if not pieces:
            return outcome
        for unit in facts.units:
            if not item.concerns(unit.kind):
                continue
            for meter in item.meters.get(unit.code, ()):
                if isinstance(meter, UnreadMeter):
                    outcome.block(unit.code, reasons.unread(meter))
                elif meter.used < 0:
                    outcome.block(unit.code, reasons.went_back(meter))
                else:
                    parts = list(_parts(meter, pieces, facts.currency))
                    outcome.charge(unit.code, charges_of(parts, item, facts.currency))
        return outcome


def _parts(meter: MeterFacts, pieces: list[Piece], currency: str) -> Iterator[Part]:
    begun, (zh, en) = Fraction(meter.used_this_year), measure_of(meter)
    for piece in pieces:
        used = Fraction(meter.used) * piece.share
        over_year = piece.tariff.steps_over_year
        for step, quantity in by_steps(
            piece.tariff, used, begun if over_year else Fraction(0), piece.share
        ):
            yield Part(
                exact=major(step.rate, currency) * quantity,
                quantity=shown(quantity),
                quantity_unit=text(zh, en),
                rate=price_of(step.rate, currency, more=1),
                note=_note(meter, piece, step),
                explain=partial(_explain, meter, piece, step, quantity),
            )
        begun += used


def by_steps(
    tariff: TariffFacts, used: Fraction, begun: Fraction, share: Fraction
) -> list[tuple[Step, Fraction]]:
    """How much of ``used`` falls into which step, the first ones first, the last without an end;
    ``begun``: what was used earlier in the year. Steps over a month end by the ``share`` of it for which
    they hold."""
    if not tariff.steps:
        return [(Step(None, tariff.rate), used)]
    found, low = [], Fraction(0)
    for step in tariff.steps:
        high = None if step is tariff.steps[-1] or step.up_to is None else Fraction(step.up_to)
        if high is not None and not tariff.steps_over_year:
            high *= share
        begin, end = max(low, begun), begun + used if high is None else min(high, begun + used)
        if end > begin:
            found.append((step, end - begin))
        if high is None or high >= begun + used:
            break
        low = high
    return found or [(tariff.steps[0], Fraction(0))]


def _note(meter: MeterFacts, piece: Piece, step: Step) -> Text:
    zh, en = f"表 {meter.code}", f"Meter {meter.code}"
    if piece.tariff.steps:
        at = piece.tariff.steps.index(step) + 1
        zh, en = f"{zh}，第 {at} 档", f"{en}, step {at}"
    if piece.note is not None:
        zh, en = f"{zh}，{piece.note.zh}", f"{en}, {piece.note.en}"
    if meter.estimated:
        zh, en = f"{zh}，估抄", f"{en}, estimated"
    return Text(zh=zh, en=en)


def _explain(
    meter: MeterFacts, piece: Piece, step: Step, quantity: Fraction, amount: Money
) -> tuple[ExplainRow, ...]:
    zh, en = measure_of(meter)
    price = f"{sign(amount.currency)}{price_of(step.rate, amount.currency, more=1)}"
    rows = readings_of(meter)
    if piece.tariff.steps:
        rows += _steps(meter, piece.tariff)
    if not piece.whole:
        of = f"{number(meter.used)}{piece.times}"
        rows.append(
            row(f"{piece.note.zh}用量", f"Used {piece.note.en}", f"{of} {zh}", f"{of} {en}")
        )  # type: ignore[union-attr]
    used = shown(quantity, decimals=0)
    rows.append(row(f"{used} {zh} × {price}", f"{used} {en} × {price}", amount.display()))
    return tuple(rows)


def _steps(meter: MeterFacts, tariff: TariffFacts) -> list[ExplainRow]:
    """The table of steps, and where the year stood where they go over it."""
    zh, en = measure_of(meter)
    ends = " / ".join(number(step.up_to) for step in tariff.steps[:-1] if step.up_to is not None)
    over = ("每年", "each year") if tariff.steps_over_year else ("每月", "each month")
    rows = [row(f"阶梯（{over[0]}）", f"Steps ({over[1]})", f"{ends} {zh}", f"{ends} {en}")]
    if tariff.steps_over_year:
        begun = number(meter.used_this_year)
        rows.append(row("本年此前用量", "Used earlier this year", f"{begun} {zh}", f"{begun} {en}"))
    return rows
