"""Plants each bug in a process of its own and runs seeds that promise to go through it until one fails.

A failure counts only when the same seed holds without the bug.
"""

import importlib
import inspect
import json
import multiprocessing
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from pathlib import Path
from statistics import mean
from typing import Any

from tests.simulation.mutants.places import place_of, seeds_at

BUGS = (
    *("kiosk_bugs", "server_bugs", "phone_bugs", "office_bugs", "desk_bugs", "house_bugs"),
    *("bill_phone_bugs", "afar_bugs", "hours_bugs"),
)

# What a bug says that was planted in code which has changed since: no invariant caught it.
_DOES_NOT_FIT = ("TypeError", "AttributeError", "NameError")

TOLD_MAX = 160

Task = tuple[str, list[int]]  # a bug, or nothing, and the seeds to run with it
Answer = tuple[str, int, str]  # the bug, how many seeds were run, and what failed
_FORK = multiprocessing.get_context("fork")


@dataclass
class Trail:
    """One bug's hunt. ``left``: seeds not run yet; ``runs``: how many were; ``what`` caught it."""

    name: str
    left: list[int]
    runs: int = 0
    seed: int = 0
    what: str = ""
    excused: list[int] = field(default_factory=list)  # they fail without the bug, too

    @property
    def caught(self) -> bool:
        return bool(self.seed)


def names() -> list[str]:
    """``module.function`` of every planted bug. They can be imported once Django is set up."""
    found = []
    for module in BUGS:
        source = Path(__file__).with_name(f"{module}.py").read_text()
        found += [
            f"{module}.{line[4:].partition('(')[0]}"
            for line in source.splitlines()
            if line.startswith("def ") and not line.startswith("def _")
        ]
    return found


def _told(there: Connection, task: Task) -> None:
    there.send(first_failure(task))


def first_failure(task: Task) -> Answer:
    """Plants the bug ``name`` here and runs the seeds until one fails: how many were run, and what it
    said; empty when none failed. Without a name nothing is planted."""
    from tests.simulation import campaign
    from tests.simulation.run import run

    name, seeds = task
    if name:
        module, _, function = name.partition(".")
        plant = getattr(importlib.import_module(f"tests.simulation.mutants.{module}"), function)
        assert inspect.isfunction(plant)
        plant()
    for number, seed in enumerate(seeds, 1):
        problems = run(seed, campaign.first_state()).problems
        if problems:
            unfit = [p for p in problems if any(error in p for error in _DOES_NOT_FIT)]
            return name, number, (unfit or problems)[0]
    return name, len(seeds), ""


class Hunt:
    """Hunts the bugs in a number of processes, each a copy of this one, which is set up: they are made
    by the thread that did so, because others do not have its database."""

    def __init__(self, jobs: int, seeds_max: int) -> None:
        self._jobs, self._seeds_max = jobs, seeds_max
        self._waiting: deque[Task] = deque()
        self._running: dict[Connection, tuple[BaseProcess, Task]] = {}
        self._holds: dict[int, bool] = {}  # what was found out about seeds without a bug
        self._open: dict[str, Trail] = {}
        self._asked: dict[int, list[tuple[Trail, str]]] = {}

    def through(self, wanted: list[str]) -> Iterator[Trail]:
        """Yields each trail when it has come to its end."""
        for name in wanted:
            trail = Trail(name, seeds_at(place_of(name), self._seeds_max))
            self._open[name] = trail
            self._goes_on(trail)
        while self._open:
            while len(self._running) < self._jobs and self._waiting:
                self._begins(self._waiting.popleft())
            for task, answer in self._answers():
                for trail in self._hears(task, answer):
                    del self._open[trail.name]
                    yield trail

    def _goes_on(self, trail: Trail) -> None:
        self._waiting.append((trail.name, trail.left))

    def _begins(self, task: Task) -> None:
        here, there = _FORK.Pipe(duplex=False)
        process = _FORK.Process(target=_told, args=(there, task), daemon=True)
        process.start()
        there.close()
        self._running[here] = process, task

    def _answers(self) -> Iterator[tuple[Task, Answer]]:
        for ready in wait(list(self._running)):
            assert isinstance(ready, Connection)
            process, task = self._running.pop(ready)
            answer = ready.recv()  # EOFError: it died
            process.join()
            yield task, answer

    def _hears(self, task: Task, answer: Answer) -> list[Trail]:
        """Which trails have ended by this answer."""
        name, number, what = answer
        if not name:  # a seed without a bug
            [seed] = task[1]
            self._holds[seed] = not what
            return [t for t, said in self._asked.pop(seed) if self._judged(t, seed, said)]
        trail = self._open[name]
        seed = trail.left[number - 1] if number else 0
        trail.left, trail.runs = trail.left[number:], trail.runs + number
        if not what:
            return [trail]
        if any(error in what for error in _DOES_NOT_FIT):
            trail.what = f"does not fit the code any more: {what}"
            return [trail]
        if seed in self._holds:
            return [trail] if self._judged(trail, seed, what) else []
        self._asked.setdefault(seed, []).append((trail, what))
        if len(self._asked[seed]) == 1:
            self._waiting.appendleft(("", [seed]))
        return []

    def _judged(self, trail: Trail, seed: int, what: str) -> bool:
        """Whether the trail has ended; else it goes on behind a seed that fails by itself."""
        if self._holds[seed]:
            trail.seed, trail.what = seed, what
            return True
        trail.excused.append(seed)
        if not trail.left:
            return True
        self._goes_on(trail)
        return False


def hunt(seeds_max: int, jobs: int, report: Path | None, only: str = "") -> int:
    """1 when a bug got away. ``only``: some names, separated by commas; all without."""
    from tests.simulation import campaign

    campaign.prepare()  # once: the processes of the hunt are its copies
    wanted = [name for name in names() if not only or name in only.split(",")]
    found: list[Trail] = []
    for trail in Hunt(jobs, seeds_max).through(wanted):
        how = f"{trail.runs:>8}" if trail.caught else "got away"
        excused = f" (fail without it: {trail.excused})" if trail.excused else ""
        where = f"seed {trail.seed}: " if trail.caught else f"in {trail.runs} runs {excused}"
        print(f"{how}  {trail.name}: {where}{trail.what[:TOLD_MAX]}", flush=True)
        found.append(trail)
    result = _result(found)
    print(json.dumps(result))
    if report:
        report.write_text(json.dumps(result, indent=1) + "\n")
    return 1 if result["got_away"] else 0


def _result(found: list[Trail]) -> dict[str, Any]:
    caught = [trail.runs for trail in found if trail.caught]
    return {
        "planted": len(found),
        "caught": len(caught),
        "got_away": sorted(trail.name for trail in found if not trail.caught),
        "seeds": {t.name: t.runs if t.caught else 0 for t in sorted(found, key=lambda t: t.name)},
        "by": {t.name: [t.seed, t.what[:TOLD_MAX]] for t in found if t.caught},
        "mean_seeds": round(mean(caught), 1) if caught else None,
    }
