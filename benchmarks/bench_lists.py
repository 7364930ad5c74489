"""The list of bills in the back office with 1,000,000 bills, on PostgreSQL, against its bare queries.

A page of the list asks how many rows there are, for the rows of the page, and for what its filters offer.
Bare are three queries written by hand that give the same: the count, the page's rows with their units by
the best index, and the first and last month of each community. The company's own administrator asks for
each page, which is taken apart: all of it, and the database's part, in which are also the session, the
person and the other filters. The median of five is printed, and how many times the bare queries the
database's part takes. ``python benchmarks/bench_lists.py BILLS``.
"""

import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.server_on_postgresql import server

ROUNDS, UNITS, A_PAGE = 5, 20_000, 100
_UNITS = """
INSERT INTO estate_unit (community_id, building_id, entrance, room, code, label_zh, label_en,
    area_m2, kind, state)
SELECT %(community)s, %(building)s, '1', n::text, '1-1-' || n, '1-1-' || n, '1-1-' || n,
    80, 'home', 'occupied'
FROM generate_series(1, %(units)s) AS n
"""
_BILLS = """
INSERT INTO billing_bill (community_id, unit_id, number, period, issued_on, due, currency, amount_minor,
    late_fee_minor, state)
SELECT %(community)s, unit.id, to_char(month.day, 'YYYYMM') || '0001' || lpad(unit.n::text, 5, '0'),
    to_char(month.day, 'YYYY-MM'), month.day, month.day + 30, 'CNY', 10000 + unit.n, 0, 'open'
FROM (SELECT id, row_number() OVER (ORDER BY id) AS n FROM estate_unit) AS unit,
    (SELECT (date '2020-01-01' + make_interval(months => m))::date AS day
     FROM generate_series(0, %(months)s - 1) AS m) AS month
ORDER BY month.day, unit.n
"""
_COLUMNS = "bill.*, unit.*"
_ROWS = f"SELECT {_COLUMNS} FROM billing_bill AS bill JOIN estate_unit AS unit ON unit.id = bill.unit_id"
_COUNT = "SELECT count(*) FROM billing_bill AS bill"
_MONTHS = """
SELECT (SELECT period FROM billing_bill WHERE community_id = c.id ORDER BY period LIMIT 1),
    (SELECT period FROM billing_bill WHERE community_id = c.id ORDER BY period DESC LIMIT 1)
FROM estate_community AS c
"""
_FITS = """
(bill.number LIKE '{0}%%'
    OR bill.unit_id = ANY (ARRAY(SELECT id FROM estate_unit WHERE upper(code) LIKE '%%{0}%%')))
"""
_SEARCHES = {
    "a bill's number": "202403000100321",
    "the beginning of a number": "2024030001003",
    "a unit": "1-1-1999",
}


def main(bills: int) -> None:
    with server():
        fill(bills)
        from django.test import Client
        from django.test.utils import setup_test_environment

        from server.billing.models import Bill
        from tests.server.staff_accounts import create_staff

        setup_test_environment()
        client = Client()
        client.force_login(create_staff("bench"))

        have = Bill.objects.count()
        last = -(-have // A_PAGE)
        print(f"{have} bills of {UNITS} units: page, its database's part, bare queries, ratio")
        newest = f"{_ROWS} ORDER BY bill.id DESC LIMIT {A_PAGE}"
        oldest = f"{_ROWS} ORDER BY bill.id LIMIT {A_PAGE}"
        show("first page", client, "", [_COUNT, newest, _MONTHS])
        show("last page", client, f"p={last}", [_COUNT, oldest, _MONTHS])
        for name, term in _SEARCHES.items():
            fits = _FITS.format(term)
            rows = f"{_ROWS} WHERE {fits} ORDER BY bill.id DESC LIMIT {A_PAGE}"
            show(name, client, f"q={term}", [f"{_COUNT} WHERE {fits}", rows, _MONTHS])


def fill(bills: int) -> None:
    from django.db import connection

    from server.estate.models import Building, Community

    community = Community.objects.create(code="bench", name_zh="x", name_en="x", test=True)
    building = Building.objects.create(community=community, code="1", name_zh="1", name_en="1")
    values = {
        "community": community.pk,
        "building": building.pk,
        "units": UNITS,
        "months": max(1, bills // UNITS),
    }
    with connection.cursor() as cursor:
        cursor.execute(_UNITS, values)
        cursor.execute(_BILLS, values)
        cursor.execute("VACUUM ANALYZE")


def show(name: str, client: Any, query: str, bare: list[str]) -> None:
    from django.db import connection

    address = f"/admin/billing/bill/?{query}"
    assert client.get(address).status_code == 200, address
    pages, parts, bares = [], [], []
    for _round in range(ROUNDS):
        asked: list[float] = []
        with connection.execute_wrapper(_timed(asked)):
            pages.append(_seconds(lambda: client.get(address)))
        parts.append(sum(asked))
        bares.append(sum(_seconds(lambda sql=sql: _ask(sql)) for sql in bare))
    page, part, best = (statistics.median(times) * 1000 for times in (pages, parts, bares))
    print(f"  {name:26} {page:8.0f} ms {part:8.0f} ms {best:8.0f} ms {part / best:6.2f}")


def _timed(asked: list[float]) -> Callable[..., Any]:
    def wrapper(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        begun = time.perf_counter()
        try:
            return execute(sql, params, many, context)
        finally:
            asked.append(time.perf_counter() - begun)

    return wrapper


def _seconds(call: Callable[[], Any]) -> float:
    begun = time.perf_counter()
    call()
    return time.perf_counter() - begun


def _ask(sql: str) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(sql.replace("%%", "%"))
        cursor.fetchall()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
