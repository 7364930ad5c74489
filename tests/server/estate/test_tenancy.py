"""Rows of two communities never mix: not through a form, not through the model, not in the database."""

import os
import re
import subprocess
import sys
from datetime import date
from decimal import Decimal

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.db.models import ProtectedError
from django.test import Client
from django.test.utils import CaptureQueriesContext

from server.billing.models import FeeItem, Meter, MeterReading, Tariff
from server.estate.models import (
    Building,
    Community,
    Contact,
    Occupancy,
    ParkingSpace,
    Resident,
    Unit,
    Vehicle,
)
from server.estate.tenancy import is_tenant, links_of
from server.ledger import guards
from server.ledger.models import Account, Entry
from server.notices.models import Notice
from tests.server.village import create_village, issue

pytestmark = pytest.mark.django_db


@pytest.fixture
def two() -> tuple[Community, Community]:
    return create_village("east"), create_village("west")


def rows_across(ours: Community, theirs: Community) -> list:
    """One row of each kind that points at something of the other community."""
    item, unit = theirs.fee_items.first(), theirs.units.first()
    building, meter = theirs.buildings.first(), theirs.meters.first()
    return [
        Unit(
            community=ours,
            building=building,
            entrance="1",
            room="999",
            code="1-1-999",
            label_zh="甲",
            label_en="A",
            area_m2=Decimal(50),
        ),
        Occupancy(community=ours, unit=unit, resident=ours.residents.first()),
        Occupancy(
            community=ours,
            unit=ours.units.first(),
            resident=theirs.residents.first(),
            role="family",
        ),
        Vehicle(community=ours, unit=unit, plate="浙A12345"),
        Contact(community=ours, resident=theirs.residents.first(), kind="email", value="a@b.cn"),
        ParkingSpace(community=ours, code="C1", unit=unit),
        Tariff(
            community=ours,
            fee_item=item,
            rule="per_area",
            rate=Decimal(1),
            valid_from=date(2027, 1, 1),
        ),
        Meter(
            community=ours, fee_item=item, building=ours.buildings.first(), entrance="1", code="X1"
        ),
        Meter(
            community=ours,
            fee_item=ours.fee_items.first(),
            building=building,
            entrance="1",
            code="X2",
        ),
        MeterReading(
            community=ours,
            meter=meter,
            period="2027-01",
            counter=Decimal(99_999),
            read_on=date(2027, 1, 1),
        ),
    ]


def test_the_model_says_so(two: tuple[Community, Community]):
    for row in rows_across(*two):
        with pytest.raises(ValidationError, match="属于另一个小区"):
            row.full_clean()


def test_the_database_refuses_whoever_writes(two: tuple[Community, Community]):
    for row in rows_across(*two):
        with pytest.raises(IntegrityError), transaction.atomic():
            row.save()
        with pytest.raises(IntegrityError), transaction.atomic():
            type(row).objects.bulk_create([row])


def test_nothing_moves_to_another_community_nor_is_linked_there(two: tuple[Community, Community]):
    east, west = two
    for model in (Building, Unit, Resident, Occupancy, FeeItem, Tariff, MeterReading):
        with pytest.raises(IntegrityError), transaction.atomic():
            model.objects.filter(community=east).update(community=west)
    with pytest.raises(IntegrityError), transaction.atomic():
        Tariff.objects.filter(community=east).update(fee_item=west.fee_items.first())


ALL_MODULES = """
import pkgutil, importlib, django
django.setup()
from django.apps import apps
import server
known = set(apps.get_models())
for module in pkgutil.walk_packages(server.__path__, "server."):
    if "migrations" not in module.name and not module.name.endswith("__main__"):
        importlib.import_module(module.name)
print(sorted(str(model) for model in set(apps.get_models()) - known))
"""


def test_every_model_is_known_when_the_guards_are_made():
    """A model that is first imported later would go unguarded. In a process of its own, which has
    imported nothing yet."""
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "server.settings"}
    command = [sys.executable, "-c", ALL_MODULES]
    late = subprocess.run(command, env=environment, check=True, capture_output=True, text=True)
    assert late.stdout.strip() == "[]"


def test_every_link_between_tenants_is_guarded():
    assert guards.missing() == []
    kept = {guard.name for guard in guards._declared}
    for model in apps.get_models():
        if is_tenant(model):
            assert f"tenancy_{model._meta.db_table}_stays" in kept
            for field in links_of(model):
                assert f"tenancy_{model._meta.db_table}_{field.column}_new" in kept


