"""Communities that name their units in other ways, and what somebody is typing there."""

from dataclasses import replace

from contract.numberings import NUMBERINGS
from kiosk.core.model import Lobby, UnitEntry
from kiosk.ui.gallery.samples import CONFIG

_TYPED = {
    "towers": UnitEntry(("A", "120"), active=1),
    "towers-parking": UnitEntry(("B1", "1"), active=1, kind=1),
    "arcade": UnitEntry(("S", "0"), active=1),
    "villas": UnitEntry(("12",), active=0),
    "gardens": UnitEntry(("A", "02", "1", "03"), active=3),
}


def numbered(base: Lobby) -> dict[str, tuple[Lobby, UnitEntry]]:
    """Communities that name their units in other ways: the lobby and what was typed, by name."""
    found = {}
    for name, entry in _TYPED.items():
        numbering, examples = NUMBERINGS[name.partition("-")[0]]
        codes = [*examples, "A-1202", "A-1203B", "B1-117", "B1-118", "S-01", "S-02", "12", "120"]
        known = CONFIG.model_copy(update={"numbering": numbering, "unit_codes": codes})
        found[name] = replace(base, config=known), entry
    return found
