"""How a resident wants to be shown things, and to hear them."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Access:
    """How this resident wants to be shown things; forgotten with the visit.

    ``elder``: large letters, few choices, twice the time. ``low_reach``: all that can be touched stands
    in the lower part of the screen. ``speaking``: everything is said aloud, a touch says what is there
    and a second one acts. ``volume``: 1 is the softest step, VOLUMES the loudest.
    """

    elder: bool = False
    high_contrast: bool = False
    low_reach: bool = False
    speaking: bool = False
    volume: int = 2


AS_USUAL = Access()
VOLUMES = 4