# --- the back office ---


def options(page: str, name: str) -> set[str]:
    select = re.search(rf'<select[^>]*name="{name}".*?</select>', page, re.DOTALL)
    assert select, f"no select {name}"
    return set(re.findall(r'<option value="([^"]+)"', select[0]))


def test_the_community_is_chosen_first_and_then_all_choices_are_its_own(
    staff: Client, two: tuple[Community, Community]
):
    east, west = two
    first = staff.get("/admin/billing/tariff/add/").content.decode()
    assert f"?community={east.pk}" in first and f"?community={west.pk}" in first
    page = staff.get(f"/admin/billing/tariff/add/?community={west.pk}").content.decode()
    assert options(page, "fee_item") == {str(item.pk) for item in west.fee_items.all()}
    tariff = east.tariffs.first()
    page = staff.get(f"/admin/billing/tariff/{tariff.pk}/change/").content.decode()
    assert options(page, "fee_item") == {str(item.pk) for item in east.fee_items.all()}
    assert options(page, "community") == {str(east.pk)}


def test_another_communitys_fee_item_in_the_form_is_no_choice(
    staff: Client, two: tuple[Community, Community]
):
    east, west = two
    form = {
        "community": str(west.pk),  # the page is east's; what the form claims changes nothing
        "fee_item": str(west.fee_items.first().pk),
        "rule": "per_area",
        "rate": "9",
        "valid_from": "2027-01-01",
        "act_reason": "decided by the owners",
    }
    page = staff.post(f"/admin/billing/tariff/add/?community={east.pk}", form)
    assert page.status_code == 200
    assert not Tariff.objects.filter(rate=9).exists()
    form["fee_item"] = str(east.fee_items.first().pk)
    assert staff.post(f"/admin/billing/tariff/add/?community={east.pk}", form).status_code == 302
    assert Tariff.objects.get(rate=9).community == east


def test_suggestions_of_units_are_the_communitys(staff: Client, two: tuple[Community, Community]):
    _, west = two
    page = staff.get(f"/admin/estate/resident/add/?community={west.pk}").content.decode()
    [address] = re.findall(r'data-ajax--url="([^"]+)"', page)
    asked = {"app_label": "estate", "model_name": "occupancy", "field_name": "unit", "term": "1-"}
    found = staff.get(f"{address}&{'&'.join(f'{k}={v}' for k, v in asked.items())}").json()
    assert {row["id"] for row in found["results"]} == {str(u.pk) for u in west.units.all()}


def test_occupancies_typed_under_a_unit_belong_to_its_community(staff: Client):
    village = create_village()
    unit = village.units.first()
    resident = Resident.objects.create(community=village, name="李雷")
    form = {
        "building": str(unit.building_id),
        "entrance": "1",
        "room": "101",
        "code": unit.code,
        "label_zh": "甲",
        "label_en": "A",
        "area_m2": "50",
        "kind": "home",
        "state": "occupied",
        "occupancies-TOTAL_FORMS": "1",
        "occupancies-INITIAL_FORMS": "0",
        "occupancies-0-resident": str(resident.pk),
        "occupancies-0-role": "tenant",
    }
    answer = staff.post(f"/admin/estate/unit/{unit.pk}/change/", form)
    assert answer.status_code == 302, answer.content.decode()
    assert unit.occupancies.get(role="tenant").community == village


@pytest.mark.parametrize(
    ("address", "changes", "named"),
    [
        ("billing/meterreading", {"period": "十一月"}, "2026-11 这样的年和月"),
        ("billing/meterreading", {"period": "2026-13"}, "2026-11 这样的年和月"),
        ("billing/meterreading", {"counter": "-5"}, "errorlist"),
        ("billing/meterreading", {"counter": "1"}, "读数小于 2026-11"),
        ("fleet/kiosk", {"code": "大堂"}, "大写字母开头"),
        ("fleet/kiosk", {"code": "K-3"}, "大写字母开头"),
        ("billing/latefeepolicy", {"daily_rate": "5"}, "errorlist"),
        ("estate/resident", {"phone": "请打物业"}, "电话号码只含数字"),
    ],
)
def test_each_field_is_checked(staff: Client, address: str, changes: dict[str, str], named: str):
    village = create_village()
    village.late_fee_policy.delete()
    good = {
        "billing/meterreading": {
            "meter": str(village.meters.first().pk),
            "period": "2026/12",
            "counter": "30000",
            "read_on": "2026-12-01",
        },
        "fleet/kiosk": {"code": "K09", "location_zh": "大堂", "location_en": "Lobby"},
        "billing/latefeepolicy": {
            "daily_rate": "0.0005",
            "grace_days": "0",
            "cap": "0.3",
            "act_reason": "decided by the owners",
        },
        "estate/resident": {
            "name": "王芳",
            "phone": "138 0000 1201",
            "occupancies-TOTAL_FORMS": "1",
            "occupancies-INITIAL_FORMS": "0",
            "occupancies-0-unit": str(village.units.first().pk),
            "occupancies-0-role": "owner",
            "contacts-TOTAL_FORMS": "0",
            "contacts-INITIAL_FORMS": "0",
        },
    }[address]
    page = staff.post(f"/admin/{address}/add/", {**good, **changes})
    assert page.status_code == 200
    assert named in page.content.decode()
    assert staff.post(f"/admin/{address}/add/", good).status_code == 302


