"""What ails the simulated printer, and the status bytes that say so. Source: Epson DLE EOT, GS a."""

import threading

NAMES = (
    "paper_out",
    "near_end",
    "cover_open",
    "cutter",  # jammed now
    "cutter_at_cut",  # jams at the next cut
    "offline",
    "error",
    "silent",  # prints, but answers nothing
    "stalled",  # takes no bytes any more
    "jam_midway",  # paper ends after so many dots of the receipt
)
STOPPING = {"paper_out", "cover_open", "cutter", "offline", "error"}


class Faults:
    """The faults of now. Safe to use from several threads."""

    def __init__(self) -> None:
        self.changed = threading.Condition()
        self._now: set[str] = set()
        self.jam_after_dots = 0

    def set(self, name: str, after_dots: int = 200) -> None:
        """Raises ValueError for a name that there is not."""
        if name not in NAMES:
            raise ValueError(f"no fault {name!r}; there are {', '.join(NAMES)}")
        with self.changed:
            self._now.add(name)
            if name == "jam_midway":
                self.jam_after_dots = after_dots
            self.changed.notify_all()

    def clear(self, name: str | None = None) -> None:
        with self.changed:
            if name is None:
                self._now.clear()
            else:
                self._now.discard(name)
            self.changed.notify_all()

    def __contains__(self, name: str) -> bool:
        return name in self._now

    def names(self) -> list[str]:
        return sorted(self._now)

    @property
    def stopped(self) -> bool:
        return bool(self._now & STOPPING)

    def real_time(self, number: int) -> bytes:
        """The answer to DLE EOT ``number``; empty for a number that the printer does not know."""
        now = self._now
        bits = {
            1: (0x08 if self.stopped else 0),
            2: (0x04 if "cover_open" in now else 0)
            | (0x20 if "paper_out" in now else 0)
            | (0x40 if {"error", "cutter"} & now else 0),
            3: (0x08 if "cutter" in now else 0) | (0x20 if "error" in now else 0),
            4: (0x0C if {"near_end", "paper_out"} & now else 0)
            | (0x60 if "paper_out" in now else 0),
        }
        return bytes((0x12 | bits[number],)) if number in bits else b""

    def automatic(self) -> bytes:
        """The four bytes of the automatic status."""
        now = self._now
        first = 0x10 | (0x08 if self.stopped else 0) | (0x20 if "cover_open" in now else 0)
        second = (0x08 if "cutter" in now else 0) | (0x20 if "error" in now else 0)
        third = (0x03 if {"near_end", "paper_out"} & now else 0) | (
            0x0C if "paper_out" in now else 0
        )
        return bytes((first, second, third, 0x0F))

    def paper_in_order(self) -> bytes:
        """The answer to GS r 1."""
        now = self._now
        near = 0x03 if {"near_end", "paper_out"} & now else 0
        return bytes((near | (0x0C if "paper_out" in now else 0),))
