"""Credit of a unit that was merged is that of the unit which stays, whenever it comes or goes."""

from datetime import date, timedelta

import pytest
from django.db import connection

from contract.journal_hash import GENESIS
from contract.messages import Method, PaymentState
from server.billing import credit
from server.billing.unit_accounts import credit_minor, find_unit
from server.counter import credit_movements
from server.estate.models import Community, LateSuccess, Unit
from server.ledger.posting import balance
from server.moves.regroup_checks import RegroupImpossible
from server.moves.regrouping import Merge, merge
from server.payments import inquiry, sweeper, transitions
from server.payments.decisions.outside_refund import settle_outside
from server.payments.initiation import start
from server.payments.models import BorneBy
from server.payments.verification import verify_books
from server.staff.people import Person
from tests.server.payments import world as worlds
from tests.server.payments.charges import later, order
from tests.server.payments.journal.test_intake import KioskJournal, record, take
from tests.server.payments.test_from_credit import deposit, wanted
from tests.server.payments.test_outside_refunds import goes_back
from tests.server.payments.test_top_up import pays, wish
from tests.server.payments.world import NOW, TODAY
from tests.server.simultaneous import together

CLERK, SUM = Person("clerk"), 50_000


@pytest.fixture
def stays(world) -> Unit:
    return worlds.unit(world.community, "1202")


def merged(unit: Unit, into: Unit, day: date = date(2026, 12, 1), days: int = 0) -> None:
    area = unit.area_m2 + into.area_m2
    asked = Merge(day=day, others=(unit.pk,), area_m2=area, code=into.code)
    merge(into, asked, CLERK, "one flat now", at=NOW + timedelta(days=days))


def held(world, stays) -> tuple[int, int]:
    """What the books say of both, below nought for what is owed."""
    units = (world.unit, stays)
    return tuple(-balance(world.community.pk, "credit", unit_id=unit.pk) for unit in units)


def test_what_was_being_paid_in_is_credit_of_the_unit_that_stays(world, stays):
    start(world.caller, wish(world, SUM), NOW)
    merged(world.unit, stays)
    pays(world)
    assert held(world, stays) == (0, SUM) and verify_books() == []
    [movement] = credit_movements.of(stays)
    assert movement.number == order().reference and credit_movements.of(world.unit) == []


def test_so_is_what_is_paid_in_before_the_day_on_which_it_ends(world, stays):
    merged(world.unit, stays)
    assert find_unit(world.community, world.unit.code) == world.unit
    start(world.caller, wish(world, SUM), NOW)
    pays(world)
    assert held(world, stays) == (0, SUM)


def test_and_what_a_clerk_takes_in(world, stays):
    merged(world.unit, stays)
    deposit(world, SUM)
    assert held(world, stays) == (0, SUM) and verify_books() == []


def test_it_follows_from_unit_to_unit(world, stays):
    start(world.caller, wish(world, SUM), NOW)
    merged(world.unit, stays)
    last = worlds.unit(world.community, "1203")
    merged(stays, last, date(2027, 1, 1), 30)
    pays(world)
    assert held(world, last) == (0, SUM) and verify_books() == []


def test_late_money_follows(world, stays):
    Community.objects.update(late_success=LateSuccess.CREDIT)
    start(world.caller, world.request(), NOW)
    inquiry.cancel(order(), later(5))
    merged(world.unit, stays)
    world.channel.pays(order().out_trade_no)
    inquiry.check(order(), later(60))
    sweeper.sweep(later(120))
    assert held(world, stays) == (0, 66416) and verify_books() == []


def test_what_went_back_is_taken_from_where_the_credit_is(world, stays):
    start(world.caller, wish(world, SUM), NOW)
    pays(world)
    merged(world.unit, stays)
    assert held(world, stays) == (0, SUM)
    transitions.apply_reversed(order().payment_id, "refunded", later(300))
    assert held(world, stays) == (0, 0) and verify_books() == []


def test_a_part_that_went_back_is_borne_by_the_credit_where_it_is(world, stays):
    start(world.caller, wish(world, SUM), NOW)
    pays(world)
    merged(world.unit, stays)
    goes_back(world, 20_000)
    sweeper.sweep(NOW + timedelta(days=1, seconds=60))
    settle_outside(order().payment_id, CLERK, "x", later(90_000), bearer=BorneBy.CREDIT)
    assert held(world, stays) == (0, 30_000) and verify_books() == []


def test_what_a_kiosk_used_before_and_a_restored_server_learns_later(world, stays):
    deposit(world)
    merged(world.unit, stays)
    used = record(world, PaymentState.APPROVED, 2, method=Method.CREDIT, card=None)
    take(world, KioskJournal().tells(used).entries, 0, GENESIS)
    assert held(world, stays) == (0, 0) and verify_books() == []


def test_a_unit_that_owes_credit_is_not_merged_away(world, stays):
    used = record(world, PaymentState.APPROVED, 2, method=Method.CREDIT, card=None)
    take(world, KioskJournal().tells(used).entries, 0, GENESIS)
    with pytest.raises(RegroupImpossible):
        merged(world.unit, stays)
    deposit(world)
    merged(world.unit, stays)
    assert held(world, stays) == (0, 0)


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite writes one at a time")
@pytest.mark.django_db(transaction=True)
def test_a_merge_and_a_payment_at_once_leave_nothing_behind(world, stays):
    start(world.caller, wish(world, SUM), NOW)
    world.channel.pays(order().out_trade_no)
    ends = together(lambda: merged(world.unit, stays), lambda: inquiry.check(order(), later(30)))
    assert not [end for end in ends if isinstance(end, Exception)], ends
    assert held(world, stays) == (0, SUM) and verify_books() == []


def test_credit_of_others_is_as_ever(world, stays):
    deposit(world)
    assert start(world.caller, wanted(world), NOW).life is PaymentState.APPROVED
    assert credit_minor(world.unit) == 0
    key = {"key": "1", "note": "", "today": TODAY, "at": NOW}
    credit.deposit_by(CLERK, stays, SUM, "cash", **key)
    assert held(world, stays) == (0, SUM)
