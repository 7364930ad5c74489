"""Which rows of the two tables of a payment's life the runs have gone through."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from contract.messages import PaymentState

SEEN: Counter[str] = Counter()
# Rows of the run at hand, each with the fault that struck last before it (see ``search``).
TRIPLES: set[tuple[str, str]] = set()
LAST_FAULT = [""]
_PAUSED: list[bool] = []


@contextmanager
def not_counting() -> Iterator[None]:
    """While the table is only looked up to judge a run."""
    _PAUSED.append(True)
    try:
        yield
    finally:
        _PAUSED.pop()


class Counting(dict[tuple[Any, Any], Any]):
    """A transition table that notes each row that is looked up."""

    def __init__(self, side: str, table: dict[tuple[Any, Any], Any]) -> None:
        super().__init__(table)
        self.side = side

    def __getitem__(self, key: tuple[Any, Any]) -> Any:
        if not _PAUSED:
            row = _name(self.side, key)
            SEEN[row] += 1
            TRIPLES.add((row, LAST_FAULT[0]))
        return super().__getitem__(key)


def _name(side: str, key: tuple[Any, Any]) -> str:
    return f"{side}: {key[0].value} + {key[1].value}"


def begin_run() -> None:
    TRIPLES.clear()
    LAST_FAULT[0] = ""


def install() -> None:
    from kiosk.core import payment
    from server.payments import state_machine

    payment.TRANSITIONS = Counting("kiosk", payment.TRANSITIONS)
    state_machine.TRANSITIONS = Counting("server", state_machine.TRANSITIONS)


def impossible(side: str, state: PaymentState, fact: str) -> str:
    """Why no event of a whole system leads to a row; empty when one may. Those
    rows are there so that every pair has an answer."""
    if side != "kiosk":
        return ""
    match state, fact:
        case PaymentState.CREATED, "unanswered":
            return "who was not asked cannot have fallen silent"
        case PaymentState.CREATED, "reversed":
            return "no code was shown and no terminal asked, so nobody can have paid"
        case PaymentState.CREATED, _:
            return ""
        case _, "submitted":
            return "only a payment that was just intended is asked for"
        case ((PaymentState.CANCELLED | PaymentState.REVERSED), _):
            return "it has left the screen and recovery, so nobody brings news of it"
    return ""


def report(seen: Counter[str]) -> dict[str, Any]:
    """Rows gone through, of those that change a state and of all; those that never were; and those that
    none can go through, with the reason."""
    from kiosk.core import payment
    from server.payments import state_machine

    rows = {
        _name(side, key): (goal, impossible(side, key[0], key[1].value))
        for side, table in (("kiosk", payment.TRANSITIONS), ("server", state_machine.TRANSITIONS))
        for key, goal in table.items()
    }
    can = {name for name, (_, why) in rows.items() if not why}
    changing = {name for name in can if rows[name][0] is not None}
    return {
        "changing": f"{len(changing & set(seen))} of {len(changing)}",
        "all": f"{len(can & set(seen))} of {len(can)}",
        "gone_through": {name: seen[name] for name in sorted(seen)},
        "never_changing": sorted(changing - set(seen)),
        "never": sorted(can - set(seen) - changing),
        "impossible": {name: why for name, (_, why) in sorted(rows.items()) if why},
        "impossible_but_seen": sorted(set(seen) - can),
    }
