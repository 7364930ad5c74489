"""People move: occupancies, readings, and whose debt the open bills are, all or nothing."""

from datetime import UTC, date, datetime

import pytest
from django.test import Client
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from server.billing.debtors import debtors
from server.billing.meters import Meter, MeterReading, MeterScope
from server.billing.models import BillDebtor, FeeItem
from server.billing.unit_accounts import account_of
from server.estate import occupancy
from server.estate.models import Community, Occupancy, Resident, Unit
from server.staff.models import Act
from server.staff.roles import Role
from tests.server.staff_accounts import create_person, signed_in
from tests.server.village import create_village, issue

pytestmark = pytest.mark.django_db
READ = datetime(2026, 11, 1, tzinfo=UTC)


@pytest.fixture
def village() -> Community:
    made = create_village()
    for period in ("2026-10", "2026-11"):
        issue(made, period)
    return made


@pytest.fixture
def unit(village: Community) -> Unit:
    return village.units.get(code="1-1-101")


@pytest.fixture
def clerk(village: Community) -> Client:
    return signed_in(create_person("li", (village, Role.COLLECTOR)))


def meter_of(unit: Unit) -> Meter:
    meter = Meter.objects.create(
        community=unit.community,
        fee_item=FeeItem.objects.filter(community=unit.community).first(),
        scope=MeterScope.UNIT,
        unit=unit,
        code="W101",
    )
    MeterReading.objects.create(
        community=unit.community, meter=meter, period="2026-10", counter=100, read_on=READ
    )
    return meter


def page(unit: Unit) -> str:
    return f"/staff/units/{unit.pk}/move/"


def sold(unit: Unit, **more: str) -> dict[str, str]:
    owner = unit.occupancies.get()
    form = {"day": "2026-11-21", "leaves": str(owner.pk), "name": "赵新 ", "phone": "13800009999"}
    form |= {"role": "owner", "pays": "on", "pays_from": "2026-12-01", "reason": "过户"}
    return {name: value for name, value in (form | more).items() if value}


def test_a_new_owner_takes_over_some_bills_and_the_old_one_keeps_the_rest(clerk, unit):
    old, (october, november) = occupancy.payer(unit, date(2026, 11, 1)), unit.bills.order_by("pk")
    meter = meter_of(unit)
    form = sold(unit, **{f"counter-{meter.pk}": "120.5", f"owes-{november.pk}": "came"})
    assert clerk.post(page(unit), form).status_code == 302
    new = Resident.objects.get(name="赵新")
    assert Occupancy.objects.get(unit=unit, resident=old).until == date(2026, 11, 20)
    came = Occupancy.objects.get(unit=unit, resident=new)
    assert (came.role, came.since, came.pays_from) == (
        "owner",
        date(2026, 11, 21),
        date(2026, 12, 1),
    )
    assert debtors([october, november]) == {october.pk: old, november.pk: new}
    read = MeterReading.objects.get(meter=meter, period="2026-11")
    assert (read.counter, read.read_on) == (120.5, date(2026, 11, 21))
    act = Act.objects.get(act="people_moved")
    assert (act.reason, act.subject_id, act.after["meters"]["W101"]["counter"]) == (
        *("过户", unit.code),
        "120.5",
    )
    assert act.after["debts"] == {october.number: old.pk, november.number: new.pk}
    # Both find them at the kiosk: they are the unit's.
    assert len(account_of(unit, date(2026, 12, 1)).bills) == 2
    shown = clerk.get(unit.get_absolute_url()).content.decode()
    assert shown.count("欠 ") == 2 and new.masked_name in shown


