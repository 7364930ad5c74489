"""What staff asked of this kiosk from afar, as far as the screen knows of it. Immutable data."""

from dataclasses import dataclass
from datetime import datetime

from contract.message import Text
from contract.remote_acts import OutOfService


@dataclass(frozen=True)
class ScreenMessage:
    """Words of staff for the start screen, until then (aware)."""

    words: Text
    until: datetime


@dataclass(frozen=True)
class FromAfar:
    """``out_of_service``: on purpose. ``act``: the id of what was granted and has not ended; while it
    ``holds``, nobody new is served."""

    out_of_service: OutOfService | None = None
    message: ScreenMessage | None = None
    act: str = ""
    holds: bool = False
