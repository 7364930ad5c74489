"""What became of handing a message over, as each way answers it."""

import re
from dataclasses import dataclass
from enum import StrEnum

_ADDRESSES = re.compile(r"\S*://\S*|/\S{16,}|\S+@\S+|\S*\d{7,}\S*|[A-Za-z0-9_\-]{24,}")


class Fate(StrEnum):
    SENT = "sent"
    REFUSED = "refused"  # a no that will be the same next time
    AWAY = "away"  # it surely did not go out: to be tried again
    UNKNOWN = "unknown"  # it may have gone out: never to be tried again by itself


@dataclass(frozen=True, slots=True)
class Outcome:
    """``said``: in the other side's words; ``receipt``: by which delivery can be asked for."""

    fate: Fate
    said: str = ""
    receipt: str = ""


def without_addresses(text: str) -> str:
    """The other side's words as staff may see them: addresses, numbers and tokens are taken out."""
    return " ".join(_ADDRESSES.sub("…", text).split())[:200]
