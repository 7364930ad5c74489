"""What an import did or would do: counts by kind, and what is wrong, cell by cell, in words."""

from collections import Counter
from dataclasses import dataclass, field
from threading import Lock
from typing import Any

from django.utils.translation import gettext_lazy

from contract.messages import Text
from server.language import both, chosen

PROBLEMS_KEPT = 1_000  # whoever has more mends those first
KINDS = {
    "buildings": gettext_lazy("Buildings"),
    "units": gettext_lazy("Units"),
    "residents": gettext_lazy("Residents"),
    "opening_balances": gettext_lazy("Opening balances"),
    "parking_spaces": gettext_lazy("Parking spaces"),
    "vehicles": gettext_lazy("Vehicles"),
    "fee_items": gettext_lazy("Fee items"),
    "tariffs": gettext_lazy("Tariffs"),
    "meters": gettext_lazy("Meters"),
    "readings": gettext_lazy("Readings"),
}

_adding = Lock()


@dataclass(frozen=True)
class Problem:
    """``sheet``, ``row`` and ``column`` as the file calls them; empty and 0 for the file as a whole.
    ``text`` is a sentence that a catalogue holds, with ``values``, also lazy ones and ``Text``: what is
    wrong and the remedy."""

    sheet: str
    row: int
    column: str
    value: str
    text: Any
    values: dict[str, object] = field(default_factory=dict)

    @property
    def message(self) -> str:
        """In the language in force."""
        return chosen(self.said)

    @property
    def said(self) -> Text:
        """In both languages: whoever looks may speak another one than whoever found it."""
        return both(self.text, **self.values)


@dataclass
class Report:
    """``created``, ``changed`` and ``unchanged``: rows by kind (buildings, units, residents ...)."""

    created: Counter[str] = field(default_factory=Counter)
    changed: Counter[str] = field(default_factory=Counter)
    unchanged: Counter[str] = field(default_factory=Counter)
    problems: list[Problem] = field(default_factory=list)
    problem_count: int = 0
    ignored_sheets: list[str] = field(default_factory=list)

    def add(self, problem: Problem) -> None:
        with _adding:  # one thread reads rows while another brings in those before
            self.problem_count += 1
            if len(self.problems) < PROBLEMS_KEPT:
                self.problems.append(problem)

    def expect(self, *kinds: str) -> None:
        """These kinds are told of, also when there are none."""
        for counts in (self.created, self.changed, self.unchanged):
            for kind in kinds:
                counts.setdefault(kind, 0)

    def in_order_of(self, titles: list[str]) -> None:
        """Mistakes as somebody goes through the file: by sheet, then by row."""
        places = {title: place for place, title in enumerate(titles)}
        self.problems.sort(key=lambda one: (places.get(one.sheet, -1), one.row))

    def nothing_was_done(self) -> None:
        """What was counted until a mistake was found is taken back with everything else."""
        for counts in (self.created, self.changed, self.unchanged):
            for kind in counts:
                counts[kind] = 0

    @property
    def kinds(self) -> list[str]:
        return list(dict.fromkeys([*self.created, *self.changed, *self.unchanged]))

    @property
    def counts(self) -> dict[str, dict[str, int]]:
        return {
            "created": dict(self.created),
            "changed": dict(self.changed),
            "unchanged": dict(self.unchanged),
        }

    def as_json(self) -> dict[str, Any]:
        """For programs: always these four; messages in the language in force. ``problem_count`` and
        ``ignored_sheets`` say what stands in none of them."""
        errors = [
            {
                "sheet": one.sheet,
                "row": one.row,
                "column": one.column,
                "value": one.value,
                "message": one.message,
            }
            for one in self.problems
        ]
        return {**self.counts, "errors": errors}
