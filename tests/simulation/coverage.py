"""Which rows of the two tables of a payment's life the runs have gone through."""

from collections import Counter
from typing import Any

SEEN: Counter[str] = Counter()


class Counting(dict[tuple[Any, Any], Any]):
    """A transition table that notes each row that is looked up."""

    def __init__(self, side: str, table: dict[tuple[Any, Any], Any]) -> None:
        super().__init__(table)
        self.side = side

    def __getitem__(self, key: tuple[Any, Any]) -> Any:
        SEEN[_name(self.side, key)] += 1
        return super().__getitem__(key)


def _name(side: str, key: tuple[Any, Any]) -> str:
    return f"{side}: {key[0].value} + {key[1].value}"


def install() -> None:
    from kiosk.core import payment
    from server.payments import life

    payment.TRANSITIONS = Counting("kiosk", payment.TRANSITIONS)
    life.TRANSITIONS = Counting("server", life.TRANSITIONS)


def report(seen: Counter[str]) -> dict[str, Any]:
    """Rows gone through, of those that change a state and of all; and those that never were."""
    from kiosk.core import payment
    from server.payments import life

    rows = {
        _name(side, key): goal
        for side, table in (("kiosk", payment.TRANSITIONS), ("server", life.TRANSITIONS))
        for key, goal in table.items()
    }
    changing = {name for name, goal in rows.items() if goal is not None}
    return {
        "changing": f"{len(changing & set(seen))} of {len(changing)}",
        "all": f"{len(set(rows) & set(seen))} of {len(rows)}",
        "never_changing": sorted(changing - set(seen)),
        "never": sorted(set(rows) - set(seen) - changing),
    }
