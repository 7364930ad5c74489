"""Readings of remote meters: in any order, however often, the same is kept; nothing is guessed."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import transaction
from django.test import Client
from django.utils import translation
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from server.billing.meters import Meter, MeterReading
from server.billing.readings import estimate
from server.estate.models import Community
from server.remote_meters import calls, keys
from server.remote_meters.intake import Sent, receive
from server.staff.models import Act
from server.staff.people import Person
from tests.server.billing_runs.hamlet import TODAY, create_hamlet, run_all

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 12, 1, 4, 0, tzinfo=UTC)
PAGE, METER = "/meters/v1/readings", "W1-1-101"


@pytest.fixture
def hamlet() -> Community:
    return create_hamlet(buildings=1)


@pytest.fixture
def key(hamlet: Community) -> str:
    return keys.make(hamlet, "Remote Co", Person("Li Lei"), "contract 7", NOW)


def sent(key: str, *readings: dict, status: int = 200):
    answer = Client().post(
        PAGE,
        {"readings": list(readings)},
        content_type="application/json",
        headers={"Authorization": f"Bearer {key}"},
    )
    assert answer.status_code == status, answer.content
    return [one["outcome"] for one in answer.json()["results"]] if status == 200 else answer


def reading(counter: object, day: str, meter: str = METER, **more: object) -> dict:
    at = f"{day}T10:00:00+08:00"
    return {"meter": meter, "counter": str(counter), "read_at": at} | more


def kept(period: str, meter: str = METER) -> MeterReading:
    return MeterReading.objects.get(meter__code=meter, period=period)


@pytest.fixture(autouse=True)
def language():
    """A call leaves its language behind, as any request does."""
    with translation.override(translation.get_language()):
        yield


@pytest.fixture(autouse=True)
def today(monkeypatch):
    monkeypatch.setattr(calls.timezone, "now", lambda: datetime(2027, 6, 1, tzinfo=UTC))
    monkeypatch.setattr(calls.EachKey, "allow_request", lambda self, request: True)


def test_taken_once_however_often_it_comes(key):
    first = reading(170, "2027-01-30")
    assert sent(key, first) == ["taken"]
    acts = Act.objects.count()
    assert sent(key, first, first) == ["unchanged", "unchanged"]
    assert Act.objects.count() == acts
    assert (kept("2027-01").counter, kept("2027-01").estimated) == (170, False)
    assert Act.objects.filter(act="meter_read").latest("pk").person_name == "Remote Co"


def test_of_a_month_the_last_one_counts_whenever_it_comes(key):
    assert sent(key, reading(160, "2027-01-31"), reading(150, "2027-01-20")) == ["taken", "older"]
    assert sent(key, reading(161, "2027-01-31")) == ["taken"]
    assert kept("2027-01").counter == 161


def test_the_day_is_that_of_the_community(key):
    late = {"meter": METER, "counter": "170", "read_at": "2027-01-31T16:30:00+00:00"}
    assert sent(key, late) == ["taken"]
    assert kept("2027-02").read_on.isoformat() == "2027-02-01"


def test_what_went_back_is_refused_and_said_why(key):
    answer = Client().post(
        PAGE,
        {"readings": [reading(3, "2027-01-30")]},
        content_type="application/json",
        headers={"Authorization": f"Bearer {key}"},
    )
    [result] = answer.json()["results"]
    assert result["outcome"] == "refused" and "2026-12" in result["message"]
    assert not MeterReading.objects.filter(period="2027-01").exists()


def test_past_its_last_digit(key):
    Meter.objects.filter(code=METER).update(digits=5)
    MeterReading.objects.filter(meter__code=METER, period="2026-10").update(counter=99_900)
    MeterReading.objects.filter(meter__code=METER, period="2026-11").update(counter=99_950)
    MeterReading.objects.filter(meter__code=METER, period="2026-12").update(counter=99_990)
    assert sent(key, reading(12, "2027-01-30")) == ["taken"]
    assert kept("2027-01").rolled_over
    assert sent(key, reading(30_000, "2027-02-27")) == ["in_review"]
    assert sent(key, reading(5, "2027-03-30")) == ["refused"]  # not near its end: nobody guesses


def test_an_exchanged_meter_says_both_counters(key):
    replaced = {"old_final": "175", "new_first": "0"}
    assert sent(key, reading(9, "2027-01-30", replaced=replaced)) == ["taken"]
    row = kept("2027-01")
    assert (row.old_final, row.new_first, row.counter) == (175, 0, 9)
    assert sent(key, reading(174, "2027-01-30")) == ["older"]  # the old one's, late


def test_a_jump_waits_for_staff(key):
    for month, counter in (("2027-01", 200), ("2027-02", 242)):
        assert sent(key, reading(counter, f"{month}-27")) == ["taken"]
    assert sent(key, reading(9_000, "2027-03-27")) == ["in_review"]
    assert kept("2027-03").in_review


def test_a_reading_takes_the_place_of_an_estimate(key, hamlet):
    meter = Meter.objects.get(code=METER)
    assert estimate([meter], "2027-01", TODAY.replace(year=2027, month=1), Person("x"), at=NOW) == 1
    assert kept("2027-01").estimated
    assert sent(key, reading(170, "2027-01-01")) == ["taken"]
    assert (kept("2027-01").counter, kept("2027-01").estimated) == (170, False)


def test_what_a_bill_has_charged_stays(key, hamlet):
    run_all(hamlet)
    before = kept("2026-12").counter
    assert sent(key, reading(before + 5, "2026-12-31")) == ["refused"]
    assert kept("2026-12").counter == before


def test_a_key_opens_one_community(key, hamlet):
    create_hamlet("other", buildings=2)
    assert sent(key, reading(5, "2027-01-30", meter="W2-1-101")) == ["unknown_meter"]
    assert sent(key, reading(1, "2027-01-30", meter="none")) == ["unknown_meter"]
    sent("lpm_wrong", reading(150, "2027-01-30"), status=401)
    sent("", reading(150, "2027-01-30"), status=401)
    assert keys.revoke(hamlet, "Remote Co", Person("x"), "contract ended", NOW) == 1
    sent(key, reading(150, "2027-01-30"), status=401)


@pytest.mark.parametrize(
    "wrong",
    [
        {"counter": "-1"},
        {"counter": "NaN"},
        {"counter": "1.234"},
        {"read_at": "2027-01-30T10:00:00"},  # of which zone?
        {"meter": "x" * 31},
        {"multiplier": 2},
        {"replaced": {"old_final": "5"}},
    ],
)
def test_what_is_no_reading(key, wrong):
    sent(key, reading(150, "2027-01-30") | wrong, status=422)
    assert not MeterReading.objects.filter(period="2027-01").exists()


def test_too_many_at_once_and_none(key):
    sent(key, *[reading(150, "2027-01-30")] * (calls.READINGS_MAX + 1), status=422)
    sent(key, status=422)


def test_in_the_future(key):
    assert sent(key, reading(150, "2027-06-30")) == ["refused"]


def test_a_key_calls_so_often_and_no_more(key, monkeypatch):
    monkeypatch.undo()
    many = [
        Client()
        .post(
            PAGE,
            {"readings": [reading(150, "2026-01-30", meter="none")]},
            content_type="application/json",
            headers={"Authorization": f"Bearer {key}"},
        )
        .status_code
        for _ in range(62)
    ]
    assert many[:60] == [200] * 60 and 429 in many[60:]


def test_the_description_is_for_staff(client):
    assert client.get("/meters/v1/docs").status_code == 302


days = st.lists(st.integers(1, 110), min_size=1, max_size=5, unique=True)


@settings(
    max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(days=days, step=st.integers(0, 1), data=st.data())
def test_in_any_order_and_with_repeats_the_same_is_kept(hamlet, key, days, step, data):
    """A true meter of three digits that is near its end: what it shows depends on the day alone."""
    told = []
    for day in sorted(days):
        at = datetime(2027, 1, 1, tzinfo=UTC) + timedelta(days=day)
        told.append(Sent(METER, Decimal((985 + day * step) % 1000), at))
    again = data.draw(st.lists(st.sampled_from(told), max_size=3))
    shuffled = data.draw(st.permutations(told + again))
    owner, figures, found = keys.of(key), ("period", "counter", "read_on", "rolled_over"), []
    rows = MeterReading.objects.filter(meter__code=METER)
    for order in (told, shuffled):
        with transaction.atomic():
            Meter.objects.filter(code=METER).update(digits=3)
            rows.filter(period="2026-11").update(counter=970)
            rows.filter(period="2026-12").update(counter=985)
            outcomes = [receive(owner, one, datetime(2027, 6, 1, tzinfo=UTC)) for one in order]
            assert not [one for one in outcomes if one.outcome == "refused"]
            found.append(list(rows.order_by("period").values_list(*figures)))
            transaction.set_rollback(True)
    assert found[0] == found[1]
