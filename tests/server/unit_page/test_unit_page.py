"""One page says what is known of a unit, to each person what the person's roles let be seen."""

from datetime import date

import pytest
from django.test import Client

from server.billing.settlement import Part, receive_as_credit, settle
from server.billing.voiding import void_by
from server.estate.models import Occupancy, Resident, Vehicle
from server.estate.occupancy import change_owner, move_in
from server.staff.people import Person
from server.staff.roles import Role
from server.unit_page import views
from server.workplace.search import find
from tests.server.staff_accounts import create_person, create_staff, signed_in
from tests.server.village import NOW, TODAY, bill_of, create_village, issue

pytestmark = pytest.mark.django_db


@pytest.fixture
def village(monkeypatch: pytest.MonkeyPatch):
    """1-1-101 with two bills, one of them late, one paid; a sold flat; credit."""
    monkeypatch.setattr(views.timezone, "now", lambda: NOW)
    made = create_village()
    issue(made, "2026-10", due=date(2026, 11, 1))
    issue(made, "2026-11", due=date(2026, 12, 31))
    unit = made.units.get(code="1-1-101")
    change_owner(
        unit, Resident.objects.create(community=made, name="孙悟空"), since=date(2026, 11, 1)
    )
    tenant = Resident.objects.create(community=made, name="Anna Schmidt")
    move_in(unit, tenant, Occupancy.Role.TENANT, since=date(2027, 1, 1))
    Vehicle.objects.create(community=made, unit=unit, plate="浙A12345")
    receive_as_credit(unit, 5_600, method="desk", payment_id="p1", at=NOW)
    return made


def text_of(client: Client, unit) -> str:
    answer = client.get(f"/staff/units/{unit.pk}/")
    assert answer.status_code == 200
    return answer.content.decode()


def test_what_is_owed_and_who_lives_there(village):
    unit = village.units.get(code="1-1-101")
    bill = bill_of(village, period="2026-11")
    settle(
        unit, [Part(bill, bill.amount_minor)], method="desk", payment_id="p2", paid_on=TODAY, at=NOW
    )
    text = text_of(signed_in(create_staff("company")), unit)
    late = bill_of(village)
    assert late.number in text and bill.number in text
    assert "￥56.00" in text and "含违约金" in text and "应于 2026-11-01 前缴" in text
    now, former = text.index("孙*空"), text.index("王*明")
    assert now < former and text.count("缴费人") == 1
    assert "今天不在此" in text and "孙悟空" not in text
    assert "B2-117" in text and "浙A12345" in text


def test_what_people_did_with_it_is_told(village):
    unit = village.units.get(code="1-1-101")
    void_by(Person("李会计"), bill_of(village), "面积登记错了", at=NOW)
    text = text_of(signed_in(create_staff("company")), unit)
    assert "李会计" in text and "面积登记错了" in text


@pytest.mark.parametrize(
    ("role", "seen", "hidden"),
    [
        (
            Role.TECHNICIAN,
            ("B2-117", "没有自己的表"),
            ("孙*空", "今天欠费", "浙A12345", "操作记录"),
        ),
        (Role.COLLECTOR, ("孙*空", "今天欠费"), ("操作记录",)),
        (Role.AUDITOR, ("孙*空", "今天欠费", "操作记录"), ()),
    ],
)
def test_each_role_sees_its_own_part(village, role, seen, hidden):
    client = signed_in(create_person("li", (village, role)))
    text = text_of(client, village.units.get(code="1-1-101"))
    assert all(word in text for word in seen) and not any(word in text for word in hidden)


def test_a_unit_of_another_community_is_not_found(village):
    other = create_village("other")
    client = signed_in(create_person("li", (other, Role.ADMINISTRATOR)))
    assert client.get(f"/staff/units/{village.units.first().pk}/").status_code == 404
    assert Client().get(f"/staff/units/{village.units.first().pk}/").status_code == 302


def test_the_questions_do_not_grow_with_the_bills(village, django_assert_max_num_queries):
    client = signed_in(create_staff("company"))
    unit = village.units.get(code="1-1-102")
    for month in range(1, 10):
        issue(village, f"2026-0{month}")
    with django_assert_max_num_queries(31):
        text_of(client, unit)


def test_an_empty_unit(village):
    unit = village.units.get(code="1-2-101")
    text = text_of(signed_in(create_staff("company")), unit)
    assert "没有自己的表" in text and "没有车位" in text and "还没有在终端缴费" in text
    assert unit.get_absolute_url() == f"/staff/units/{unit.pk}/"


def test_the_search_leads_to_the_page(village):
    unit = village.units.get(code="1-1-101")
    person = create_person("li", (village, Role.COLLECTOR))
    [group] = [g for g in find(person, "1-1-101") if g.hits[0].title == unit.code]
    assert group.hits[0].link == f"/staff/units/{unit.pk}/"
