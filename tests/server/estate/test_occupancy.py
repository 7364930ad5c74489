"""Who pays for a unit on a day; people move in and out, and what was stays known."""

from datetime import date

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from server.billing.bill_pdf import render
from server.billing.unit_accounts import account_of
from server.estate import occupancy
from server.estate.models import Community, Occupancy, Resident, Unit
from server.estate.occupancy import MoveRefused, change_owner, move_in, move_out, payer
from tests.server.billing.test_bill_pdf import text_of
from tests.server.village import TODAY, bill_of, create_village, issue

pytestmark = pytest.mark.django_db
JANUARY, FEBRUARY, MARCH = date(2027, 1, 1), date(2027, 2, 1), date(2027, 3, 1)


@pytest.fixture
def village() -> Community:
    return create_village()


@pytest.fixture
def unit(village: Community) -> Unit:
    return village.units.get(code="1-1-101")


def resident(village: Community, name: str) -> Resident:
    return Resident.objects.create(community=village, name=name)


def named(unit: Unit, day: date) -> str:
    found = payer(unit, day)
    return found.name if found else ""


def test_a_tenant_pays_from_a_day_and_the_owner_again_after(village: Community, unit: Unit):
    tenant = move_in(
        unit, resident(village, "租户"), Occupancy.Role.TENANT, since=JANUARY, pays_from=FEBRUARY
    )
    assert named(unit, JANUARY) == "王小明"
    assert named(unit, FEBRUARY) == "租户"
    move_out(tenant, date(2027, 2, 28))
    assert (named(unit, date(2027, 2, 28)), named(unit, MARCH)) == ("租户", "王小明")


def test_who_lives_there_and_does_not_pay_is_no_payer(village: Community, unit: Unit):
    move_in(unit, resident(village, "女儿"), Occupancy.Role.FAMILY, since=JANUARY, pays=False)
    assert named(unit, MARCH) == "王小明"
    assert occupancy.occupants(unit, MARCH).count() == 2
    assert occupancy.occupants(unit, TODAY).count() == 1


def test_the_kiosk_and_the_bill_name_who_pays_then(village: Community, unit: Unit):
    issue(village)
    change_owner(unit, resident(village, "孙悟空"), since=date(2026, 11, 1))
    assert account_of(unit, TODAY).payer == "孙*空"
    assert account_of(unit, date(2026, 10, 31)).payer == "王*明"
    bill = bill_of(village)  # issued on 1 October: the debt of who paid then
    assert "王*明" in text_of(render(bill, TODAY)) and "孙*空" not in text_of(render(bill, TODAY))


def test_a_change_of_owner_ends_the_old_ones_and_leaves_the_tenant(village: Community, unit: Unit):
    tenant = move_in(unit, resident(village, "租户"), Occupancy.Role.TENANT, pays=False)
    change_owner(unit, resident(village, "孙悟空"), since=FEBRUARY, pays_from=MARCH)
    old = unit.occupancies.get(resident__name="王小明")
    assert old.until == date(2027, 1, 31)
    assert named(unit, date(2027, 1, 31)) == "王小明"
    assert named(unit, date(2027, 2, 15)) == ""  # nobody pays in between: that is seen, not guessed
    assert named(unit, MARCH) == "孙悟空"
    tenant.refresh_from_db()
    assert tenant.until is None


def test_nobody_moves_in_twice_or_out_before_they_came(village: Community, unit: Unit):
    new = move_in(unit, resident(village, "孙悟空"), since=FEBRUARY)
    with pytest.raises(MoveRefused):
        move_in(unit, new.resident, since=MARCH)
    with pytest.raises(MoveRefused):
        move_out(new, JANUARY)
    move_out(new, MARCH)
    with pytest.raises(MoveRefused):
        move_out(new, MARCH)
    move_in(unit, new.resident, since=date(2027, 6, 1))  # who left may come again
    assert unit.occupancies.filter(resident=new.resident).count() == 2


def test_the_database_keeps_what_was(village: Community, unit: Unit):
    with pytest.raises(IntegrityError), transaction.atomic():
        Occupancy.objects.filter(unit=unit).delete()
    with pytest.raises(IntegrityError), transaction.atomic():
        Occupancy.objects.filter(unit=unit).update(since=MARCH, until=JANUARY)
    with pytest.raises(IntegrityError), transaction.atomic():
        Occupancy.objects.filter(unit=unit).update(pays=False, pays_from=MARCH)


def test_payers_of_many_units_are_one_question(village: Community):
    units = list(village.units.all())
    with CaptureQueriesContext(
        connection,
    ) as asked:
        assert len(occupancy.payers(units, TODAY)) == 3
    assert len(asked) == 1


class AnyHistory(TestCase):
    """Against the rule said in plain words."""

    @settings(deadline=None, max_examples=40)
    @given(
        st.lists(
            st.tuples(
                st.integers(1, 9) | st.none(), st.integers(0, 9) | st.none(), st.integers(0, 4)
            ),
            max_size=4,
        ),
        st.integers(1, 20),
    )
    def test_the_last_who_began_to_pay_pays(self, rows, day):
        village = create_village()
        unit = village.units.get(code="1-2-101")
        Occupancy.objects.filter(unit=unit).update(pays=False)
        best, best_from = "", date.min
        for number, (since, lasts, pays_after) in enumerate(rows):
            begins = None if since is None else date(2027, 1, since)
            until = None if lasts is None else date(2027, 1, (since or 1) + lasts)
            pays_from = None if begins is None else date(2027, 1, since + pays_after)
            row = move_in(unit, resident(village, f"甲{number}"), since=begins, pays_from=pays_from)
            Occupancy.objects.filter(pk=row.pk).update(until=until)
            today = date(2027, 1, day)
            lives = (begins or date.min) <= today <= (until or date.max)
            if lives and (pays_from or date.min) <= today:
                starts = pays_from or date.min
                if not best or starts > best_from:
                    best, best_from = row.resident.name, starts
        assert named(unit, date(2027, 1, day)) == best
