"""The walk through a building with a phone."""

import pytest
from django.test import Client

from server.billing.meters import Meter, MeterReading
from server.estate.models import Building, Community
from server.staff.models import Act
from server.staff.roles import Role
from tests.server.billing_runs.hamlet import create_hamlet
from tests.server.staff_accounts import create_person, signed_in

pytestmark = pytest.mark.django_db
ADDRESS = "/staff/billing/readings/"


@pytest.fixture
def hamlet() -> Community:
    return create_hamlet(rooms=11)


def page(client: Client, building: Building, period: str = "2027-01") -> str:
    answer = client.get(ADDRESS, {"building": building.pk, "period": period})
    assert answer.status_code == 200
    return answer.content.decode()


def test_meters_come_in_walking_order(hamlet: Community):
    reader = signed_in(create_person("reader", (hamlet, Role.TECHNICIAN)))
    shown = page(reader, hamlet.buildings.get(code="1"))
    places = [shown.index(f">{code}<") for code in ("L1", "W1-1-101", "W1-1-109", "W1-1-111")]
    assert places == sorted(places)
    assert "W2-1-101" not in shown and "12 块表中还有 12 块未抄" in shown


def test_what_was_typed_is_taken_and_what_was_wrong_is_said(hamlet: Community):
    reader = signed_in(create_person("reader", (hamlet, Role.TECHNICIAN)))
    building = hamlet.buildings.get(code="1")
    pks = {code: Meter.objects.get(code=code).pk for code in ("W1-1-101", "W1-1-102", "W1-1-103")}
    form = {
        "building": building.pk,
        "period": "2027-01",
        f"counter-{pks['W1-1-101']}": "170.5",
        f"counter-{pks['W1-1-102']}": "20",
        f"counter-{pks['W1-1-103']}": "much",
    }
    answer = reader.post(ADDRESS, form)
    text = answer.content.decode()
    assert answer.status_code == 200 and "读数小于 2026-12" in text and "请填写数字" in text
    assert 'value="20"' in text and "已保存 1 个读数" in text
    assert [str(r.counter) for r in MeterReading.objects.filter(period="2027-01")] == ["170.50"]
    form = {"building": building.pk, "period": "2027-01", f"counter-{pks['W1-1-102']}": "999"}
    text = reader.post(ADDRESS, form, follow=True).content.decode()
    assert "其中 1 个异常，待复核" in text
    form = {"building": building.pk, "period": "2027-01", f"sure-{pks['W1-1-102']}": "on"}
    reader.post(ADDRESS, form)
    assert not MeterReading.objects.filter(in_review=True).exists()
    assert Act.objects.filter(act="meter_read", person_name="reader").count() == 3


def test_the_rest_is_estimated(hamlet: Community):
    reader = signed_in(create_person("reader", (hamlet, Role.TECHNICIAN)))
    building = hamlet.buildings.get(code="1")
    form = {"building": building.pk, "period": "2027-01", "act": "estimate"}
    assert "已估抄 12 个读数" in reader.post(ADDRESS, form, follow=True).content.decode()
    assert MeterReading.objects.filter(period="2027-01", estimated=True).count() == 12


def test_who_may_only_look(hamlet: Community):
    auditor = signed_in(create_person("auditor", (hamlet, Role.AUDITOR)))
    building = hamlet.buildings.get(code="1")
    assert "保存读数" not in page(auditor, building)
    form = {"building": building.pk, "period": "2027-01", "act": "estimate"}
    assert auditor.post(ADDRESS, form).status_code == 403
    other = create_hamlet("other").buildings.get(code="1")
    assert "W1-1-101" not in page(auditor, other)
    assert auditor.post(ADDRESS, {**form, "building": other.pk}).status_code == 403
    assert not MeterReading.objects.filter(period="2027-01").exists()
