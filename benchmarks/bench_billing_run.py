"""A billing run against COPY of the very same rows, on PostgreSQL, in one run of this program.

The run reckons, writes and posts so many bills of four lines; COPY then puts the rows that it wrote
(bills, lines, transactions, entries) into the same tables again, emptied, with the same guards and
indexes. ``python benchmarks/bench_billing_run.py UNITS``; memory is the greatest that the process held.
"""

import resource
import sys
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.server_on_postgresql import server

PER_BUILDING, PERIOD = 100, "2026-12"
NOW = datetime(2026, 12, 1, 4, tzinfo=UTC)
TABLES = ("billing_bill", "billing_billline", "ledger_entry", "ledger_transaction")


def create(units: int) -> Any:
    """A community with four fees for each unit: by area, fixed, shared by the building, own meter."""
    from server.estate.models import Building, Community, Unit

    community = Community.objects.create(code="bench", name_zh="x", name_en="x", test=True)
    buildings = Building.objects.bulk_create(
        Building(community=community, code=str(n), name_zh=str(n), name_en=str(n))
        for n in range(1, units // PER_BUILDING + 1)
    )
    homes = [
        Unit(
            community=community,
            building=building,
            entrance="1",
            room=str(room),
            code=f"{building.code}-1-{room}",
            label_zh="x",
            label_en="x",
            area_m2=Decimal(60 + room),
        )
        for building in buildings
        for room in range(1, PER_BUILDING + 1)
    ]
    move_in(community, Unit.objects.bulk_create(homes, batch_size=5_000))
    read_meters(community, create_items(community), homes, buildings)
    return community


def move_in(community: Any, homes: list[Any]) -> None:
    from server.estate.models import Occupancy, Resident

    people = Resident.objects.bulk_create(
        [Resident(community=community, name="x") for _ in homes], batch_size=5_000
    )
    Occupancy.objects.bulk_create(
        [
            Occupancy(community=community, unit=unit, resident=person)
            for unit, person in zip(homes, people, strict=True)
        ],
        batch_size=5_000,
    )


def create_items(community: Any) -> dict[str, Any]:
    from contract.messages import Text
    from server.sample_data.estate import create_item

    prices = {
        "property": ("per_area", "2.80"),
        "waste": ("fixed", "8"),
        "lift": ("shared", "0.617"),
        "water": ("per_meter", "4.15"),
    }
    return {
        code: create_item(community, 0, Text(zh=code, en=code), code, price)
        for code, price in prices.items()
    }


def read_meters(
    community: Any, items: dict[str, Any], homes: list[Any], buildings: list[Any]
) -> None:
    from server.billing.models import Meter, MeterReading

    meters = [
        Meter(
            community=community,
            fee_item=items["water"],
            scope="unit",
            unit=unit,
            code=f"W{unit.code}",
            utility="water",
        )
        for unit in homes
    ]
    meters += [
        Meter(
            community=community,
            fee_item=items["lift"],
            scope="building",
            building=b,
            code=f"L{b.code}",
        )
        for b in buildings
    ]
    meters = Meter.objects.bulk_create(meters, batch_size=5_000)
    for period, counter in (("2026-11", 100), (PERIOD, 117)):
        MeterReading.objects.bulk_create(
            [
                MeterReading(
                    community=community,
                    meter=meter,
                    period=period,
                    counter=Decimal(counter),
                    read_on=date(2026, 11, 30),
                )
                for meter in meters
            ],
            batch_size=5_000,
        )


def run(community: Any) -> tuple[float, object]:
    from server.billing_runs import runs
    from server.staff.people import Person

    begun = time.perf_counter()
    row = runs.begin(
        community, PERIOD, today=date(2026, 12, 1), person=Person("x"), reason="x", at=NOW
    )
    row = runs.carry_on(row, lambda: NOW)
    return time.perf_counter() - begun, row


def rows_of(cursor: object, table: str) -> list[tuple]:
    cursor.execute(f"SELECT * FROM {table} ORDER BY id")
    return cursor.fetchall()


def copy(units: int) -> float:
    """Seconds for COPY of what the run wrote, all in one transaction, as the run's rows are."""
    from django.db import connection, transaction

    with connection.cursor() as cursor:
        kept = {table: rows_of(cursor, table) for table in TABLES}
        cursor.execute("SET session_replication_role = replica")  # to empty what is append-only
        cursor.execute("TRUNCATE " + ", ".join(TABLES) + " CASCADE")
        cursor.execute("SET session_replication_role = DEFAULT")
    begun = time.perf_counter()
    with transaction.atomic(), connection.cursor() as cursor:
        for table in TABLES:
            with cursor.copy(f"COPY {table} FROM STDIN") as into:
                for row in _plain(kept[table]):
                    into.write_row(row)
    return time.perf_counter() - begun


def _plain(rows: list[tuple]) -> Iterator[tuple]:
    from psycopg.types.json import Jsonb

    for row in rows:
        yield tuple(Jsonb(value) if isinstance(value, list | dict) else value for value in row)


def main(units: int) -> None:
    with server():
        community = create(units)
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        ours, row = run(community)
        after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        bare = copy(units)
    print(
        f"{row.bills} bills, {row.lines} lines: run {ours:.1f} s, COPY {bare:.1f} s, {ours / bare:.1f} x"
    )
    print(f"memory {before // 1024} MB before the run, {after // 1024} MB at most")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000)
