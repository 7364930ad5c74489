"""Many runs: which seeds failed, what struck, what was covered; and how to see one failure again.

``lobbypay simulate --seeds N --first-seed K --jobs J`` exits with 1 when any invariant failed in any run.
"""

import argparse
import gc
import hashlib
import json
import multiprocessing
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.simulation.search import Search, Triple, chunks

FAILURES_SHOWN = 5
CHUNK = 5
TRACES_TOLD_MAX = 20  # of more runs only one digest is reported


@dataclass
class Tally:
    """What a number of runs came to."""

    runs: int = 0
    simulated_s: float = 0.0
    faults: Counter[str] = field(default_factory=Counter)
    outcomes: Counter[str] = field(default_factory=Counter)
    transitions: Counter[str] = field(default_factory=Counter)
    failures: dict[int, list[str]] = field(default_factory=dict)
    traces: dict[int, str] = field(default_factory=dict)
    triples: dict[int, set[Triple]] = field(default_factory=dict)

    def add(self, other: "Tally") -> None:
        self.runs += other.runs
        self.simulated_s += other.simulated_s
        self.faults += other.faults
        self.outcomes += other.outcomes
        self.transitions += other.transitions
        self.failures |= other.failures
        self.traces |= other.traces
        self.triples |= other.triples


def _runs(seeds: Sequence[int]) -> Tally:
    """In a process that is set up (see ``prepare``). Raises what kept it from being."""
    if _BROKEN:
        raise _BROKEN[0]
    from tests.simulation import coverage
    from tests.simulation.run import run

    tally = Tally()
    coverage.SEEN.clear()
    for seed in seeds:
        coverage.begin_run()
        result = run(seed, _FIRST_STATE[0])
        tally.triples[seed] = set(coverage.TRIPLES)
        tally.runs += 1
        tally.simulated_s += result.simulated_s
        tally.faults.update(kind for kind, _ in result.struck)
        tally.outcomes += result.outcomes
        tally.traces[seed] = result.trace
        if result.problems:
            tally.failures[seed] = result.problems
    tally.transitions = Counter(coverage.SEEN)
    return tally


_FIRST_STATE: list[bytes] = []
_BROKEN: list[Exception] = []  # why this process could not be set up


def first_state() -> bytes:
    """The database at the start of each run, in a process that is set up."""
    return _FIRST_STATE[0]


def prepare(first_state: bytes | None = None) -> None:
    """Once in a process: the database's first state, and the simulated world under the real modules."""
    from tests.simulation import estate

    _FIRST_STATE.append(estate.set_up(first_state))
    from tests.simulation import coverage, patches

    patches.install()
    coverage.install()
    gc.collect()
    gc.freeze()  # what is there now stays, and need not be looked at after each run


def _begin(first_state: bytes) -> None:
    """In a process of a pool, which would begin another one in place of each that fails here."""
    try:
        prepare(first_state)
    except Exception as error:
        _BROKEN.append(error)


def tallies(first: int, seeds: int, jobs: int, search: Search | None = None) -> Iterator[Tally]:
    """In whatever order they are done; with ``search`` the seeds are those that it chooses."""
    from tests.simulation import estate

    first_state = estate.set_up()
    with multiprocessing.get_context("spawn").Pool(jobs, _begin, (first_state,)) as pool:
        if search is None:
            yield from pool.imap_unordered(_runs, chunks(list(range(first, first + seeds)), CHUNK))
            return
        done = 0
        while done < seeds:
            found: list[tuple[int, set[Triple]]] = []
            for tally in pool.imap_unordered(_runs, chunks(search.choose(), CHUNK)):
                found += tally.triples.items()
                yield tally
            done += len(found)
            search.learn(found)


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(
        "lobbypay simulate", description="Whole-system runs with faults, each from its seed."
    )
    parser.add_argument("--seeds", type=int, default=200, help="how many runs (200)")
    parser.add_argument("--first-seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=2, help="processes (2)")
    parser.add_argument("--for-minutes", type=float, default=0, help="end after that time")
    parser.add_argument("--json", type=Path, help="leave the report here too")
    parser.add_argument("--replay", type=int, metavar="SEED", help="one run, telling what happens")
    parser.add_argument(
        "--only",
        default="",
        help="with --replay: only these faults, kind:number,...; with --mutants: only these bugs",
    )
    parser.add_argument("--shrink", type=int, metavar="SEED", help="the fewest faults that fail")
    parser.add_argument("--mutants", action="store_true", help="show that planted bugs are caught")
    parser.add_argument(
        "--search", action="store_true", help="take the seeds that promise something new first"
    )
    options = parser.parse_args(argv)
    if options.mutants:
        from tests.simulation.mutants.hunt import hunt

        return hunt(options.seeds, options.jobs, options.json, options.only)
    if options.replay is not None or options.shrink is not None:
        prepare()
        from tests.simulation import replaying

        if options.replay is not None:
            return replaying.replay(options.replay, options.only, _FIRST_STATE[0])
        return replaying.shrink(options.shrink, _FIRST_STATE[0])
    return _campaign(options)


def _campaign(options: argparse.Namespace) -> int:
    began, total = time.monotonic(), Tally()
    end = began + options.for_minutes * 60 if options.for_minutes else float("inf")
    search = Search(options.first_seed) if options.search else None
    for tally in tallies(options.first_seed, options.seeds, options.jobs, search):
        for seed, problems in tally.failures.items():
            if len(total.failures) < FAILURES_SHOWN:
                _show_failure(seed, problems)
        total.add(tally)
        if sys.stderr.isatty():
            print(f"\r{total.runs} runs", end="", file=sys.stderr)
        if time.monotonic() > end:
            break
    report = _report(total, time.monotonic() - began)
    print(json.dumps(report, indent=1, ensure_ascii=False))
    if options.json:
        options.json.write_text(json.dumps(report, indent=1, ensure_ascii=False) + "\n")
    print(_sentence(report))
    return 1 if total.failures else 0


def _sentence(report: dict[str, Any]) -> str:
    """The last line: what all of it came to."""
    rows, faults = report["transitions"]["all"], sum(report["faults"].values())
    failed = len(report["failed"]) or "none"
    return f"{report['runs']} runs with {faults} faults, {failed} failed; {rows} rows were gone through."


def _show_failure(seed: int, problems: list[str]) -> None:
    print(f"seed {seed} failed:")
    for problem in problems:
        print(f"  {problem}")
    print(f"  see it again: lobbypay simulate --replay {seed}")
    print(f"  the fewest faults that do it: lobbypay simulate --shrink {seed}", flush=True)


def _digest(traces: dict[int, str]) -> str:
    """Of all that happened in all runs: the same for the same seeds, whoever ran them, in any order."""
    together = "".join(traces[seed] for seed in sorted(traces))
    return hashlib.blake2b(together.encode(), digest_size=12).hexdigest()


def _report(total: Tally, seconds: float) -> dict[str, Any]:
    from tests.simulation import coverage

    return {
        "runs": total.runs,
        "failed": sorted(total.failures),
        "seeds_per_second": round(total.runs / seconds, 2),
        "trace": _digest(total.traces),
        **({"traces": total.traces} if total.runs <= TRACES_TOLD_MAX else {}),
        "simulated_hours": round(total.simulated_s / 3600, 1),
        "faults": dict(total.faults.most_common()),
        "outcomes": dict(total.outcomes.most_common()),
        "triples": len(set().union(*total.triples.values())),
        "transitions": coverage.report(total.transitions),
    }
