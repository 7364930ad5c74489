"""A billing run against COPY of the very same rows, on PostgreSQL, in one run of this program.

The run reckons, writes and posts so many bills of four lines; COPY then puts the rows that it wrote
(bills, lines, transactions, entries) into the same tables again, emptied, with the same guards and
indexes, in one transaction, from texts that PostgreSQL wrote itself and that lie ready in files.
``python benchmarks/bench_billing_run.py UNITS``; what each tenth of the units took shows whether a run
grows with them, and so does the greatest memory that the process held before and after.
"""

import resource
import sys
import time
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.server_on_postgresql import server

PER_BUILDING, PERIOD, BLOCK_BYTES = 100, "2026-12", 1_000_000
CREATED_AT_ONCE = 100  # buildings
NOW = datetime(2026, 12, 1, 4, tzinfo=UTC)
TABLES = ("billing_bill", "billing_billline", "ledger_entry", "ledger_transaction")


def create(units: int) -> Any:
    """A community with four fees for each unit: by area, fixed, shared by the building, own meter."""
    from django.db import connection

    from server.estate.models import Building, Community

    community = Community.objects.create(code="bench", name_zh="x", name_en="x", test=True)
    items, numbers = create_items(community), range(1, units // PER_BUILDING + 1)
    for begin in range(0, len(numbers), CREATED_AT_ONCE):
        buildings = Building.objects.bulk_create(
            Building(community=community, code=str(n), name_zh=str(n), name_en=str(n))
            for n in numbers[begin : begin + CREATED_AT_ONCE]
        )
        homes = create_homes(community, buildings)
        move_in(community, homes)
        read_meters(community, items, homes, buildings)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")  # an estate is there for days before its first bills
    return community


def create_homes(community: Any, buildings: list[Any]) -> list[Any]:
    from server.estate.models import Unit

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
    return Unit.objects.bulk_create(homes, batch_size=5_000)


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


def run(community: Any, units: int) -> tuple[float, Any, list[float]]:
    """Seconds for the whole and for each tenth of the units, and the run."""
    from server.billing_runs import runs
    from server.staff.people import Person

    begun = time.perf_counter()
    row = runs.begin(
        community, PERIOD, today=date(2026, 12, 1), person=Person("x"), reason="x", at=NOW
    )
    ends = [begun]

    def between() -> None:
        done = type(row).objects.values_list("units", flat=True).get(pk=row.pk)
        if done * 10 >= units * len(ends):
            ends.append(time.perf_counter())

    row = runs.carry_on(row, lambda: NOW, between=between)
    tenths = [end - begin for begin, end in pairwise(ends)]
    return time.perf_counter() - begun, row, tenths


def copy(folder: Path) -> float:
    """Seconds for COPY of what the run wrote, all in one transaction."""
    from django.db import connection, transaction

    with connection.cursor() as cursor:
        for table in TABLES:
            query = f"COPY (SELECT * FROM {table} ORDER BY id) TO STDOUT"
            with (folder / table).open("wb") as file, cursor.copy(query) as rows:
                file.writelines(rows)
        cursor.execute("SET session_replication_role = replica")  # to empty what is append-only
        cursor.execute("TRUNCATE " + ", ".join(TABLES) + " CASCADE")
        cursor.execute("SET session_replication_role = DEFAULT")
    begun = time.perf_counter()
    with transaction.atomic(), connection.cursor() as cursor:
        for table in TABLES:
            with (
                (folder / table).open("rb") as file,
                cursor.copy(f"COPY {table} FROM STDIN") as into,
            ):
                while block := file.read(BLOCK_BYTES):
                    into.write(block)
    return time.perf_counter() - begun


def main(units: int) -> None:
    with server() as folder:
        community = create(units)
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        ours, row, tenths = run(community, units)
        after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        told = " ".join(f"{seconds:.1f}" for seconds in tenths)
        print(f"{row.bills} bills, {row.lines} lines: run {ours:.1f} s; its tenths {told}")
        print(f"memory {before // 1024} MB before the run, {after // 1024} MB at most", flush=True)
        bare = copy(folder)
    print(f"COPY {bare:.1f} s, ratio {ours / bare:.2f}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000)
