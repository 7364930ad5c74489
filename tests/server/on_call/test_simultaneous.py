"""Several workers at the very same moment raise one alert, decide once, and send one message."""

from datetime import timedelta

import pytest
from django.core import mail

from server.alerts.models import Alert
from server.alerts.raising import raise_alert
from server.configuration import AlertsSection
from server.fleet import fault_alerts
from server.fleet.heartbeats import record_heartbeat
from server.gateways.outcome import Own
from server.on_call import calendar, escalation, handling, sending, sweep
from server.on_call.models import AddressTry, Message
from server.staff.models import Act
from server.staff.people import Person
from tests.server.fleet.heartbeats import UNREACHABLE, device, heartbeat, kiosk
from tests.server.on_call.people import technician
from tests.server.simultaneous import together
from tests.server.village import NOW

pytestmark = pytest.mark.django_db(transaction=True)
WORKERS = 4


def at_once(*jobs) -> list[object]:
    results = together(*jobs)
    assert not [result for result in results if isinstance(result, Exception)], results
    return results


def test_workers_at_the_same_moment_do_it_once():
    machine = kiosk("K1")
    for name in ("first", "second", "third"):
        technician(machine.community, name)
    record_heartbeat(machine, heartbeat(NOW, device("card_terminal", UNREACHABLE)), now=NOW)
    at_once(*[lambda: fault_alerts.look(NOW)] * WORKERS)
    assert Alert.objects.count() == 1
    at_once(*[lambda: escalation.look(NOW)] * WORKERS)
    assert Message.objects.count() == 3
    at_once(*[lambda: sending.look(NOW)] * WORKERS)
    assert len(mail.outbox) == 3
    assert set(Message.objects.values_list("state", "attempts")) == {("sent", 1)}
    at_once(*[lambda: fault_alerts.look(NOW + timedelta(seconds=30))] * WORKERS)
    assert Alert.objects.get().times == 1


def test_a_turn_is_taken_by_one():
    assert sorted(at_once(*[lambda: sweep.take("x", NOW, 4)] * WORKERS)) == [False] * 3 + [True]
    later = NOW + timedelta(seconds=4)
    assert sorted(at_once(*[lambda: sweep.take("x", later, 4)] * WORKERS)) == [False] * 3 + [True]


def test_two_who_look_after_it_at_the_same_moment_are_one_act():
    machine = kiosk("K1")
    record_heartbeat(machine, heartbeat(NOW, device("card_terminal", UNREACHABLE)), now=NOW)
    fault_alerts.look(NOW)
    alert = Alert.objects.get()
    at_once(*[lambda: handling.acknowledge(alert, Person("x"), NOW)] * WORKERS)
    assert Act.objects.filter(act="alert_acknowledged").count() == 1


def test_workers_and_a_test_at_the_same_moment_keep_to_a_persons_limit(settings):
    few = AlertsSection(per_person_hour=3)
    settings.LOBBYPAY = settings.LOBBYPAY.model_copy(update={"alerts": few})
    machine = kiosk("K1")
    person = technician(machine.community, "first")
    for number in range(6):
        raise_alert(machine.community_id, "site_silent", f"S{number}", NOW)
    escalation.look(NOW)
    row = person.alert_addresses.get()
    at_once(*[lambda: sending.look(NOW)] * WORKERS, *[lambda: sending.may_try(row, NOW)] * 2)
    assert len(mail.outbox) + AddressTry.objects.count() == 3
    assert Message.objects.filter(state="waiting", answer=Own.LIMIT).count() >= 3


def test_a_calendars_address_that_is_asked_for_twice_at_once_is_made_twice_and_one_is_open():
    """A double press: the answer that stays on the screen shows an address."""
    person = technician(kiosk("K1").community, "mei")
    for _ in range(3):  # without one before, then with one
        made = at_once(*[lambda: calendar.make_link(person, "zh", NOW)] * WORKERS)
        assert len({str(one) for one in made}) == WORKERS
        [known] = [row for one in made if (row := calendar.known(str(one)))]
        assert known == calendar.link_of(person.pk)
