"""Staff are told of readings that are refused and of meters that fall silent, once, and until it is
over."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from server.alerts.models import Alert
from server.billing.meters import Meter
from server.estate.models import Community
from server.remote_meters import keys, watch
from server.remote_meters.intake import Sent, receive
from server.remote_meters.models import HeardMeter, MeterKey
from server.staff.people import Person
from tests.server.billing_runs.hamlet import create_hamlet

pytestmark = pytest.mark.django_db
NOW = datetime(2027, 1, 31, 4, 0, tzinfo=UTC)
CLERK = Person("Li Lei")


@pytest.fixture
def hamlet() -> Community:
    return create_hamlet(buildings=1, rooms=20)


@pytest.fixture
def key(hamlet: Community) -> MeterKey:
    known = keys.of(keys.make(hamlet, "Remote Co", CLERK, "contract 7", NOW, silent_days=3))
    assert known is not None
    return known


def sent(key: MeterKey, meter: str, counter: int, at: datetime = NOW) -> None:
    receive(key, Sent(meter, Decimal(counter), at), at)


def open_ones() -> dict[str, dict]:
    return dict(Alert.objects.filter(resolved_at=None).values_list("kind", "details"))


def test_refused_readings_are_one_alert_until_all_are_taken(key: MeterKey):
    sent(key, "W1-1-101", 1)  # went back
    sent(key, "W1-1-102", 1)
    sent(key, "W1-1-102", 2)
    details = open_ones()[watch.REFUSED]
    assert Alert.objects.count() == 1 and len(details["meters"]) == 2
    sent(key, "W1-1-101", 170)
    assert [one.split(":")[0] for one in open_ones()[watch.REFUSED]["meters"]] == ["W1-1-102"]
    sent(key, "W1-1-102", 170)
    assert open_ones() == {}


def test_unknown_meters_never_fill_the_page(key: MeterKey):
    for number in range(50):
        sent(key, f"nothing-{number}", 1)
    assert Alert.objects.count() == 1 and HeardMeter.objects.count() == 1
    assert "nothing-49" in str(open_ones()[watch.REFUSED])


def test_many_refused_ones_are_named_in_part(key: MeterKey):
    for number in range(101, 121):
        sent(key, f"W1-1-{number}", 1)
    details = open_ones()[watch.REFUSED]
    assert len(details["meters"]) == watch.NAMED_MAX and details["more"]


def test_a_silent_meter_is_told_of_until_it_speaks(key: MeterKey):
    sent(key, "W1-1-101", 170)
    sent(key, "W1-1-102", 170, NOW + timedelta(days=2))
    watch.look(NOW + timedelta(days=3))
    assert open_ones() == {}
    for _ in range(2):
        watch.look(NOW + timedelta(days=3, hours=1))
    assert Alert.objects.count() == 1
    assert open_ones()[watch.SILENT] == {
        "provider": "Remote Co",
        "meters": ["W1-1-101"],
        "days": 3,
    }
    sent(key, "W1-1-101", 171, NOW + timedelta(days=4))
    watch.look(NOW + timedelta(days=4))
    assert open_ones() == {}


def test_meters_that_were_taken_out_and_providers_that_left_are_not_awaited(
    key: MeterKey, hamlet: Community
):
    sent(key, "W1-1-101", 170)
    late = NOW + timedelta(days=9)
    Meter.objects.filter(code="W1-1-101").update(removed_on=NOW.date())
    watch.look(late)
    assert open_ones() == {}
    Meter.objects.filter(code="W1-1-101").update(removed_on=None)
    watch.look(late)
    assert watch.SILENT in open_ones()
    keys.revoke(hamlet, "Remote Co", CLERK, "contract over", late)
    watch.look(late)
    assert open_ones() == {}


def test_a_meter_of_another_community_says_nothing_here(key: MeterKey):
    other = create_hamlet("other", buildings=1)
    theirs = keys.of(keys.make(other, "Remote Co", CLERK, "x", NOW, silent_days=3))
    assert theirs is not None
    sent(theirs, "W1-1-101", 170)
    watch.look(NOW + timedelta(days=30))
    assert [alert.community for alert in Alert.objects.all()] == [other]
