"""A wish to be called back, as it is typed at the kiosk. Immutable data."""

from dataclasses import dataclass, field
from enum import StrEnum


class Sent(StrEnum):
    """How a wish to be called back stands."""

    NOT_YET = ""
    SENDING = "sending"
    TAKEN = "taken"
    SEEN = "seen"  # and somebody there looks after it
    FAILED = "failed"  # it may have arrived; nobody can say


@dataclass(frozen=True)
class Callback:
    """A number to be called back at, as it is typed, and what became of the wish. ``without``: it was
    sent with none. ``visit``: the number of the visit when it was sent, which another unit of the same
    resident changes."""

    phone: str = field(default="", repr=False)
    sent: Sent = Sent.NOT_YET
    wish_id: str = ""
    visit: int = 0
    without: bool = False
