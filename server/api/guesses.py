"""Wrong guesses at what opens a unit's bills, payments or earlier requests, hour by hour: at a unit's,
wherever they are tried, phone or kiosk; and of one kiosk, whichever unit's they are, since a request's
number is soon tried at every unit."""

from datetime import datetime
from uuid import UUID

from server.api import windows

GUESSES_AN_HOUR = 10  # four digits stand long against so few
KIOSK_GUESSES_AN_HOUR = 30  # a lobby's people mistype less


def may_guess(unit: int, now: datetime, *, kiosk: UUID | None = None) -> bool:
    """Counts it as a wrong one, before it is known: else many at the same moment would be more than the
    limit. ``kiosk``: where it is tried, if at one."""
    hour, counted = windows.hour_of(now), list[str]()
    for name, most in _limits(unit, kiosk):
        if not windows.one_more(name, hour, most):
            for other in counted:
                windows.one_less(other, hour)
            return False
        counted.append(name)
    return True


def guessed_right(unit: int, now: datetime, *, kiosk: UUID | None = None) -> None:
    for name, _most in _limits(unit, kiosk):
        windows.one_less(name, windows.hour_of(now))


def _limits(unit: int, kiosk: UUID | None) -> list[tuple[str, int]]:
    of_unit = (f"found {unit}", GUESSES_AN_HOUR)
    return [of_unit, (f"gue {kiosk.hex}", KIOSK_GUESSES_AN_HOUR)] if kiosk else [of_unit]
