"""Requests that come from a kiosk: once, with the way they came; found again by who can say what fits."""

import uuid

import pytest
from django.utils import timezone

from server.alerts.models import Alert
from server.alerts.raising import COMPLAINTS_OF_UNIT
from server.api import guesses, resident_requests
from server.api.models import LookupWindow
from server.estate.models import Unit
from server.fleet.models import Kiosk
from server.service_requests import handling, topics
from server.service_requests.models import Kind, Origin, ServiceRequest, Topic

PHONE = "13855501234"


def topic(kind: str = Kind.REPAIR) -> Topic:
    return Topic.objects.filter(kind=kind, retired_at=None).order_by("pk")[0]


def wish(world, **changes) -> dict:
    usual = {
        "wish_id": str(uuid.uuid4()),
        "topic": str(topic().pk),
        "unit": world.unit.code,
        "text": "厨房漏水",
        "phone": PHONE,
    }
    return usual | changes


def found(kiosk, world, key: str) -> list[dict]:
    answer = kiosk.post("/requests/find", {"unit": world.unit.code, "key": key})
    assert answer.status_code == 200, answer.content
    return answer.json()["requests"]


def test_a_request_comes_in_once_however_often_it_is_sent(world, kiosk, manager, client):
    sent = wish(world)
    answers = [kiosk.post("/requests", sent).json() for _ in range(3)]
    one = ServiceRequest.objects.get()
    assert answers == [answers[0]] * 3
    assert answers[0]["number"] == one.number == "S000001"
    assert (one.origin, one.kiosk_code, one.phone) == (Origin.KIOSK, "K03", PHONE)
    assert [(word.by, word.text) for word in one.words.all()] == [("", "厨房漏水")]
    page = client.get("/r/" + answers[0]["url"].rpartition("/r/")[2])
    assert page.status_code == 200 and "厨房漏水" in page.content.decode()


def test_the_configuration_names_topics_and_usual_words_and_changes_with_them(
    world, kiosk, manager
):
    before = kiosk.get("/config").json()
    first = next(one for one in before["topics"] if one["id"] == str(topic().pk))
    assert (
        first["kind"] == "repair"
        and {"zh": "厨房漏水", "en": "Water is leaking in the kitchen"} in (first["phrases"])
    )
    words = topics.Text(zh="漏水了", en="A leak")
    topics.word(manager, topic(), words, "shorter", timezone.now())
    after = kiosk.get("/config").json()
    assert after["version"] != before["version"]
    first = next(one for one in after["topics"] if one["id"] == str(topic().pk))
    assert first["phrases"] == [{"zh": "漏水了", "en": "A leak"}]


def test_answers_are_seen_by_unit_and_digits_or_number(world, kiosk, manager):
    number = kiosk.post("/requests", wish(world)).json()["number"]
    one = ServiceRequest.objects.get()
    handling.note(manager, one.pk, "难缠", timezone.now())
    handling.answer(manager, one.pk, "师傅下午来", settled=False, now=timezone.now())
    by_phone, by_number = found(kiosk, world, "1234"), found(kiosk, world, number[1:])
    assert by_phone == by_number
    assert [(row["number"], row["state"], row["answer"]) for row in by_phone] == [
        (number, "in_hand", "师傅下午来")
    ]
    assert found(kiosk, world, "1235") == []
    other = {"unit": world.unit.code + "9", "key": "1234"}
    assert kiosk.post("/requests/find", other).status_code == 404


def test_guessing_is_stopped_for_the_unit_and_for_the_kiosk(world, kiosk, manager):
    kiosk.post("/requests", wish(world))
    codes = [
        kiosk.post("/requests/find", {"unit": world.unit.code, "key": f"{n:04d}"}).status_code
        for n in range(9)
    ]
    assert codes == [200] * 8 + [429]
    for _ in range(2):
        assert guesses.may_guess(world.unit.pk, timezone.now())
    LookupWindow.objects.exclude(kiosk_id__startswith="found").delete()  # as a minute later
    right = {"unit": world.unit.code, "key": "1234"}
    assert kiosk.post("/requests/find", right).status_code == 429, "the unit's hour is not over"


def test_a_unit_with_ten_that_wait_and_a_kiosk_somebody_plays_with_are_told_so(
    world, kiosk, manager
):
    answers = [kiosk.post("/requests", wish(world)).status_code for _ in range(11)]
    assert answers == [200] * 10 + [429]


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"topic": "999999"}, 404),
        ({"unit": "9-9-9"}, 404),
        ({"text": ""}, 422),
        ({"text": "   "}, 422),
        ({"text": "水" * 1001}, 422),
        ({"phone": "call me"}, 422),
    ],
)
def test_what_cannot_be_taken_is_refused_and_nothing_is_kept(world, kiosk, manager, change, status):
    assert kiosk.post("/requests", wish(world, **change)).status_code == status
    assert not ServiceRequest.objects.exists()


def test_complaints_raise_alerts_as_from_the_phone(world, kiosk, manager):
    for _ in range(3):
        kiosk.post("/requests", wish(world, topic=str(topic(Kind.COMPLAINT).pk)))
    assert Alert.objects.filter(kind=COMPLAINTS_OF_UNIT).count() == 1


def test_names_of_counts_fit_their_column_also_where_a_database_minds(world, kiosk, manager):
    kiosk.post("/requests", wish(world))
    found(kiosk, world, "9999")
    most = LookupWindow._meta.get_field("kiosk_id").max_length
    names = list(LookupWindow.objects.values_list("kiosk_id", flat=True))
    assert len(names) == 4 and max(map(len, names)) <= most


def test_told_again_after_its_unit_became_part_of_another_it_is_the_same_request(
    world, kiosk, manager, monkeypatch
):
    sent = wish(world)
    first = kiosk.post("/requests", sent).json()
    other = Unit.objects.get(pk=world.unit.pk)
    other.pk, other.code = None, "3-2-1202"
    other.save()
    monkeypatch.setattr(resident_requests, "find_unit", lambda community, code: other)
    assert [kiosk.post("/requests", sent).json() for _ in range(2)] == [first, first]
    assert ServiceRequest.objects.count() == 1


def test_one_number_is_not_tried_at_every_unit_of_a_kiosk(world, kiosk, manager):
    now, here = timezone.now(), Kiosk.objects.get()
    for unit in range(guesses.KIOSK_GUESSES_AN_HOUR):
        assert guesses.may_guess(10_000 + unit, now, kiosk=here.pk)
    asked = {"unit": world.unit.code, "key": "000001"}
    assert kiosk.post("/requests/find", asked).status_code == 429
    assert guesses.may_guess(world.unit.pk, now), "what was refused did not count at the unit"


def test_who_is_right_uses_up_no_guess(world, kiosk, manager):
    kiosk.post("/requests", wish(world))
    right = {"unit": world.unit.code, "key": "1234"}
    codes = {kiosk.post("/requests/find", right).status_code for _ in range(12)}
    assert codes == {200}
    assert not LookupWindow.objects.filter(kiosk_id__startswith="found", count__gt=0).exists()
