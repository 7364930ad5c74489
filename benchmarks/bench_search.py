"""The one search box of staff with 1,000,000 bills of 100,000 units, on PostgreSQL, against bare queries.

For each thing that is sought, the box asks for all five kinds: units, residents, bills, payments and
kiosks. Bare are five queries written by hand that give the same rows by the best index, eleven of each
at most. The company's own account searches, who may see all of twenty communities, and a bookkeeper of
one of them. Printed are the medians of five: the search's part of the database, the bare queries, how
many times these the search takes, the note in the log that a look for residents leaves, and the whole
page with what waits on it; then the last round by kind. ``python benchmarks/bench_search.py BILLS``.
"""

import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.bench_lists import _ask, _seconds
from benchmarks.server_on_postgresql import server

ROUNDS, COMMUNITIES, UNITS, ORDERS, KIOSKS, SHOWN = 5, 20, 5_000, 300_000, 1_000, 11
_FILL = (
    """
INSERT INTO estate_community (code, name_zh, name_en, currency, time_zone, test, office_phone,
    office_hours_zh, office_hours_en, duty_phone, company_zh, company_en, second_factor, top_up_max_minor,
    numbering, late_success)
SELECT 'c' || n, 'x', 'x', 'CNY', 'Asia/Shanghai', true, '', '', '', '', '', '', true, 0, '{}', 'refund'
FROM generate_series(1, %(communities)s) AS n
""",
    """
INSERT INTO estate_building (community_id, code, name_zh, name_en)
SELECT id, '1', '1', '1' FROM estate_community
""",
    """
INSERT INTO estate_unit (community_id, building_id, entrance, room, code, natural_key, label_zh, label_en,
    area_m2, kind, state)
SELECT b.community_id, b.id, '1', n::text, (n / 200 + 1) || '-1-' || n, lpad(n::text, 9, '0'),
    (n / 200 + 1) || '栋1单元' || n || '室', 'Building ' || (n / 200 + 1) || ', Room ' || n, 80,
    'home', 'occupied'
FROM estate_building AS b, generate_series(1, %(units)s) AS n
""",
    """
INSERT INTO estate_resident (community_id, name, phone)
SELECT community_id, (ARRAY['王','李','张','欧阳'])[1 + id %% 4] || chr(20480 + (id %% 5000)::int),
    '13' || lpad(id::text, 9, '7')
FROM estate_unit
""",
    """
INSERT INTO billing_bill (community_id, unit_id, number, period, issued_on, due, currency, amount_minor,
    late_fee_minor, state)
SELECT unit.community_id, unit.id, to_char(month.day, 'YYYYMM') || lpad(unit.n::text, 9, '0'),
    to_char(month.day, 'YYYY-MM'), month.day, month.day + 30, 'CNY', 10000 + unit.n, 0, 'open'
FROM (SELECT id, community_id, row_number() OVER (ORDER BY id) AS n FROM estate_unit) AS unit,
    (SELECT (date '2020-01-01' + make_interval(months => m))::date AS day
     FROM generate_series(0, %(months)s - 1) AS m) AS month
ORDER BY month.day, unit.n
""",
    """
INSERT INTO payments_paymentorder (payment_id, community_id, unit_id, kiosk_id, kiosk_code, reference,
    method, bills, amount_minor, currency, request_hash, out_trade_no, simulated, offline, top_up,
    with_payment_code, created_at, received_at, state, version, kiosk_version, kiosk_state, reason,
    code_url, cancel_wanted, channel_reference, captured_minor, allocated_minor, credited_minor,
    refunded_minor, held_minor, decided, receipt, changed_at, poll_count, ending, ending_in_flight,
    channel_responses)
SELECT gen_random_uuid()::text, u.community_id, u.id, 'k', 'K1', 'K1-' || lpad(n::text, 8, '0'),
    'wechat', '[]', 100, 'CNY', '', 'T' || n, true, false, false, false, now(),
    now() - make_interval(mins => n), 'declined', 1, 0, '', '', '', false, '42000' || n,
    0, 0, 0, 0, 0, '', '', now(), 0, '', false, '[]'
FROM generate_series(1, %(orders)s) AS n
JOIN (SELECT id, community_id, row_number() OVER (ORDER BY id) AS place FROM estate_unit) AS u
    ON u.place = 1 + n %% 100000
""",
)
_TERMS = {
    "a unit's code": "12-1-2345",
    "a part of a code": "1-234",
    "a resident's name": "欧阳",
    "nobody's name": "诸葛亮",
    "the end of a phone": "77712345",
    "a bill's number": "202003000043210",
    "the beginning of numbers": "202003",
    "a receipt": "K1-00123456",
    "a channel's number": "42000123456",
    "a kiosk": "K77",
}
_BARE = {
    "units": """SELECT u.*, c.* FROM estate_unit u JOIN estate_community c ON c.id = u.community_id
        WHERE {u} (u.code ILIKE '%{t}%' OR u.label_zh ILIKE '%{t}%' OR u.label_en ILIKE '%{t}%')
        ORDER BY u.community_id, u.natural_key LIMIT 11""",
    "residents": """SELECT r.*, c.* FROM estate_resident r JOIN estate_community c
        ON c.id = r.community_id WHERE {r} (r.name ILIKE '%{t}%' OR r.phone LIKE '%{t}%')
        ORDER BY r.community_id, r.id LIMIT 11""",
    "bills": """SELECT b.*, u.*, c.* FROM billing_bill b JOIN estate_unit u ON u.id = b.unit_id
        JOIN estate_community c ON c.id = b.community_id WHERE {b} (b.number LIKE '{t}%' OR b.unit_id =
        ANY (ARRAY(SELECT id FROM estate_unit WHERE upper(code) = upper('{t}'))))
        ORDER BY b.id DESC LIMIT 11""",
    "payments": """SELECT o.*, u.*, c.* FROM payments_paymentorder o
        JOIN estate_unit u ON u.id = o.unit_id
        JOIN estate_community c ON c.id = o.community_id WHERE {o} (o.reference LIKE upper('{t}') || '%'
        OR o.channel_reference = '{t}' OR o.out_trade_no = '{t}') ORDER BY o.received_at DESC LIMIT 11""",
    "kiosks": """SELECT k.*, c.* FROM fleet_kiosk k JOIN estate_community c ON c.id = k.community_id
        WHERE {k} (upper(k.code) = upper('{t}') OR k.location_zh ILIKE '%{t}%'
        OR k.location_en ILIKE '%{t}%') ORDER BY k.community_id, k.code LIMIT 11""",
}


