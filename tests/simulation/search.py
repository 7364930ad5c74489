"""Which seeds to run next: those that promise something new. A run is still its seed's alone.

What is new is a triple: a row of a payment's life (state, fact) and the fault that struck last before it
was gone through. A seed's theme and faults are known before it is run, so of a few hundred seeds those
are taken whose faults, in runs of that theme, led to most new triples so far; a third is taken blindly.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator

from tests.simulation.faults import Faults

Triple = tuple[str, str]  # the row's name, and the kind of the fault
ROUND = 40  # seeds that are chosen together: however many processes run them, they are the same
CANDIDATES = 8  # seeds that are looked at for each that is taken
BLIND_EVERY = 3


class Search:
    """``choose`` and ``learn`` by turns. The same answers lead to the same choices."""

    def __init__(self, first_seed: int) -> None:
        self._unread = first_seed
        self._left: list[int] = []  # looked at and not taken: they are looked at again
        self.triples: set[Triple] = set()
        self._runs: dict[tuple[str, str], int] = defaultdict(int)  # (theme, fault kind)
        self._news: dict[tuple[str, str], int] = defaultdict(int)

    def choose(self) -> list[int]:
        """The next ROUND seeds, each once."""
        while len(self._left) < ROUND * CANDIDATES:
            self._left.append(self._unread)
            self._unread += 1
        blind = self._left[: ROUND // BLIND_EVERY]
        rest = sorted(self._left[len(blind) :], key=lambda seed: (-self.promise(seed), seed))
        chosen = sorted(blind + rest[: ROUND - len(blind)])
        taken = set(chosen)
        # What promised little among the oldest goes: themes whose time may come are in newer seeds.
        left = [seed for seed in self._left if seed not in taken]
        self._left = left[ROUND:] if len(left) > ROUND * (CANDIDATES - 2) else left
        return chosen

    def promise(self, seed: int) -> float:
        """How many new triples such a run has brought on average; an untried fault promises one."""
        faults = Faults.of_seed(seed)
        return sum(self._value(faults.theme.name, kind) for kind in faults.enabled)

    def _value(self, theme: str, kind: str) -> float:
        return (self._news[theme, kind] + 1) / (self._runs[theme, kind] + 1)

    def learn(self, found: Iterable[tuple[int, set[Triple]]]) -> int:
        """What each seed went through. Returns how many triples were new."""
        before = len(self.triples)
        for seed, triples in sorted(found):
            faults, new = Faults.of_seed(seed), triples - self.triples
            for kind in faults.enabled:
                self._runs[faults.theme.name, kind] += 1
            for _, kind in new:
                self._news[faults.theme.name, kind] += 1
            self.triples |= new
        return len(self.triples) - before


def chunks(seeds: list[int], size: int) -> Iterator[list[int]]:
    for start in range(0, len(seeds), size):
        yield seeds[start : start + size]
