"""A community's zone and currency: from the tables, mistakes named; one wrong row harms no other."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.test import Client

from contract.unit_code import DEFAULT
from server.alerts.models import Alert
from server.estate.models import Community
from server.estate.numbering_form import fields_of
from server.fleet.fleet_page import Asked, overview
from server.payments import sweeper, timing
from server.payments.models import PaymentOrder
from tests.server.payments import world
from tests.server.village import NOW, create_village
from tests.server.without_guards import without_guards

NUMBERING = fields_of(DEFAULT, "numbering")
pytestmark = pytest.mark.django_db


def posted(staff: Client, **changes: str) -> tuple[int, str]:
    """What the back office answers to the form of a new community."""
    form = {
        "code": "new",
        "name_zh": "新村",
        "name_en": "New",
        "currency": "CNY",
        "time_zone": "Asia/Shanghai",
        "office_phone": "1",
        "late_success": "refund",
        "top_up_max_minor": "0",
        "part_min_minor": "0",
        **NUMBERING,
    }
    answer = staff.post("/admin/estate/community/add/", {**form, **changes})
    return answer.status_code, answer.content.decode()


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"time_zone": "Asia/Beijing"}, "请改为 Asia/Shanghai"),
        ({"time_zone": "UTC+8"}, "请改为 Asia/Shanghai"),
        ({"time_zone": "China"}, "请改为 Asia/Shanghai"),
        ({"time_zone": "Mars"}, "请从列表中选择"),
        ({"currency": "RMB"}, "请改为 CNY"),
        ({"currency": "¥"}, "请改为 CNY"),
        ({"currency": "ABC"}, "请从列表中选择"),
    ],
)
def test_the_form_names_the_mistake(staff: Client, changes: dict[str, str], named: str):
    status, page = posted(staff, **changes)
    assert (status, named in page) == (200, True)
    assert not Community.objects.filter(code="new").exists()


def test_the_form_puts_spelling_right(staff: Client):
    status, page = posted(staff, time_zone="asia/shanghai ", currency="cny")
    made = Community.objects.get(code="new")
    assert (status, made.time_zone, made.currency) == (302, "Asia/Shanghai", "CNY"), page


@pytest.mark.parametrize("wrong", [{"time_zone": "Asia/Beijing"}, {"currency": "RMB"}])
def test_no_row_is_made_without_a_form_either(wrong: dict[str, str]):
    with pytest.raises(ValidationError):
        Community.objects.create(code="new", name_zh="新", name_en="New", **wrong)


def test_the_database_refuses_a_currency_written_around_the_model():
    create_village()
    with pytest.raises(IntegrityError), transaction.atomic():
        written("currency", "ABC", "village")


def written(column: str, value: str, code: str) -> None:
    """As somebody at the database's own prompt would."""
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE estate_community SET {column} = %s WHERE code = %s", [value, code])


def broken_community() -> Community:
    broken = create_village("broken")
    written("time_zone", "Asia/Beijing", "broken")
    return broken


def test_a_broken_community_is_shown_as_such_beside_the_others(staff: Client):
    broken_community()
    create_village("whole")
    every = Community.objects.all()
    found = overview(NOW, every, every, Asked())
    assert [name.en for name in found.unreadable] == ["Village"]
    assert [c.code for c in found.communities] == ["broken", "whole"]
    page = staff.get("/staff/fleet/")
    assert page.status_code == 200
    assert "这个小区的资料有误" in page.content.decode()


def test_the_form_of_a_broken_community_opens_and_mends_it(staff: Client):
    broken = broken_community()
    address = f"/admin/estate/community/{broken.pk}/change/"
    assert staff.get(address).status_code == 200
    form = {
        "code": "broken",
        "name_zh": "村",
        "name_en": "V",
        "currency": "CNY",
        "time_zone": "Asia/Shanghai",
        "office_phone": "1",
        "late_success": "refund",
        "top_up_max_minor": "0",
        "part_min_minor": "0",
        **NUMBERING,
    }
    assert staff.post(address, form).status_code == 302
    every = Community.objects.all()
    assert not overview(NOW, every, every, Asked()).unreadable


def test_a_sweep_tells_of_the_orders_of_a_broken_community_and_of_the_others():
    """The broken one is the first that is due."""
    created = NOW - timing.UNKNOWN_ALERT_AFTER - timedelta(hours=1)
    for position, code in enumerate(("broken", "whole")):
        village = create_village(code)
        PaymentOrder.objects.create(
            payment_id=f"01900000-0000-7000-8000-00000000000{position}",
            community=village,
            unit=village.units.get(code="1-1-101"),
            kiosk_id=str(world.KIOSK_ID),
            kiosk_code="K03",
            reference=f"K03-00000{position}",
            method="card",
            state="unknown",
            bills=[{"number": "B1", "amount_minor": 100}],
            amount_minor=100,
            currency="CNY",
            request_hash="",
            out_trade_no=f"{position}",
            created_at=created,
            received_at=created,
            changed_at=created,
            next_poll_at=created + timedelta(seconds=position),
            reason="lost",
        )
    with without_guards():
        written("time_zone", "Asia/Beijing", "broken")
    assert sweeper.sweep(NOW) == 2
    told = Alert.objects.values_list("community__code", "subject")
    assert set(told) == {("broken", "K03-000000"), ("whole", "K03-000001")}
