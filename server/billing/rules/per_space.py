"""Parking: a fixed amount for each space a unit has. Pure."""

from contract.messages import Text
from server.billing.rules.amounts import Part, charges_of
from server.billing.rules.facts import PeriodFacts
from server.billing.rules.fixed import monthly
from server.billing.rules.item import ItemFacts
from server.billing.rules.outcome import Outcome, row
from server.billing.rules.pieces import Piece, Pieces


class PerSpace:
    """One line a space, so that a resident sees which space is meant."""

    code = "per_space"

    def charge(self, item: ItemFacts, facts: PeriodFacts) -> Outcome:
        outcome, pieces = Outcome(), Pieces(item, facts, self.code)
        for unit in facts.units:
            if not item.concerns(unit.kind):
                continue
            for space in unit.parking_spaces:
                parts = [_part(space, piece, facts.currency) for piece in pieces.of(unit)]
                outcome.charge(unit.code, charges_of(parts, item, facts.currency))
        return outcome


def _part(space: str, piece: Piece, currency: str) -> Part:
    days = piece.note
    note = Text(zh=f"车位 {space}", en=f"Space {space}")
    if days is not None:
        note = Text(zh=f"{note.zh}，{days.zh}", en=f"{note.en}, {days.en}")
    return monthly(piece, currency, note, (row("车位", "Parking space", space),))
