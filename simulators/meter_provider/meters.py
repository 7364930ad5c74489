"""Meters that count, go past their last digit, are exchanged, and sometimes say nonsense."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

_STEP = Decimal("0.01")


@dataclass
class SimulatedMeter:
    """``counter``: what it shows. ``digits``: those before the point, after which it begins again. Since
    the last reading it may have been ``exchanged``: the old meter's last counter, the new one's first."""

    code: str
    counter: Decimal
    digits: int = 6
    exchanged: tuple[Decimal, Decimal] | None = None

    def use(self, amount: Decimal) -> None:
        """Counts so many steps of the counter."""
        if amount < 0:
            raise ValueError("a meter counts forward")
        self.counter = (self.counter + amount).quantize(_STEP) % (Decimal(10) ** self.digits)

    def exchange(self, first: Decimal) -> None:
        """Another meter takes its place and begins at ``first``."""
        old = self.exchanged[0] if self.exchanged else self.counter
        self.exchanged, self.counter = (old, first.quantize(_STEP)), first.quantize(_STEP)

    def read(self, read_at: str) -> dict[str, Any]:
        """As the API wants it. An exchange is told with each reading until the next one is forgotten by
        ``told``: whoever missed one hears of it with the next."""
        said: dict[str, Any] = {
            "meter": self.code,
            "counter": f"{self.counter}",
            "read_at": read_at,
        }
        if self.exchanged is not None:
            old, new = self.exchanged
            said["replaced"] = {"old_final": f"{old}", "new_first": f"{new}"}
        return said

    def told(self) -> None:
        """The exchange is known: the next month's readings say nothing of it."""
        self.exchanged = None

    def misread(self, read_at: str, counter: Decimal) -> dict[str, Any]:
        """What a broken radio sends: another counter than the meter shows."""
        return {"meter": self.code, "counter": f"{counter.quantize(_STEP)}", "read_at": read_at}
