"""Calls by phone by the provider's real protocol: for what cannot wait, and for nothing else."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from server.alerts.raising import raise_alert, resolve_one
from server.configuration import CallsSection
from server.gateways.outcome import Fate, Own
from server.on_call import escalation, handling, sending
from server.on_call.models import Handling, Message
from server.on_call.ways import sms
from server.staff.people import Person
from simulators.aliyun_calls.exchange import Exchange
from simulators.http_door import HttpDoor
from tests.server.on_call.people import address, technician
from tests.server.village import NOW, create_village

NUMBER = "13800001111"
KNOWN = NOW + timedelta(minutes=4)  # what became of a call is known some minutes later


@pytest.fixture
def exchange(settings) -> Iterator[Exchange]:
    machine = Exchange("test-key", "test-secret", clock=lambda: NOW.timestamp() + 1)
    door = HttpDoor("127.0.0.1", 0, machine.respond)
    door.start()
    section = CallsSection(
        access_key_id="test-key", template_code="TTS_1", endpoint=f"http://127.0.0.1:{door.port}"
    )
    settings.LOBBYPAY = settings.LOBBYPAY.model_copy(update={"calls": section})
    settings.CALLS_SECRET = "test-secret"
    yield machine
    door.close()


def alert_told(kind: str = "site_silent") -> None:
    village = create_village()
    technician(village, "first", way="call", to=NUMBER)
    raise_alert(village.pk, kind, "K1", NOW, kiosk_code="K1")
    escalation.look(NOW)
    sending.look(NOW)


def test_place_and_what_are_read_out(exchange):
    text = "【告警】 小村 K1 (3号楼 大堂): 打印机：缺纸\n开始时间 11-24\nhttps://x.example.com/staff/alerts/7/"
    outcome = sms.call("+86" + NUMBER, text)
    assert outcome.fate is Fate.SENT and outcome.receipt
    [call] = exchange.called
    assert (call.number, call.values) == (
        NUMBER,
        {"place": "【告警】 小村 K1 (3号楼 大堂)", "what": "打印机：缺纸"},
    )


@pytest.mark.parametrize(
    ("code", "fate"),
    [("isv.MOBILE_NUMBER_ILLEGAL", Fate.REFUSED), ("isv.BUSINESS_LIMIT_CONTROL", Fate.AWAY)],
)
def test_refusals_are_told_from_what_may_be_tried_again(exchange, code, fate):
    exchange.refuse = code
    assert sms.call(NUMBER, "a: b\nc").fate is fate


def test_a_wrong_secret_calls_nobody(exchange, settings):
    settings.CALLS_SECRET = "wrong"
    outcome = sms.call(NUMBER, "a: b\nc")
    assert outcome.fate is Fate.REFUSED and outcome.said.startswith("SignatureDoesNotMatch")
    assert exchange.called == []


def test_a_call_whose_answer_is_lost_is_not_made_twice(exchange):
    exchange.cut = 1
    assert sms.call(NUMBER, "a: b\nc").fate is Fate.UNKNOWN and len(exchange.called) == 1


def test_without_a_provider_it_is_said():
    assert sms.call(NUMBER, "a: b").said == Own.NO_CALLS


@pytest.mark.django_db
def test_whether_somebody_took_the_call_is_learned_later(exchange):
    alert_told()
    message = Message.objects.get()
    assert message.state == "sent" and len(exchange.called) == 1
    assert sending.look_for_receipts(NOW + timedelta(minutes=1)) == 0, "too early to ask"
    exchange.arrives_after_s = 1000
    assert sending.look_for_receipts(KNOWN) == 0
    exchange.arrives_after_s = 0
    assert sending.look_for_receipts(KNOWN) == 1
    message.refresh_from_db()
    assert message.state == "delivered"


@pytest.mark.django_db
def test_a_call_that_nobody_takes_is_said(exchange):
    exchange.fail = "200005"
    alert_told()
    sending.look_for_receipts(KNOWN)
    message = Message.objects.get()
    assert (message.state, message.answer) == ("refused", Own.NOT_ANSWERED)


@pytest.mark.django_db
@pytest.mark.parametrize("data", ["", "{}", "[]", "no JSON", '{"state": ""}'])
def test_an_answer_that_says_nothing_leaves_it_open(exchange, monkeypatch, data):
    alert_told()
    monkeypatch.setattr(Exchange, "_data", lambda self, query: data)
    assert sending.look_for_receipts(KNOWN) == 0
    assert Message.objects.get().state == "sent"


@pytest.mark.django_db
def test_nobody_is_called_for_what_can_wait_or_is_over(exchange):
    village = create_village()
    person = technician(village, "first", way="call", to=NUMBER)
    address(person, "sms", NUMBER)
    raise_alert(village.pk, "device_error", "K1 printer", NOW, kiosk_code="K1")
    escalation.look(NOW)
    assert [m.address.way for m in Message.objects.all()] == ["sms"]
    raise_alert(village.pk, "site_silent", "K1", NOW, kiosk_code="K1")
    escalation.look(NOW)
    assert sorted(m.address.way for m in Message.objects.all()) == ["call", "sms", "sms"]
    sending.look(NOW)
    resolve_one(village.pk, "site_silent", "K1", NOW)
    escalation.look(NOW + timedelta(minutes=1))
    assert Message.objects.filter(address__way="call").count() == 1, "nobody is called for its end"


@pytest.mark.django_db
def test_whoever_looks_after_it_is_not_called_any_more(exchange):
    alert_told()
    handling.acknowledge(Handling.objects.get().alert, Person("other"), NOW)
    escalation.look(NOW + timedelta(hours=3))
    sending.look(NOW + timedelta(hours=3))
    assert len(exchange.called) == 1


@pytest.mark.django_db
def test_it_rings_again_while_nobody_looks_after_it(exchange):
    alert_told()
    for hours in (1, 2):
        escalation.look(NOW + timedelta(hours=hours))
        sending.look(NOW + timedelta(hours=hours))
    assert len(exchange.called) == 3