def test_debts_stay_whose_they_were_also_of_the_month_of_the_move(clerk, unit):
    old = occupancy.payer(unit, date(2026, 11, 1))
    clerk.post(page(unit), sold(unit, pays_from="2026-11-21"))
    assert set(debtors(unit.bills.all()).values()) == {old}


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"leaves": "", "name": ""}, "请选择谁迁出"),
        ({"pays_from": "2026-11-01"}, "不能早于"),
        ({"reason": " "}, "必填"),
        ({"name": "", "phone": ""}, "没有人迁入"),
        ({"leaves": "999999"}, "999999"),
        ({"role": ""}, "业主、租户或家人"),
        ({"day": "tomorrow"}, "日期"),
        ({"phone": "x"}, "电话"),
    ],
)
def test_what_cannot_be_is_said_and_nothing_is_done(clerk, unit, more, said):
    bill = unit.bills.first()
    answer = clerk.post(page(unit), sold(unit, **{f"owes-{bill.pk}": "came"} | more))
    assert answer.status_code == 200 and said in answer.content.decode()
    assert not Act.objects.filter(act="people_moved").exists()
    assert unit.occupancies.get().until is None and not BillDebtor.objects.exists()


def test_a_reading_that_cannot_be_takes_the_whole_move_back(clerk, unit):
    meter = meter_of(unit)
    answer = clerk.post(page(unit), sold(unit, **{f"counter-{meter.pk}": "20"}))
    assert "W101" in answer.content.decode() and unit.occupancies.count() == 1


def test_a_later_reading_of_the_month_stays(clerk, unit):
    meter = meter_of(unit)
    MeterReading.objects.create(
        community=unit.community,
        meter=meter,
        period="2026-11",
        counter=130,
        read_on=date(2026, 11, 30),
    )
    assert clerk.post(page(unit), sold(unit, **{f"counter-{meter.pk}": "120"})).status_code == 302
    assert MeterReading.objects.get(meter=meter, period="2026-11").counter == 130
    assert Act.objects.get(act="people_moved").after["meters"]["W101"]["counter"] == "120"


def test_a_tenant_moves_in_and_out_again(clerk, unit):
    form = {"day": "2026-11-21", "name": "李雷", "role": "tenant", "pays": "on", "reason": "出租"}
    clerk.post(page(unit), form)
    tenant = Occupancy.objects.get(unit=unit, role="tenant")
    assert occupancy.payer(unit, date(2026, 11, 21)) == tenant.resident
    clerk.post(page(unit), {"day": "2026-12-01", "leaves": str(tenant.pk), "reason": "退租"})
    assert occupancy.payer(unit, date(2026, 12, 1)) == unit.occupancies.get(role="owner").resident


@pytest.mark.parametrize("role", [Role.TECHNICIAN, Role.AUDITOR, Role.APPROVER])
def test_only_who_changes_residents(village, unit, role):
    client = signed_in(create_person("x", (village, role)))
    assert client.get(page(unit)).status_code == 403
    assert client.post(page(unit), sold(unit)).status_code == 403


def test_another_communitys_unit_is_not_found(clerk):
    other = create_village("other").units.first()
    assert clerk.get(page(other)).status_code == 404


class TestManyDays(TestCase):
    """The payer on a day is the same asked for one day or for many."""

    @settings(deadline=None, max_examples=30)
    @given(
        st.lists(
            st.tuples(
                st.none() | st.integers(1, 20),
                st.none() | st.integers(0, 10),
                st.none() | st.integers(0, 10),
                st.booleans(),
            ),
            max_size=4,
        )
    )
    def test_payers_on_many_days(self, spans):
        community = Community.objects.first() or create_village()
        unit = community.units.first()
        for number, (since, length, pays_after, pays) in enumerate(spans):
            begin = date(2026, 11, since) if since else None
            Occupancy.objects.create(
                community=community,
                unit=unit,
                resident=Resident.objects.create(community=community, name=f"人{number}"),
                since=begin,
                until=date(2026, 11, since + length) if since and length is not None else None,
                pays=pays,
                pays_from=date(2026, 11, (since or 1) + pays_after)
                if pays and pays_after is not None
                else None,
            )
        days = [(unit.pk, date(2026, 11, day)) for day in range(1, 31)]
        one_by_one = {
            (unit.pk, day): payer
            for _, day in days
            if (payer := occupancy.payer(unit, day)) is not None
        }
        assert occupancy.payers_on(days) == one_by_one
