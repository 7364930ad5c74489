"""What the rules for parking spaces and for vehicles share: a rate a month for each thing that a unit
keeps, for the days on which it does. Pure."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date

from contract.messages import Text
from server.billing.rules.amounts import Part, charges_of
from server.billing.rules.facts import KeptFacts, PeriodFacts, UnitFacts
from server.billing.rules.fixed import monthly
from server.billing.rules.item import ItemFacts
from server.billing.rules.outcome import Outcome, row
from server.billing.rules.pieces import Piece, Pieces


@dataclass(frozen=True, slots=True)
class Wording:
    """How a line names the thing, with ``{code}`` in it, and how its explanation does."""

    note: Text
    label: Text


def charge_each(
    rule: str,
    item: ItemFacts,
    facts: PeriodFacts,
    kept: Callable[[UnitFacts], Iterable[KeptFacts]],
    wording: Wording,
) -> Outcome:
    """What belongs to one thing is rounded together, also where it was held in two ways in the month."""
    outcome, pieces = Outcome(), Pieces(item, facts, rule)
    for unit in facts.units:
        if not item.concerns(unit.kind):
            continue
        parts: dict[str, list[Part]] = {}
        for one in kept(unit):
            if item.of_kept and one.kind not in item.of_kept:
                continue
            found = [
                _part(one.code, piece, facts.currency, wording)
                for piece in pieces.of(_while_kept(unit, one))
            ]
            parts.setdefault(one.code, []).extend(found)
        for of_one in parts.values():
            outcome.charge(unit.code, charges_of(of_one, item, facts.currency))
    return outcome


def _while_kept(unit: UnitFacts, one: KeptFacts) -> UnitFacts:
    """The unit for the days on which it is both charged and keeps the thing."""
    begins = max(unit.begins or date.min, one.begins or date.min)
    ends = min(unit.ends or date.max, one.ends or date.max)
    return replace(unit, begins=begins, ends=ends)


def _part(code: str, piece: Piece, currency: str, wording: Wording) -> Part:
    days = piece.note
    note = Text(zh=wording.note.zh.format(code=code), en=wording.note.en.format(code=code))
    if days is not None:
        note = Text(zh=f"{note.zh}，{days.zh}", en=f"{note.en}, {days.en}")
    named = row(wording.label.zh, wording.label.en, code)
    return monthly(piece, currency, note, (named,))
