"""A provider that fails whoever asks is one alert of the community, over when it answers or is left
alone."""

from datetime import timedelta

import pytest

from server.alerts import damping
from server.alerts.models import Alert
from server.outbox import provider_watch
from server.outbox.provider_watch import FAILS, FORGOTTEN, WITHIN
from tests.server.village import NOW, create_village

pytestmark = pytest.mark.django_db
SECOND, ACCOUNT = timedelta(seconds=1), provider_watch.wechat("wx0000000000000002")


@pytest.fixture
def village():
    return create_village()


def fails(village, times: int, now=NOW, apart=SECOND, provider: str = ACCOUNT) -> None:
    for number in range(times):
        provider_watch.failed(village.pk, provider, "40164 invalid ip", now + number * apart)


def open_ones() -> list[str]:
    return list(Alert.objects.filter(resolved_at=None).values_list("subject", flat=True))


def test_several_in_a_row_are_one_alert_that_says_what_was_answered(village):
    fails(village, FAILS - 1)
    assert open_ones() == []
    fails(village, 3, NOW + SECOND)
    assert open_ones() == [ACCOUNT]
    [fault] = Alert.objects.get().details["faults"]
    assert "40164" in fault["en"] and "微信" in fault["zh"] and "wx0000000000000002" in fault["zh"]


def test_one_good_answer_between_them_is_enough(village):
    for _ in range(FAILS):
        fails(village, FAILS - 1)
        provider_watch.answered(village.pk, ACCOUNT)
    assert open_ones() == []


def test_failures_hours_apart_are_none_in_a_row(village):
    fails(village, 2 * FAILS, apart=WITHIN + SECOND)
    assert open_ones() == []


def test_another_provider_or_community_counts_for_itself(village):
    other = create_village("other")
    fails(village, FAILS - 1)
    fails(village, FAILS - 1, provider="sms")
    fails(other, FAILS - 1)
    assert open_ones() == []
    fails(other, 1, NOW + SECOND)
    assert Alert.objects.get().community == other


@pytest.mark.parametrize("ends", ["answered", "left alone"])
def test_it_ends_by_itself(village, ends):
    fails(village, FAILS)
    later = NOW + timedelta(minutes=5)
    provider_watch.look(later)
    assert open_ones() == [ACCOUNT] and Alert.objects.get().cured_at is None
    if ends == "answered":
        provider_watch.answered(village.pk, ACCOUNT)
    else:
        later = NOW + FORGOTTEN + timedelta(minutes=1)
    provider_watch.look(later)
    assert open_ones() == [ACCOUNT], "it may come back within minutes"
    provider_watch.look(later + damping.QUIET)
    assert open_ones() == []
