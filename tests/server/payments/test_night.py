"""What a kiosk whose clock or rules are wrong begins at night, the server refuses."""

from dataclasses import replace
from datetime import time

import pytest

from contract.messages import ErrorCode, Method, PaymentState
from server.billing.leases import BillLease
from server.billing.unit_accounts import credit_minor
from server.hours.models import NightRules
from server.payments import timing
from server.payments.channels.interface import Browser
from server.payments.initiation import RefusedBefore, start
from server.payments.models import PaymentOrder
from server.payments.order_checks import NotAtNight
from tests.server.payments.journal.test_intake import KioskJournal, record, take
from tests.server.payments.test_from_credit import deposit, wanted
from tests.server.payments.world import NOW

BOTH, ONE = 66416, 33208


def night(world, *, starts=time(21), max_minor=ONE, cards=True, kiosk_code="") -> NightRules:
    """``NOW`` is 22:47 there."""
    return NightRules.objects.create(
        community=world.community,
        kiosk_code=kiosk_code,
        starts=starts,
        ends=time(6),
        cards=cards,
        max_minor=max_minor,
    )


@pytest.mark.parametrize("method", [Method.WECHAT, Method.CARD])
def test_more_than_the_limit_is_refused_and_holds_nothing(world, method):
    night(world)
    with pytest.raises(NotAtNight, match="limit"):
        start(world.caller, world.request(1, method), NOW)
    assert not PaymentOrder.objects.exists() and not BillLease.objects.exists()
    assert world.channel.created == 0
    begun = start(world.caller, world.request(2, method, bills=1), NOW)
    assert begun.life is PaymentState.PENDING


def test_what_was_refused_stays_refused_when_it_is_day(world):
    rules = night(world)
    with pytest.raises(NotAtNight):
        start(world.caller, world.request(1), NOW)
    rules.ended_at = NOW
    rules.save()
    with pytest.raises(RefusedBefore, match=ErrorCode.CHANNEL_UNAVAILABLE) as again:
        start(world.caller, world.request(1), NOW)
    assert again.value.night == "limit", "each try hears the same"
    assert start(world.caller, world.request(2), NOW).life is PaymentState.PENDING


def test_a_payment_code_is_not_charged(world):
    night(world)
    with pytest.raises(NotAtNight):
        start(world.caller, world.request(1, payment_code="134567890123456789"), NOW)
    assert world.channel.charged == []


def test_a_visit_that_began_by_day_is_served_to_its_end(world):
    night(world, starts=time(22, 40))
    assert start(world.caller, world.request(1), NOW).life is PaymentState.PENDING


def test_a_visit_in_which_two_codes_ran_out_may_pay_by_card(world):
    """It came by day, and was longer at its codes than the night is old."""
    at = NOW + 2 * timing.ORDER_LIFE
    night(world, starts=time(22, 45))
    assert start(world.caller, world.request(1, Method.CARD), at).life is PaymentState.PENDING


def test_the_morning_is_day(world):
    night(world)
    rules = NightRules.objects.get()
    rules.ends = time(22, 45)
    rules.save()
    assert start(world.caller, world.request(1), NOW).life is PaymentState.PENDING


def test_a_try_of_a_payment_that_was_begun_by_day_goes_on(world):
    night(world, starts=time(22, 40))
    first = start(world.caller, world.request(1), NOW)
    again = start(world.caller, world.request(1), NOW + 2 * timing.VISIT_MAX)
    assert again.pk == first.pk


def test_no_cards_where_the_night_takes_none(world):
    night(world, max_minor=0, cards=False)
    with pytest.raises(NotAtNight, match="cards"):
        start(world.caller, world.request(1, Method.CARD), NOW)
    assert start(world.caller, world.request(2), NOW).life is PaymentState.PENDING


def test_a_kiosks_own_night_holds_there_alone(world):
    night(world)
    night(world, max_minor=0, kiosk_code="K03")
    assert start(world.caller, world.request(1), NOW).life is PaymentState.PENDING


def test_other_kiosks_keep_the_communitys(world):
    night(world)
    night(world, max_minor=0, kiosk_code="K04")
    with pytest.raises(NotAtNight):
        start(world.caller, world.request(1), NOW)


def test_credit_knows_no_night(world):
    night(world, max_minor=1)
    deposit(world)
    assert start(world.caller, wanted(world), NOW).life is PaymentState.APPROVED


def test_phones_know_no_night(world):
    night(world, max_minor=1)
    browser = Browser("203.0.113.7", "https://pay.example/p/1")
    phone = replace(world.caller, kiosk_id="", kiosk_code="", browser=browser)
    assert start(phone, world.request(1), NOW).life is PaymentState.PENDING


@pytest.mark.parametrize("end", ["cancelled", "unknown"])  # unknown: no answer came to the kiosk
def test_a_phone_that_was_refused_holds_nothing_when_the_journal_tells_of_it(world, end):
    """Its channel is silent, and the resident pays less at once, as the kiosk advises."""
    night(world)
    deposit(world, 10_000)
    code = {"payment_code": "134567890123456789", "credit_minor": 10_000}
    with pytest.raises(NotAtNight):
        start(world.caller, world.request(1, amount_minor=BOTH - 10_000, **code), NOW)
    world.channel.silent = True
    journal, part = KioskJournal(), {"credit_minor": 10_000, "amount_minor": BOTH - 10_000}
    said = {"method": Method.WECHAT, "with_payment_code": True, "card": None, **part}
    for version, state in enumerate(("created", "pending", end), 1):
        journal.tells(record(world, PaymentState(state), version, **said))
    take(world, journal.entries)
    refused = PaymentOrder.objects.get()
    assert (refused.life, refused.reserved_minor) == (PaymentState.CANCELLED, 0)
    assert not BillLease.objects.exists() and credit_minor(world.unit) == 10_000
    assert start(world.caller, world.request(2, bills=1), NOW).life is PaymentState.PENDING


def test_a_card_that_was_taken_without_a_line_after_all_is_booked(world):
    """The refusal did not reach the kiosk."""
    night(world)
    with pytest.raises(NotAtNight):
        start(world.caller, world.request(1, Method.CARD), NOW)
    journal = KioskJournal()
    journal.tells(record(world, PaymentState.PENDING, 2, offline=True))
    take(world, journal.entries)
    assert BillLease.objects.count() == 2
    journal.tells(record(world, PaymentState.APPROVED, 3, offline=True))
    take(world, journal.entries[1:], 1, journal.entries[0].hash)
    assert PaymentOrder.objects.get().life is PaymentState.APPROVED
