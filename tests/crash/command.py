"""``lobbypay crash-test``: real processes, payments, and SIGKILL at random instants; then the books.

Exits with 1 when any invariant failed. A seed gives the same plans and instants again, but real processes
keep their own time: a failure is looked into in the folder that is kept, not replayed.
"""

import argparse
import json
import os
import random
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Any

from lobbypay.demo.card_terminals import TERMINALS
from lobbypay.demo.display import Display, Glass
from lobbypay.demo.processes import DidNotStart, Processes
from tests.crash import database_cluster
from tests.crash.database_cluster import Cluster, NotThere, Writer
from tests.crash.front import BareGlass, Front, Gone, Window
from tests.crash.house import CrashHouse, environment
from tests.crash.killing import Killer, Kills
from tests.crash.resident import Plan, Resident, plan

ROUNDS, CHECK_EVERY = 300, 25
REST_S_MAX = 420.0  # a charge that never arrived is only certain when no request can be under way
SAME_AGAIN = 0.3  # how often the next resident pays for the same unit


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser("lobbypay crash-test", description=__doc__)
    parser.add_argument("--rounds", type=int, default=ROUNDS, help=f"residents ({ROUNDS})")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--check-every", type=int, default=CHECK_EVERY, help=f"rounds ({CHECK_EVERY})"
    )
    parser.add_argument("--window", action="store_true", help="the kiosk with its real window")
    parser.add_argument(
        "--card-terminal", choices=tuple(TERMINALS), default="zvt", help="what the kiosk pays with"
    )
    parser.add_argument("--postgres", action="store_true", help="the server on PostgreSQL")
    parser.add_argument(
        "--failover",
        action="store_true",
        help="the server on two PostgreSQL that stand in for each other, which are killed too",
    )
    parser.add_argument("--json", type=Path, help="leave the report here too")
    options = parser.parse_args(argv)
    folder = Path(tempfile.mkdtemp(prefix="lobbypay-crash-"))
    campaign = Campaign(options, folder)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that everybody is ended
    try:
        with campaign.house_up():
            campaign.run()
    except (DidNotStart, NotThere, OSError) as error:
        campaign.problems.append(f"somebody did not come back: {error}")
    return told(campaign, options.json, folder)


def told(campaign: "Campaign", out: Path | None, folder: Path) -> int:
    """Prints the report, and leaves it in ``out``; the folder stays where something was wrong. Returns
    the exit code."""
    report = json.dumps(campaign.report(), indent=1, ensure_ascii=False)
    print(report)
    if out:
        out.write_text(report + "\n")
    if not campaign.problems:
        shutil.rmtree(folder)
        return 0
    print(f"kept for a look: {folder} (databases, logs, receipts)", file=sys.stderr)
    return 1


