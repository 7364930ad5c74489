"""The fleet page with many kiosks against the bare database: the same statements, their rows fetched.

On PostgreSQL, in turns, in one run, in one process: the view as a signed-in person of the company gets
it, page and live part, and what it asked of the database, asked again by a plain cursor.
"""

import argparse
import statistics
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from bench_fleet import DEVICES, KIOSKS_A_COMMUNITY
from server_on_postgresql import server

PAGES = {"the page": "/staff/fleet/", "its live part": "/staff/fleet/live/"}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kiosks", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=15)
    arguments = parser.parse_args()
    with server():
        _fill(arguments.kiosks)
        client = _signed_in()
        for name, path in PAGES.items():
            _measure(name, lambda path=path: client.get(path), arguments.rounds)


def _fill(count: int) -> None:
    """One in fifty is not heard, one in twenty has a fault, the others are well."""
    from server.estate.models import Community
    from server.fleet.models import Condition, Kiosk

    now = datetime.now(UTC)
    communities = Community.objects.bulk_create(
        Community(code=f"c{n}", name_zh=f"社区{n}", name_en=f"Community {n}")
        for n in range(-(-count // KIOSKS_A_COMMUNITY))
    )
    said = {"state": "idle", "offers": ["wechat"], "devices": DEVICES, "software": "0.1.0"}
    Kiosk.objects.bulk_create(
        (
            Kiosk(
                community=communities[n // KIOSKS_A_COMMUNITY],
                code=f"K{n % KIOSKS_A_COMMUNITY}",
                location_zh="大堂",
                location_en="Lobby",
                public_key="k" * 43,
                enrolled_at=now,
                heard_at=now - timedelta(hours=1) if n % 50 == 0 else now,
                condition=(Condition.FAULT if n % 20 == 0 else Condition.WELL).value,
                condition_since=now,
                heartbeat=said,
                software="0.1.0",
            )
            for n in range(count)
        ),
        batch_size=1000,
    )


def _signed_in() -> Any:
    from django.contrib.auth import get_user_model
    from django.db import connection
    from django.test import Client

    person = get_user_model().objects.create_superuser("company", password="not used")
    client = Client(headers={"host": "localhost"})
    client.force_login(person)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return client


def _measure(name: str, get: Callable[[], Any], rounds: int) -> None:
    asked: list[tuple[str, Any]] = []
    from django.db import connection

    def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        asked.append((sql, params))
        return execute(sql, params, many, context)

    get()
    with connection.execute_wrapper(note):
        answer = get()
    assert answer.status_code == 200, answer.status_code
    reads = [one for one in asked if one[0].lstrip().upper().startswith("SELECT")]
    ours, bare = [], []
    for _ in range(rounds):
        ours.append(_seconds(get))
        bare.append(_seconds(lambda: _ask(reads)))
    ratio = statistics.median(a / b for a, b in zip(ours, bare, strict=True))
    print(
        f"{name}: {len(reads)} questions, {len(answer.content) / 1000:.0f} kB,"
        f" p50 {1000 * statistics.median(ours):.0f} ms,"
        f" its bare questions {1000 * statistics.median(bare):.0f} ms, ratio {ratio:.2f}"
    )


def _ask(reads: list[tuple[str, Any]]) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        for sql, params in reads:
            cursor.execute(sql, params)
            cursor.fetchall()


def _seconds(work: Callable[[], Any]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


if __name__ == "__main__":
    sys.exit(main())
