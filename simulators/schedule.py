"""Faults by schedule: what a simulator shall suffer, and when, from a TOML or JSON file.

Each entry strikes once, by the clock or by the count of what the device does (payments, receipts):

    [[fault]]
    after_s = 30            # or at_count = 3: together with the third payment
    fault = "paper_out"     # what POST /fault takes as its name
    for_s = 10              # then POST /clear; without it the fault stays
    after_dots = 200        # further keys go into the body of the call

``action = "unplug"`` instead of ``fault`` calls the control API's action of that name. JSON is the list
of the entries. The schedule goes through the same table of actions as the control API.
"""

import json
import threading
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from contract.text_file import read_text
from simulators.control import Action

_OWN = ("after_s", "at_count", "fault", "action", "for_s")


@dataclass(frozen=True)
class Entry:
    """``after_s`` seconds after the start, or ``at_count``; the other is None."""

    action: str
    body: dict[str, Any] = field(default_factory=dict)
    after_s: float | None = None
    at_count: int | None = None
    for_s: float | None = None


def load(path: Path) -> tuple[Entry, ...]:
    """Raises OSError, and ValueError that names the entry."""
    text = read_text(path)
    told = json.loads(text) if path.suffix == ".json" else tomllib.loads(text).get("fault", [])
    if not isinstance(told, list):
        raise ValueError(f"{path}: a list of entries is expected")
    return tuple(_entry(number, one) for number, one in enumerate(told, 1))


def _entry(number: int, told: Any) -> Entry:
    if not isinstance(told, dict):
        raise ValueError(f"entry {number}: a table is expected, not {told!r}")
    if ("after_s" in told) == ("at_count" in told):
        raise ValueError(f"entry {number}: either after_s or at_count is needed")
    if ("fault" in told) == ("action" in told):
        raise ValueError(f"entry {number}: either fault or action is needed")
    body = {key: value for key, value in told.items() if key not in _OWN}
    if "fault" in told:
        body["name"] = str(told["fault"])
    try:
        return Entry(
            action=str(told.get("action", "fault")),
            body=body,
            after_s=float(told["after_s"]) if "after_s" in told else None,
            at_count=int(told["at_count"]) if "at_count" in told else None,
            for_s=float(told["for_s"]) if "for_s" in told else None,
        )
    except (TypeError, ValueError) as problem:
        raise ValueError(f"entry {number}: {problem}") from problem


class Schedule:
    """``actions`` needs ``clear`` for entries with ``for_s``. ``count`` may come from any thread."""

    def __init__(self, entries: tuple[Entry, ...], actions: Mapping[str, Action]) -> None:
        """Raises ValueError for an action that there is not."""
        for number, entry in enumerate(entries, 1):
            for name in (entry.action, *(("clear",) if entry.for_s is not None else ())):
                if name not in actions:
                    raise ValueError(f"entry {number}: no {name!r}; there are {sorted(actions)}")
        self._entries, self._actions = entries, actions
        self._counted, self._lock = 0, threading.Lock()
        self._timers: list[threading.Timer] = []
        self.refused: list[str] = []  # what the device did not take, for its state

    def start(self) -> None:
        for entry in self._entries:
            if entry.after_s is not None:
                self._later(entry.after_s, entry.action, entry)

    def count(self) -> None:
        """The device begins its next payment, receipt or scan."""
        with self._lock:
            self._counted += 1
            now = self._counted
        for entry in self._entries:
            if entry.at_count == now:
                self._do(entry.action, entry)

    def close(self) -> None:
        for timer in self._timers:
            timer.cancel()

    def _later(self, seconds: float, action: str, entry: Entry) -> None:
        timer = threading.Timer(seconds, self._do, (action, entry))
        timer.daemon = True
        self._timers.append(timer)
        timer.start()

    def _do(self, action: str, entry: Entry) -> None:
        try:
            self._actions[action](dict(entry.body))
        except (KeyError, ValueError) as problem:
            self.refused.append(f"{action} {entry.body}: {problem}")
        if action == entry.action and entry.for_s is not None:
            self._later(entry.for_s, "clear", entry)