class Campaign:
    """``problems`` is empty while every invariant holds."""

    def __init__(self, options: argparse.Namespace, folder: Path) -> None:
        self._options, self._folder = options, folder
        self._chance = random.Random(options.seed)
        self._began = time.monotonic()
        self.kills, self.problems = Kills(), list[str]()
        self._rounds, self._checks, self._left = 0, 0, Counter[str]()
        self._writer: Writer | None = None
        self._outcomes: Counter[str] = Counter()
        self._ways: Counter[str] = Counter()

    @contextmanager
    def house_up(self) -> Iterator[None]:
        with ExitStack() as stack:
            cluster = self._cluster(stack) if self._options.failover else None
            url = self._postgres(stack) if self._options.postgres else ""
            display = self._display(stack)
            processes = stack.enter_context(Processes(self._folder / "logs", environment()))
            self._house = CrashHouse(
                self._folder,
                processes,
                display.name if display else "",
                card_delay_s=0.25,
                database_url=cluster.url if cluster else url,
                server_options=("--no-worker",) if cluster else (),
                cluster=cluster,
                window=self._options.window,
                card_terminal=self._options.card_terminal,
            )
            self._house.start()
            self._front = self._glass(display)
            os.environ["LOBBYPAY_SERVER_CONFIG"] = str(self._house.server_config)
            os.environ["DJANGO_SETTINGS_MODULE"] = "server.settings"
            import django

            django.setup()
            yield

    def _display(self, stack: ExitStack) -> Display | None:
        """What the kiosk's window stands on; None without one."""
        if not self._options.window:
            return None
        return stack.enter_context(closing(Display(None, (1080, 1920))))

    def _glass(self, display: Display | None) -> Front:
        probe = self._house.probe
        return Window(Glass(display, probe), self._folder) if display else BareGlass(probe)

    def _cluster(self, stack: ExitStack) -> Cluster:
        cluster = stack.enter_context(database_cluster.running(self._folder / "logs"))
        self._writer = Writer(cluster.url)
        self._writer.start()
        stack.callback(self._writer.end)
        return cluster

    @staticmethod
    def _postgres(stack: ExitStack) -> str:
        from tests.server import postgres

        programs = postgres.programs()
        if programs is None:
            raise DidNotStart("PostgreSQL is not installed; make setup installs it")
        return stack.enter_context(postgres.running(programs))

    def run(self) -> None:
        """Until all rounds are done, or a check fails."""
        unit, token = self._household()
        while self._rounds < self._options.rounds and not self.problems:
            if self._chance.random() >= SAME_AGAIN:
                unit, token = self._household()
            self._round(plan(self._chance, unit, token))
            due = self._rounds % self._options.check_every == 0
            if due or self._rounds == self._options.rounds:
                self._check()

    def _round(self, wish: Plan) -> None:
        killer = Killer(self._house, self._chance, wish.moments, self.kills)
        resident = Resident(self._house, self._front, self._chance, wish, killer.reached)
        self._ways[f"{wish.method}{' by code' if wish.by_code else ''}"] += 1
        self._left[resident.visit()] += 1
        killer.finish()
        self._rounds += 1
        if sys.stderr.isatty():
            print(f"\r{self._rounds} rounds, {self.kills.total} kills", end="", file=sys.stderr)

    def _household(self) -> tuple[str, str]:
        """A unit that owes something, and the code on one of its bills."""
        from django.db import connection
        from django.utils import timezone

        from server.billing.models import Bill, BillState
        from server.billing.signing import bill_url

        bills = Bill.objects.filter(state=BillState.OPEN).order_by("pk")
        found = list(bills.select_related("unit", "community"))
        if not found:
            raise DidNotStart("the sample's bills are all paid; try fewer rounds")
        bill = self._chance.choice(found)
        url = bill_url(bill, timezone.localdate())
        connection.close()
        return bill.unit.code, url

    def _check(self) -> None:
        from django.db import connection

        from tests.crash import evidence
        from tests.simulation import invariants

        screen = self._rest()
        run = evidence.gathered(self._house, screen)
        journal = run.kiosks[0].journal
        self.problems += [
            *invariants.problems(run),
            *evidence.papers(self._house, journal),
            *evidence.pages(self._house, journal),
            *self._lost(),
        ]
        self._outcomes = evidence.outcomes()
        self._checks += 1
        found = f"{len(self.problems)} failures" if self.problems else "sound"
        print(f"{self._rounds} rounds, {self.kills.total} kills: {found}", flush=True)
        journal.close()
        connection.close()

    def _lost(self) -> Iterator[str]:
        """Of what was written beside, what was acknowledged and is gone."""
        if self._writer and (lost := self._writer.lost()):
            yield f"{len(lost)} acknowledged writes are gone: {lost[:5]} ..."

    def _rest(self) -> str:
        """Waits until nothing is on its way any more, or too long. Returns what the screen shows."""
        end, screen = time.monotonic() + REST_S_MAX, "dark"
        while time.monotonic() < end:
            try:
                screen = self._front.look().screen
                if screen not in ("attract", "starting"):
                    self._front.tap("understood" if screen == "unknown" else "end")
            except Gone:
                screen = "dark"
            if screen == "attract" and self._settled():
                return screen
            time.sleep(0.5)
        self.problems.append(f"not at rest after {REST_S_MAX:.0f} s: {self._state()}")
        return screen

    def _settled(self) -> bool:
        from django.db import connection

        from tests.crash import evidence
        from tests.simulation import invariants

        last, acknowledged, still_open = evidence.journal_positions(self._house.journal)
        at_rest = invariants.nothing_open()
        connection.close()
        return last == acknowledged and not still_open and at_rest

    def _state(self) -> str:
        from server.payments.models import PaymentOrder
        from tests.crash import evidence

        last, acknowledged, still_open = evidence.journal_positions(self._house.journal)
        waiting = PaymentOrder.objects.filter(state__in=("created", "pending", "unknown"))
        orders = ", ".join(f"{o.reference} {o.method} {o.state} {o.reason}" for o in waiting)
        return (
            f"journal {last}, acknowledged {acknowledged}, {still_open} open there;"
            f" at the server: {orders or 'nothing open'}; {self._processes()}"
        )

    def _processes(self) -> str:
        """Who is there: a process that ended says with what."""
        codes = {n: self._house.running[n].process.poll() for n in ("kiosk", "server")}
        return ", ".join(
            f"{name} {'runs' if code is None else f'ended with {code}'}"
            for name, code in codes.items()
        )

    def _database(self) -> str:
        if self._options.failover:
            return "two PostgreSQL by Patroni"
        return "PostgreSQL" if self._options.postgres else "SQLite"

    def _written(self) -> dict[str, Any]:
        """What somebody who writes all the time has seen of the database's changes."""
        if self._writer is None:
            return {}
        return {
            "writes_acknowledged": len(self._writer.acknowledged),
            "longest_without_a_write_s": round(self._writer.gap_s(self._began), 1),
        }

    def report(self) -> dict[str, Any]:
        return {
            "seed": self._options.seed,
            "kiosk": "with window" if self._options.window else "without window",
            "database": self._database(),
            **self._written(),
            "rounds": self._rounds,
            "minutes": round((time.monotonic() - self._began) / 60, 1),
            "kills": self.kills.total,
            "kills_by_victim": dict(self.kills.by_victim.most_common()),
            "kills_by_moment": dict(self.kills.by_moment.most_common()),
            "kills_by_newest_payment": dict(self.kills.by_payment.most_common()),
            "residents_wished": dict(self._ways.most_common()),
            "residents_left_from": dict(self._left.most_common()),
            "outcomes": dict(self._outcomes.most_common()),
            "checks": self._checks,
            "failures": self.problems,
        }
