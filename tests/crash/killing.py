"""Kills the kiosk, the server, or both, at an instant nobody chose, and starts them again; of a cluster
also its worker, its primary with all that belongs to it, or PostgreSQL's processes alone."""

import random
import sqlite3
import threading
import time
from collections import Counter
from contextlib import closing
from dataclasses import dataclass, field

from tests.crash.house import CrashHouse

VICTIMS = {"kiosk": 6, "server": 2, "both": 2}
OF_CLUSTER = {"kiosk": 1, "server": 1, "worker": 1, "primary": 3, "postgresql": 2}
MORE_KILLS = {0: 5, 1: 3, 2: 2}  # while the first one's victim is coming back


@dataclass
class Kills:
    by_victim: Counter[str] = field(default_factory=Counter)
    by_moment: Counter[str] = field(default_factory=Counter)
    by_payment: Counter[str] = field(default_factory=Counter)

    @property
    def total(self) -> int:
        return self.by_victim.total()


def payment_on_disk(house: CrashHouse) -> str:
    """What the journal says of the newest payment: what a start would find."""
    try:
        with closing(sqlite3.connect(f"file:{house.journal}?mode=ro", uri=True)) as db:
            row = db.execute(
                "SELECT json_extract(body, '$.method'), p.state, p.payment_id FROM payments p"
                " JOIN entries USING (sequence) ORDER BY p.number DESC LIMIT 1"
            ).fetchone()
            if row is None:
                return "none yet"
            given = db.execute(
                "SELECT count(*) FROM entries WHERE kind = 'receipt'"
                " AND json_extract(body, '$.payment_id') = ?",
                (row[2],),
            ).fetchone()[0]
    except sqlite3.Error:
        return "not readable"
    return f"{row[0]} {row[1]}{' with receipt' if given else ''}"


class Killer:
    """One round's kills. ``reached`` is told each moment; the first one that fits starts the clock."""

    def __init__(
        self, house: CrashHouse, chance: random.Random, moments: tuple[str, ...], kills: Kills
    ) -> None:
        self._house, self._kills = house, kills
        self._moment = chance.choice(moments)
        victims = OF_CLUSTER if house.cluster else VICTIMS
        close = chance.random() < 0.5
        self._delay_s = chance.uniform(0.0, 0.25 if close else 2.5)
        more = chance.choices(list(MORE_KILLS), list(MORE_KILLS.values()))[0]
        self._deeds = [
            (
                chance.choices(list(victims), list(victims.values()))[0],
                chance.uniform(0.0, 1.5),  # how long the victim stays away
                chance.uniform(0.1, 4.0),  # how long after its start the next kill comes
            )
            for _ in range(1 + more)
        ]
        self._begun = threading.Event()
        self._thread = threading.Thread(target=self._work, name="killer", daemon=True)
        self._thread.start()
        self.failure: BaseException | None = None

    def reached(self, moment: str) -> None:
        if moment == self._moment:
            self._begun.set()

    def finish(self) -> None:
        """Waits until everybody was killed who had to be, and is up again. Raises what went wrong."""
        if not self._begun.is_set():
            self._moment = "between visits"
            self._begun.set()
        self._thread.join()
        if self.failure:
            raise self.failure

    def _work(self) -> None:
        try:
            self._begun.wait()
            moment, wait_s = self._moment, self._delay_s
            for victim, away_s, next_s in self._deeds:
                time.sleep(wait_s)
                self._kill(victim, moment, away_s)
                moment, wait_s = "coming back", next_s
        except BaseException as failure:
            self.failure = failure

    def _kill(self, victim: str, moment: str, away_s: float) -> None:
        cluster = self._house.cluster
        names = ("kiosk", "server") if victim == "both" else (victim,)
        self._kills.by_victim[victim] += 1
        self._kills.by_moment[moment] += 1
        self._kills.by_payment[payment_on_disk(self._house)] += 1
        if cluster and victim == "primary":
            cluster.lose_primary()
        elif cluster and victim == "postgresql":
            cluster.crash_postgresql()
        else:
            for name in names:
                self._house.running[name].kill()
            time.sleep(away_s)
            for name in names:
                getattr(self._house, f"start_{name}")()
