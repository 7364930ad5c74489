"""The dead man's switch: called each minute, and said where it could not be."""

from datetime import timedelta

import pytest

from server.configuration import AlertsSection
from server.on_call import outside, sweep
from server.on_call.models import OutsidePing
from tests.server.on_call.people import robot
from tests.server.pages import words_of
from tests.server.village import NOW

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


@pytest.fixture
def watched(settings):
    def by(url: str) -> None:
        section = AlertsSection(watcher_url=url)
        settings.LOBBYPAY = settings.LOBBYPAY.model_copy(update={"alerts": section})

    return by


def test_without_an_address_nobody_is_called_and_nothing_is_wrong():
    assert not outside.call(NOW)
    assert outside.trouble(NOW) == "" and not OutsidePing.objects.exists()


def test_it_is_called_each_minute_by_one_worker(watched):
    with robot() as (_machine, url):
        watched(url)
        for seconds in range(0, 180, 3):
            for turn in sweep.TURNS.values():
                turn(NOW + timedelta(seconds=seconds))
        assert OutsidePing.objects.get().reached_at == NOW + timedelta(seconds=171)
        assert outside.trouble(NOW + 3 * MINUTE) == ""


def test_it_is_not_called_while_something_of_the_alerts_stands_still(watched):
    with robot() as (_machine, url):
        watched(url)
        sweep.call_outside(NOW)
        assert OutsidePing.objects.get().reached_at is None
        for turn in sweep.TURNS.values():
            turn(NOW + MINUTE)
        assert OutsidePing.objects.get().reached_at == NOW + MINUTE
        sweep.call_outside(NOW + 7 * MINUTE)
        known = OutsidePing.objects.get()
        assert known.reached_at == NOW + MINUTE and known.said.startswith("fault-alerts, ")


def test_what_fails_is_said_on_the_page_until_it_is_reached_again(watched, staff):
    with robot() as (machine, url):
        watched(url)
        assert outside.trouble(NOW) == "never reached"
        assert outside.call(NOW)
        machine.status = 500
        for minute in (1, 2, 3, 4):
            assert not outside.call(NOW + minute * MINUTE)
        known = OutsidePing.objects.get()
        assert (known.failing_since, known.said) == (NOW + MINUTE, "HTTP 500")
        assert outside.trouble(NOW + 4 * MINUTE) == "not reached for 240 s"
        assert "联系不上外部看守" in words_of(staff.get("/staff/alerts/").content.decode())
        machine.status = 200
        assert outside.call(NOW + 5 * MINUTE)
        assert OutsidePing.objects.get().failing_since is None


def test_an_address_where_nobody_is_says_no_address(watched, caplog):
    watched("http://127.0.0.1:9/secret-of-the-watcher")
    assert not outside.call(NOW)
    assert OutsidePing.objects.get().said == "ConnectionError"
    assert "secret-of-the-watcher" not in caplog.text
