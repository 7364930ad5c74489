"""What kiosks counted, added up: how many came and were turned away, how well codes are read, how long a
payment takes, how long a kiosk served. Reads only."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

from contract.day_tally import (
    CLOSED_S,
    CODES_READ,
    CODES_SHOWN,
    IN_ORDER_S,
    PAID,
    TO_RECEIPT,
    TO_RECEIPT_ENDS,
    TURNED_AWAY,
    UP_S,
    VISITS,
    Vote,
    vote_of,
)
from server.fleet.models import KioskDay


@dataclass(slots=True)
class Figures:
    """Sums over any hours of any kiosks, by the names that kiosks count under. Names of newer kiosks are
    kept and tell nothing."""

    counts: dict[str, int] = field(default_factory=dict)

    def add(self, counts: Mapping[str, int]) -> None:
        """One hour of one kiosk, or the counts of other sums."""
        mine = self.counts
        for name, number in counts.items():
            mine[name] = mine.get(name, 0) + number

    @property
    def visits(self) -> int:
        return self.counts.get(VISITS, 0)

    @property
    def paid_visits(self) -> int:
        return self.counts.get(PAID, 0)

    @property
    def codes_shown(self) -> int:
        return self.counts.get(CODES_SHOWN, 0)

    @property
    def codes_read(self) -> int:
        return self.counts.get(CODES_READ, 0)

    @property
    def up_s(self) -> int:
        return self.counts.get(UP_S, 0)

    @property
    def in_order_s(self) -> int:
        return self.counts.get(IN_ORDER_S, 0)

    @property
    def closed_s(self) -> int:
        return self.counts.get(CLOSED_S, 0)

    @property
    def turned_away(self) -> Counter[str]:
        """By reason."""
        return Counter(dict(self._of(TURNED_AWAY)))

    @property
    def to_receipt(self) -> Counter[int]:
        """By the upper end in seconds."""
        ends = self._of(TO_RECEIPT)
        return Counter({int(end): n for end, n in ends if end.isascii() and end.isdigit()})

    @property
    def votes(self) -> Counter[tuple[Vote, str]]:
        """After paying, by how satisfied and by the way to pay."""
        told = ((vote_of(name), number) for name, number in self.counts.items())
        return Counter({vote: number for vote, number in told if vote is not None})

    def _of(self, kind: str) -> Iterator[tuple[str, int]]:
        for name, number in self.counts.items():
            first, _, which = name.partition(".")
            if first == kind:
                yield which, number

    @property
    def all_turned_away(self) -> int:
        return self.turned_away.total()

    @property
    def read_percent(self) -> int | None:
        """Of the bills that were held before the scanner, those read at once; None: there were none."""
        return round(100 * self.codes_read / self.codes_shown) if self.codes_shown else None

    @property
    def median_s(self) -> int | None:
        """From the bills on the screen to the receipt, within the step in which the middle one is."""
        to_receipt = self.to_receipt
        half, seen, lower = to_receipt.total() / 2, 0, 0
        if not half:
            return None
        for end in TO_RECEIPT_ENDS:
            inside = to_receipt[end]
            if seen + inside >= half:
                top = min(end, 2 * lower) if end == TO_RECEIPT_ENDS[-1] else end
                return round(lower + (top - lower) * (half - seen) / inside)
            seen, lower = seen + inside, end
        return lower


@dataclass(frozen=True, slots=True)
class Hour:
    kiosk: str
    community: int
    day: date
    hour: int
    counts: Mapping[str, int]


def hours_of(
    days: Iterable[tuple[object, int, date, Mapping[str, Mapping[str, int]]]],
) -> Iterator[Hour]:
    """``days``: kiosk, community, day and hours of rows of ``KioskDay``."""
    for kiosk, community, day, hours in days:
        key = str(kiosk)
        for hour, counts in hours.items():
            yield Hour(key, community, day, int(hour), counts)


def of_day(kiosk: object, day: date) -> tuple[Figures, dict[int, Figures]]:
    """Of one kiosk: the day as a whole, and by the hour. One question."""
    whole, by_hour = Figures(), {}
    rows = KioskDay.objects.filter(kiosk=kiosk, day=day)
    for one in hours_of(rows.values_list("kiosk", "community", "day", "hours")):
        whole.add(one.counts)
        by_hour.setdefault(one.hour, Figures()).add(one.counts)
    return whole, by_hour
