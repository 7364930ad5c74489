"""One seed again, telling what happens; and a failing one with as few faults as still make it fail."""

from tests.simulation.patches import Seams
from tests.simulation.run import Result, run

Strike = tuple[str, int]


def replay(seed: int, only: str, first_state: bytes) -> int:
    Seams.show = True
    strikes = frozenset(_strike(text) for text in only.split(",")) if only else None
    result = run(seed, first_state, strikes)
    print(f"seed {seed}: trace {result.trace}, struck {_spelled(result.struck)}")
    for problem in result.problems:
        print(f"  {problem}")
    return 1 if result.problems else 0


def shrink(seed: int, first_state: bytes) -> int:
    """Takes away halves, then ever smaller parts (delta debugging), while it still fails."""
    result = run(seed, first_state)
    if not result.problems:
        print(f"seed {seed} holds")
        return 0
    kept, part = list(result.struck), 2
    while len(kept) >= 1:
        size = max(1, len(kept) // part)
        for start in range(0, len(kept), size):
            fewer = kept[:start] + kept[start + size :]
            found = run(seed, first_state, frozenset(fewer))
            if found.problems:
                kept, result = [s for s in fewer if s in found.struck], found
                break
        else:
            if size == 1:
                break
            part = min(part * 2, len(kept))
            continue
        part = max(2, part - 1)
    _told(seed, kept, result)
    return 1


def _told(seed: int, kept: list[Strike], result: Result) -> None:
    print(f"seed {seed} fails with {len(kept)} faults:")
    for problem in result.problems:
        print(f"  {problem}")
    print(f"  lobbypay simulate --replay {seed} --only {_spelled(kept) or 'none:0'}")


def _strike(text: str) -> Strike:
    kind, _, number = text.partition(":")
    return kind, int(number)


def _spelled(strikes: list[Strike]) -> str:
    return ",".join(f"{kind}:{number}" for kind, number in strikes)
