"""A kiosk's clock decides nothing: deadlines, days and sequences are the server's."""

from datetime import UTC, date, datetime, timedelta

import pytest

from contract.messages import CardData, Method, PaymentState
from server.alerts.models import Alert
from server.billing.models import Bill
from server.fleet.models import Kiosk
from server.fleet.reenrolment import position_of
from server.payments import inquiry, reports, sweeper, timing
from server.payments.initiation import start
from server.payments.journal import kiosk_time
from server.payments.models import PaymentOrder
from tests.server.payments.journal.test_intake import KioskJournal, order, record, take
from tests.server.payments.world import NOW

WRONG = [timedelta(days=400), timedelta(days=-400), timedelta(days=40_000)]


def off(by: timedelta, **changes):
    return {"created_at": NOW + by, "changed_at": NOW + by, **changes}


@pytest.mark.parametrize("by", WRONG, ids=str)
def test_an_unknown_outcome_is_told_two_hours_after_the_server_heard_of_it(world, by):
    lost = record(world, PaymentState.UNKNOWN, offline=True, reason="lost", **off(by))
    take(world, KioskJournal().tells(lost).entries)
    sweeper.sweep(NOW + timing.UNKNOWN_ALERT_AFTER - timedelta(minutes=1))
    assert not Alert.objects.filter(kind="unknown_for_long").exists()
    PaymentOrder.objects.update(next_poll_at=NOW)
    sweeper.sweep(NOW + timing.UNKNOWN_ALERT_AFTER + timedelta(minutes=1))
    told = Alert.objects.get(kind="unknown_for_long").details
    assert told["received_at"].startswith("2026-11-24 22:47")


@pytest.mark.parametrize("by", WRONG, ids=str)
def test_a_payment_is_booked_on_the_day_that_it_was_heard_of_and_staff_are_told(world, by):
    paid = record(world, PaymentState.APPROVED, offline=True, **off(by))
    take(world, KioskJournal().tells(paid).entries)
    assert order().paid_at == NOW
    assert {b.paid_on for b in Bill.objects.all()} == {date(2026, 11, 24)}
    assert reports.takings_of([world.community], ["K03"], NOW) == {
        (world.community.pk, "K03"): {"card": 66416}
    }
    told = Alert.objects.get(kind="kiosk_clock_wrong")
    assert (told.subject, told.details["amount_minor"]) == ("K03-000001", 66416)
    assert told.details["said"] == (NOW + by).isoformat()


def test_a_backlog_of_days_is_booked_on_the_days_when_it_was_paid(world):
    paid = record(world, PaymentState.APPROVED, offline=True, **off(timedelta(days=-9)))
    take(world, KioskJournal().tells(paid).entries)
    assert order().paid_at == NOW - timedelta(days=9)
    assert not Alert.objects.exists()


def test_nothing_was_paid_before_it_was_ordered(world):
    start(world.caller, world.request(method=Method.CARD), NOW)
    paid = record(world, PaymentState.APPROVED, **off(timedelta(days=-3)))
    take(world, KioskJournal().tells(paid).entries)
    assert order().paid_at == NOW


def test_a_code_that_was_never_charged_ends_by_the_servers_clock(world):
    said = record(
        *(world, PaymentState.UNKNOWN, 2),
        method=Method.WECHAT,
        with_payment_code=True,
        reason="no_answer",
        **off(timedelta(days=400)),
    )
    take(world, KioskJournal().tells(said).entries)
    PaymentOrder.objects.update(cancel_wanted=False)
    inquiry.check(order(), NOW + timing.PAYMENT_CODE_LIFE)
    inquiry.check(order(), NOW + timing.PAYMENT_CODE_LIFE + timing.REVERSAL_NOT_BEFORE)
    assert order().life is PaymentState.CANCELLED


def test_the_newest_card_payment_is_the_one_with_the_highest_number(world):
    """Its terminal's numbers tell what the terminal held before the open one."""
    first, newest = CardData(receipt_no="0001"), CardData(receipt_no="0002")
    ahead = off(timedelta(days=9), card=first)
    journal = KioskJournal().tells(record(world, PaymentState.APPROVED, number=9, **ahead))
    journal.tells(record(world, PaymentState.APPROVED, number=10, offline=True, card=newest))
    take(world, journal.entries)
    PaymentOrder._base_manager.filter(reference="K03-000009").update(
        created_at=NOW + timedelta(days=9)
    )
    Bill.objects.update(state="open", paid_on=None)
    start(world.caller, world.request(number=11, method=Method.CARD), NOW)
    (handed,) = position_of(Kiosk.objects.get(), [], NOW).payments
    assert handed.terminal_before == newest


@pytest.mark.parametrize(
    ("said", "right"),
    [
        (NOW, True),
        (NOW + timedelta(minutes=9), True),
        (NOW + timedelta(minutes=11), False),
        (NOW - timedelta(days=30), True),
        (NOW - timedelta(days=32), False),
        (NOW.replace(tzinfo=None), False),
        (datetime.min.replace(tzinfo=UTC), False),
        (datetime.fromisoformat("0001-01-01T00:00:00+14:00"), False),
        (datetime.fromisoformat("9999-12-31T23:59:59-12:00"), False),
    ],
)
def test_what_is_believed(said, right):
    assert kiosk_time.believed(said, NOW) == (said if right else NOW)
