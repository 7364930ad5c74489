"""Votes and waits as they are added up. Pure."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from statistics import median, quantiles

from contract.day_tally import Vote


@dataclass(slots=True)
class Votes:
    counts: Counter[int] = field(default_factory=Counter)  # by contract.day_tally.Vote

    def add(self, vote: int, number: int = 1) -> None:
        self.counts[vote] += number

    @property
    def good(self) -> int:
        return self.counts[Vote.GOOD]

    @property
    def so_so(self) -> int:
        return self.counts[Vote.SO_SO]

    @property
    def bad(self) -> int:
        return self.counts[Vote.BAD]

    @property
    def all(self) -> int:
        return self.counts.total()

    @property
    def percent(self) -> int | None:
        """Of all votes those that are satisfied; None where nobody voted."""
        return round(100 * self.good / self.all) if self.all else None


@dataclass(slots=True)
class Waits:
    """Of requests that came in; ``first`` until the first answer, ``done`` until their end: minutes."""

    came: int = 0
    in_time: int = 0  # first answered within their topic's time
    first: list[int] = field(default_factory=list)
    done: list[int] = field(default_factory=list)

    def add(self, first: timedelta | None, done: timedelta | None, within: timedelta) -> None:
        self.came += 1
        if first is not None:
            self.first.append(_minutes(first))
            self.in_time += first <= within
        if done is not None:
            self.done.append(_minutes(done))

    @property
    def answered(self) -> int:
        return len(self.first)

    @property
    def in_time_percent(self) -> int | None:
        """Of those that were answered."""
        return round(100 * self.in_time / self.answered) if self.first else None

    @property
    def to_first(self) -> int | None:
        return round(median(self.first)) if self.first else None

    @property
    def nine_of_ten(self) -> int | None:
        """So long at most did nine of ten wait for the first answer."""
        if len(self.first) < 2:
            return self.to_first
        return min(max(self.first), round(quantiles(self.first, n=10, method="inclusive")[-1]))

    @property
    def to_done(self) -> int | None:
        return round(median(self.done)) if self.done else None


def _minutes(time: timedelta) -> int:
    return max(0, round(time.total_seconds() / 60))


@dataclass(frozen=True, slots=True)
class Bar:
    """One piece of a bar, in hundredths of its length."""

    tone: str
    begins: float
    long: float


def stacked(votes: Votes) -> list[Bar]:
    """Satisfied, so-so, not satisfied, side by side; together the whole length."""
    bars, begins = [], 0.0
    for tone, number in (("good", votes.good), ("so-so", votes.so_so), ("bad", votes.bad)):
        long = 100 * number / votes.all if votes.all else 0.0
        if number:
            bars.append(Bar(tone, round(begins, 2), round(long, 2)))
        begins += long
    return bars


@dataclass(frozen=True, slots=True)
class Column:
    """One of a row of columns. ``begins`` from the left and ``high`` in hundredths of the picture."""

    place: int
    number: int
    begins: float
    high: float
    top: float
    most: bool


def columns(counts: Mapping[int, int], many: int) -> list[Column]:
    """The highest is as high as the picture; one that is not nothing is never too low to be seen."""
    most = max((counts.get(place, 0) for place in range(many)), default=0)
    found = []
    for place in range(many):
        number = counts.get(place, 0)
        high = max(2.0, round(100 * number / most, 2)) if number else 0.0
        begins = round(100 * place / many, 3)
        found.append(
            Column(place, number, begins, high, 100 - high, bool(number) and number == most)
        )
    return found


def peak(counts: Mapping[int, int]) -> tuple[int, int] | None:
    """The first place of the most, and how many; None where nothing was counted."""
    best = max(sorted(counts), key=lambda place: counts[place], default=None)
    return (best, counts[best]) if best is not None and counts[best] else None
