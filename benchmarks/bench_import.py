"""The import of an Excel file of 20,000 units with owners against COPY of the same rows, on PostgreSQL.

Ours is the whole of it: the file is unpacked and read, each cell checked, codes and people looked up, the
rows written with all their guards, balances booked, the act recorded, one transaction committed. COPY
writes every row that ours left behind into tables of the same columns and indexes, without keys to other
tables and without guards, from texts that are ready in memory, in one transaction too. The database syncs
each commit, as in production. Then the same file again, which changes nothing.
"""

import os
import resource
import statistics
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from benchmarks.server_on_postgresql import server  # noqa: E402

UNITS, ROUNDS = int(os.environ.get("BENCH_UNITS", "20000")), 5
NOW = datetime(2026, 11, 28, 4, 0, tzinfo=UTC)
TABLES = (
    *("estate_building", "estate_unit", "estate_resident", "estate_occupancy"),
    *("billing_feeitem", "billing_bill", "billing_billline"),
    *("ledger_account", "ledger_transaction", "ledger_entry", "staff_act"),
)
HEADINGS = (
    *("building", "entrance", "room", "kind", "area_m2", "owner_name", "owner_phone"),
    *("pays_from", "credit_yuan", "owed_yuan"),
)


def main() -> None:
    with server() as folder:
        measure(written(folder))


def written(folder: Path) -> Path:
    """A file of UNITS homes, each with an owner; every fifth owes, every tenth has credit."""
    import xlsxwriter

    path = folder / "estate.xlsx"
    with xlsxwriter.Workbook(path) as book:
        tab = book.add_worksheet("units")
        tab.write_row(0, 0, HEADINGS)
        for n in range(UNITS):
            block, rest = divmod(n, 200)
            entrance, room = divmod(rest, 100)
            floor, door = divmod(room, 4)
            place = (str(block + 1), str(entrance + 1), f"{floor + 1}{door + 1:02d}")
            owner = (f"业主{n}", f"138{n:08d}", "2026-01-01")
            tab.write_row(n + 1, 0, (*place, "home", 80.25 + n % 70, *owner))
            if n % 10 == 0:
                tab.write_number(n + 1, 8, 50)
            if n % 5 == 0:
                tab.write_number(n + 1, 9, 100.5)
    return path


def measure(path: Path) -> None:
    from server.estate.models import Community
    from server.onboarding.importing import import_estate
    from server.staff.people import Person

    ours, again, bare = [], [], []
    rows = 0
    for n in range(ROUNDS):
        community = Community.objects.create(code=f"c{n}", name_zh="金合欢", name_en="Acacia")
        for times in (ours, again):
            begin = time.perf_counter()
            report = import_estate(path, community, person=Person("bench"), at=NOW)
            times.append(time.perf_counter() - begin)
            assert report.problem_count == 0, report.problems[:3]
        assert report.unchanged["units"] == UNITS and not any(report.created.values())
        rows, seconds = copied(community.pk)
        bare.append(seconds)
    mine, base = statistics.median(ours), statistics.median(bare)
    ratio = statistics.median(one / two for one, two in zip(ours, bare, strict=True))
    second = statistics.median(one / two for one, two in zip(again, bare, strict=True))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"import of {UNITS} units: {mine:.2f} s for {rows} rows, COPY of them {base:.2f} s")
    print(f"  ratio to COPY         {ratio:.2f}")
    print(f"  the same file again   {second:.2f}")
    print(f"  memory at most        {peak} MB")


def copied(community: int) -> tuple[int, float]:
    """How many rows the community has, and how long COPY writes the same rows."""
    from django.db import connection

    ready = []
    with connection.cursor() as cursor:
        for table in TABLES:
            cursor.execute(f"DROP TABLE IF EXISTS bare_{table}")
            cursor.execute(f"CREATE TABLE bare_{table} (LIKE {table} INCLUDING ALL)")
            query = f"COPY (SELECT * FROM {table} WHERE community_id = {community}) TO STDOUT"
            with cursor.copy(query) as copy:
                ready.append((table, b"".join(map(bytes, copy))))
    rows = sum(text.count(b"\n") for _, text in ready)
    begin = time.perf_counter()
    with connection.cursor() as cursor:
        cursor.execute("BEGIN")
        for table, text in ready:
            with cursor.copy(f"COPY bare_{table} FROM STDIN") as copy:
                copy.write(text)
        cursor.execute("COMMIT")
    return rows, time.perf_counter() - begin


if __name__ == "__main__":
    main()