def test_the_period_is_kept_in_one_spelling(staff: Client):
    village = create_village()
    reading = MeterReading(
        community=village,
        meter=village.meters.first(),
        period="2026年12月",
        counter=Decimal(30_000),
        read_on=date(2026, 12, 1),
    )
    reading.full_clean()
    reading.save()
    assert MeterReading.objects.filter(period="2026-12").exists()


def test_the_database_refuses_what_the_forms_refuse():
    village = create_village()
    wrong = [
        (MeterReading, {"counter": Decimal(-5)}),
        (MeterReading, {"period": "十一月"}),
        (Tariff, {"rate": Decimal(-1)}),
        (Unit, {"area_m2": Decimal(-1)}),
    ]
    for model, change in wrong:
        [row] = model.objects.filter(community=village)[:1]
        with pytest.raises(IntegrityError), transaction.atomic():
            model.objects.filter(pk=row.pk).update(**change)
    with pytest.raises(IntegrityError), transaction.atomic():
        Notice.objects.create(
            community=village,
            title_zh="停水",
            title_en="No water",
            show_from=date(2026, 12, 1),
            show_until=date(2026, 11, 30),
        )


def test_deleting_a_community_is_refused_at_once(staff: Client):
    village = create_village()
    issue(village)
    address = f"/admin/estate/community/{village.pk}/delete/"
    kinds, asked = sum(map(is_tenant, apps.get_models())), []
    for period in ("2026-11", "2026-12"):  # each brings three bills with all that hangs on them
        with CaptureQueriesContext(connection) as queries:
            page = staff.get(address).content.decode()
        asked.append(len(queries))
        issue(village, period)
    assert "房屋: 3" in page
    assert (
        asked[0] == asked[1] <= kinds + 12
    )  # one for each kind of row, however many rows there are
    assert staff.post(address, {"post": "yes"}).status_code in (200, 403)
    chosen = {"action": "delete_selected", "_selected_action": [village.pk], "post": "yes"}
    staff.post("/admin/estate/community/", chosen)
    assert Community.objects.filter(pk=village.pk).exists()
    with pytest.raises(ProtectedError):
        village.delete()


def test_an_empty_community_can_be_deleted(staff: Client):
    empty = Community.objects.create(code="empty", name_zh="空", name_en="Empty", office_phone="1")
    staff.post(f"/admin/estate/community/{empty.pk}/delete/", {"post": "yes"})
    assert not Community.objects.filter(pk=empty.pk).exists()


@pytest.mark.skipif(connection.vendor != "postgresql", reason="only PostgreSQL keeps plans")
def test_what_new_rows_name_is_found_by_its_key_however_small_its_table_was(two):
    """The first rows of a table are checked while it is empty, and that plan stays with the session."""
    ours = two[0]
    account = Account.objects.create(community=ours, code="credit", kind="liability")
    with connection.cursor() as cursor, transaction.atomic():
        cursor.execute("ANALYZE ledger_transaction")
        before = _whole_reads(cursor, "ledger_transaction")
        Entry.objects.create(community=ours, account=account, transaction_id=7, amount_minor=1)
        assert _whole_reads(cursor, "ledger_transaction") == before
        transaction.set_rollback(True)  # there is no transaction 7


def _whole_reads(cursor, table: str) -> int:
    cursor.execute("SELECT seq_scan FROM pg_stat_xact_user_tables WHERE relname = %s", [table])
    return cursor.fetchone()[0]
