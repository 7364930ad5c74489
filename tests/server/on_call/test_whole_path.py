"""From a fault at a kiosk to a message in a person's hands, by the parts that do it in a lobby: the
kiosk's signed heartbeat over HTTP, the worker's own turns, a webhook's receiver. Time is what the parts
are told; what they take by themselves is the sum of their rhythms, which stays below a minute."""

from datetime import timedelta

import pytest
from django.utils import timezone

from contract.heartbeat import INTERVAL_S
from server.alerts.models import Alert
from server.configuration import AlertsSection
from server.fleet.models import Kiosk
from server.jobs import worker
from server.jobs.handlers import OFTEN
from server.on_call import sweep
from server.on_call.models import Message
from server.on_call.ways import chat
from tests.server.api.conftest import kiosk, world  # noqa: F401
from tests.server.fleet.heartbeats import UNREACHABLE, device, heartbeat
from tests.server.on_call.people import robot, technician

pytestmark = pytest.mark.django_db
SECOND = timedelta(seconds=1)


@pytest.fixture
def signed_kiosk(kiosk):  # noqa: F811
    """The kiosk's row, and what sends one of its heartbeats as it would."""
    return Kiosk.objects.select_related("community").get(), lambda beat: kiosk.post(
        "/heartbeats", beat.model_dump(mode="json")
    )


def turns(at) -> None:
    """All that a worker does every few seconds, in no good order."""
    for name in reversed(OFTEN):
        OFTEN[name](at)


def test_the_rhythms_add_up_to_less_than_a_minute():
    """The fault waits for a heartbeat; each turn for the worker's look, or for the lease of another."""
    a_turn = worker.OFTEN_S + max(sweep.FAULTS_S, sweep.TELL_S, sweep.SEND_S)
    assert INTERVAL_S + 3 * a_turn < 55


def test_from_fault_to_message_and_to_its_end(signed_kiosk, settings):
    lobby, call = signed_kiosk
    inside = AlertsSection(inside_addresses=True)
    settings.LOBBYPAY = settings.LOBBYPAY.model_copy(update={"alerts": inside})
    with robot() as (machine, url):
        technician(lobby.community, "fitter", way="chat", to=chat.checked(url))
        technician(lobby.community, "reader")
        now = timezone.now()
        assert call(heartbeat(now, device("card_terminal"))).status_code == 200
        turns(now)
        assert machine.got == []
        broken = device("card_terminal", UNREACHABLE)
        assert call(heartbeat(now, broken)).status_code == 200
        at = now
        while not machine.got and at < now + 60 * SECOND:
            at += worker.OFTEN_S * SECOND
            turns(at)
        assert at - now <= 3 * (worker.OFTEN_S + sweep.FAULTS_S) * SECOND
        [message] = machine.got
        assert "刷卡机连不上" in message["title"] and lobby.code in message["title"]
        alert = Alert.objects.get()
        assert f"/staff/alerts/{alert.pk}/" in message["message"]
        assert call(heartbeat(now, device("card_terminal"))).status_code == 200
        for seconds in range(10, 600, 5):
            Kiosk.objects.update(heard_at=at + seconds * SECOND)  # it goes on beating
            turns(at + seconds * SECOND)
        assert len(machine.got) == 2 and machine.got[1]["title"].startswith("【告警已结束】")
    states = Message.objects.values_list("person_name", "purpose", "state").order_by("pk")
    assert set(states) == {
        ("fitter", "told", "sent"),
        ("fitter", "ended", "sent"),
        ("reader", "told", "sent"),
        ("reader", "ended", "sent"),
    }