def main(bills: int) -> None:
    with server():
        fill(bills)
        from django.test import Client
        from django.test.utils import setup_test_environment

        from server.estate.models import Community
        from server.staff.roles import Role
        from tests.server.staff_accounts import create_person, create_staff

        setup_test_environment()
        community = Community.objects.get(code="c7")
        people = {
            "the company": (create_staff("boss"), None),
            "a bookkeeper": (create_person("clerk", (community, Role.BOOKKEEPER)), community.pk),
        }
        for who, (person, within) in people.items():
            client = Client()
            client.force_login(person)
            print(f"{who}: search, bare queries, ratio, note in the log, whole page")
            for name, term in _TERMS.items():
                show(name, term, person, client, within)


def fill(bills: int) -> None:
    from django.db import connection

    from server.estate.models import Community
    from server.fleet.models import Kiosk

    values = {
        "communities": COMMUNITIES,
        "units": UNITS,
        "orders": ORDERS,
        "months": max(1, bills // (COMMUNITIES * UNITS)),
    }
    with connection.cursor() as cursor:
        for statement in _FILL:
            cursor.execute(statement, values)
        places = list(Community.objects.values_list("pk", flat=True))
        Kiosk.objects.bulk_create(
            Kiosk(
                community_id=places[n % COMMUNITIES],
                code=f"K{n}",
                location_zh=f"大堂{n}",
                location_en=f"Lobby {n}",
            )
            for n in range(KIOSKS)
        )
        cursor.execute("VACUUM ANALYZE")


def show(name: str, term: str, person: Any, client: Any, within: int | None) -> None:
    from django.db import connection

    from server.workplace.search import find

    bare = [_bare(sql, term, within) for sql in _BARE.values()]
    parts, notes, bares, pages = [], [], [], []
    for _round in range(ROUNDS):
        asked: dict[str, float] = {}
        with connection.execute_wrapper(_timed(asked)):
            find(person, term)
        notes.append(asked.pop("note", 0.0))
        parts.append(sum(asked.values()))
        bares.append(sum(_seconds(lambda sql=sql: _ask(sql)) for sql in bare))
        pages.append(_seconds(lambda: client.get("/staff/", {"q": term})))
    part, note, best, page = (
        statistics.median(times) * 1000 for times in (parts, notes, bares, pages)
    )
    kinds = ", ".join(f"{kind} {seconds * 1000:.0f}" for kind, seconds in asked.items())
    print(
        f"  {name:26}{part:7.0f} ms{best:7.0f} ms{part / best:7.2f}{note:7.0f} ms{page:7.0f} ms   {kinds}"
    )


def _bare(sql: str, term: str, within: int | None) -> str:
    """``within``: one community alone."""
    sides = {side: f"{side}.community_id = {within} AND" if within else "" for side in "urbok"}
    return sql.format(t=term, **sides).replace("%", "%%")


def _timed(asked: dict[str, float]) -> Callable[..., Any]:
    """Seconds by what is asked for."""
    tables = ("estate_resident", "billing_bill", "payments_paymentorder", "fleet_kiosk")

    def wrapper(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        begun = time.perf_counter()
        try:
            return execute(sql, params, many, context)
        finally:
            took = time.perf_counter() - begun
            kind = next((table for table in tables if f'FROM "{table}"' in sql), "estate_unit")
            if not sql.startswith("SELECT"):
                kind = "note"
            asked[kind] = asked.get(kind, 0.0) + took

    return wrapper


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
