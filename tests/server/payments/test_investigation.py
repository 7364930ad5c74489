"""What staff are told of a payment whose end nobody knows: everything, kept up to date, until it ends."""

import re
from datetime import timedelta

import pytest
from django.contrib.admin.sites import site
from django.utils import translation

from contract.heartbeat import Heartbeat
from contract.messages import Method, PaymentState
from server.alerts.models import Alert
from server.fleet.heartbeats import last_word
from server.fleet.models import Kiosk
from server.payments import inquiry, sweeper
from server.payments.initiation import start
from server.payments.investigation import LABELS
from server.payments.models import PaymentOrder
from tests.server.payments.journal.test_intake import CARD, KioskJournal, record, take
from tests.server.payments.world import NOW

LATER = NOW + timedelta(hours=3)


@pytest.fixture
def heard(world):
    """The kiosk was heard last with its terminal out of reach."""
    beat = Heartbeat.model_validate(
        {
            "at": NOW,
            "software": "0.1",
            "uptime_s": 5,
            "state": "idle",
            "offers": [],
            "devices": [
                {
                    "role": "card_terminal",
                    "driver": "zvt",
                    "model": "",
                    "simulated": True,
                    "level": "error",
                    "conditions": [
                        {
                            "level": "error",
                            "code": "device.not_reachable",
                            "staff": {},
                            "remedy": {},
                        }
                    ],
                }
            ],
            "journal_last": 9,
            "journal_acknowledged": 7,
            "open_payments": 1,
            "config_version": "x",
        }
    )
    Kiosk.objects.update(heartbeat=beat.model_dump(mode="json"), heard_at=NOW)


def alert():
    return Alert.objects.get(kind="unknown_for_long")


def test_an_order_that_the_channel_does_not_answer_for_is_told_with_all_that_is_known(world, heard):
    order = start(world.caller, world.request(), NOW)
    sweeper.sweep(NOW + timedelta(minutes=1), last_word)
    world.channel.silent = True
    inquiry.cancel(PaymentOrder.objects.get(), NOW + timedelta(minutes=2))
    sweeper.sweep(LATER, last_word)
    sweeper.sweep(LATER + timedelta(hours=1), last_word)
    told = alert().details
    assert set(told) <= set(LABELS)
    assert told["order_no"] == order.out_trade_no
    assert (told["unit"], told["method"], told["amount"]) == ("3-2-1201", "wechat", "￥664.16")
    assert told["bills"] == [b["number"] for b in order.bills]
    assert told["asked_times"] == 3
    assert told["cancel_wanted"] is True
    answers = [(a["asked"], a["answer"], a["times"]) for a in told["channel_said"]]
    assert answers == [("query", "waiting", 1), ("close", "unknown", 1), ("query", "unknown", 2)]
    assert told["channel_said"][-1]["last"] == "2026-11-25 02:47:00"
    assert told["kiosk"]["heard_at"] == told["created_at"] == "2026-11-24 22:47:00"
    assert told["kiosk"]["journal_last"] == 9
    assert "to_do" not in told  # words are made when they are read


def test_a_card_payment_without_an_end_says_what_kiosk_and_terminal_said_last(world, heard):
    journal = KioskJournal().tells(
        record(world, PaymentState.UNKNOWN, 3, reason="no_answer", offline=True)
    )
    take(world, journal.entries)
    sweeper.sweep(LATER, last_word)
    told = alert().details
    assert (told["kiosk_said"]["state"], told["kiosk_said"]["reason"]) == ("unknown", "no_answer")
    assert told["kiosk_said"]["sequence"] == 1
    assert told["kiosk"]["card_terminal"] == {
        "level": "error",
        "conditions": ["device.not_reachable"],
    }
    assert "order_no" not in told


def test_a_kiosk_whose_time_is_none_is_told_as_it_said_it(world, heard):
    told = record(world, PaymentState.UNKNOWN, 3, reason="no_answer", offline=True)
    journal = KioskJournal().write(told.model_dump(mode="json"), at="once upon a time")
    take(world, journal.entries)
    sweeper.sweep(LATER, last_word)
    assert alert().details["kiosk_said"]["at"] == "once upon a time"


def test_a_card_taken_without_a_line_whose_kiosk_never_came_back_is_not_forgotten(world):
    journal = KioskJournal().tells(record(world, PaymentState.PENDING, 2, offline=True))
    take(world, journal.entries)
    sweeper.sweep(LATER)
    assert alert().subject == "K03-000001"


def test_the_alert_ends_by_itself_when_the_end_is_known(world):
    start(world.caller, world.request(method=Method.CARD), NOW)
    sweeper.sweep(LATER)
    assert alert().resolved_at is None
    journal = KioskJournal().tells(record(world, PaymentState.APPROVED, 3, card=CARD))
    take(world, journal.entries)
    sweeper.sweep(LATER + timedelta(hours=1))
    assert alert().resolved_at is not None


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("zh-hans", ("商户单号", "渠道的回答", "怎么办", "商户后台")),
        ("en", ("Order no.", "Channel&#x27;s answers", "What to do", "merchant console")),
    ],
)
def test_staff_read_it_as_a_table_in_the_language_of_the_page(world, heard, language, words):
    start(world.caller, world.request(), NOW)
    world.channel.silent = True
    sweeper.sweep(LATER, last_word)
    with translation.override(language):
        shown = str(site.get_model_admin(Alert).known(alert()))
    for word in words:
        assert word in shown, shown
    assert "{" not in shown
    assert bool(re.search("[\u4e00-\u9fff]", shown)) is (language == "zh-hans")
