"""A request comes in once, numbered and due, goes to whom its topic goes, and is told when it is late."""

import uuid
from datetime import timedelta

import pytest

from server.alerts.models import Alert
from server.alerts.raising import COMPLAINTS_OF_TOPIC, COMPLAINTS_OF_UNIT, SERVICE_OVERDUE
from server.api.kiosk_config import version_of
from server.fleet.models import Kiosk
from server.service_requests import coming_in, handling, topics, watching
from server.service_requests.coming_in import NotTaken, Said, add, vote
from server.service_requests.models import WORDS_MAX, Kind, Photo, ServiceRequest, State, Vote
from server.service_requests.watching import PHONES_KEPT, watch
from server.staff.models import Role
from tests.server.service_requests.conftest import asked, topic_of
from tests.server.staff_accounts import create_person
from tests.server.village import NOW, create_village

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("manager")]
HOUR = timedelta(hours=1)


def test_numbers_follow_each_other_and_the_same_form_is_one_request(village):
    wish = uuid.uuid4()
    one, again, two = asked(village, wish=wish), asked(village, wish=wish), asked(village)
    assert (one.number, again.pk, two.number) == ("S000001", one.pk, "S000002")
    assert one.words.count() == 1
    assert one.due_at == NOW + 2 * HOUR and one.state == State.NEW


def test_a_form_of_one_unit_is_none_of_another(village):
    wish = uuid.uuid4()
    one, other = asked(village, wish=wish), asked(village, unit="1-1-102", wish=wish)
    assert (one.number, other.number) == ("S000001", "S000002")
    assert other.unit.code == "1-1-102" and other.wish != wish


def test_it_goes_to_whom_its_topic_goes_and_a_building_may_have_its_own(village, manager):
    everywhere = create_person("everywhere", (village, Role.TECHNICIAN))
    here = create_person("here", (village, Role.TECHNICIAN))
    topic = topic_of(village)
    topics.send(manager, topic, None, everywhere.pk, "on duty", NOW)
    assert (one := asked(village)).assignee == everywhere and one.state == State.IN_HAND
    topics.send(manager, topic, village.buildings.get(), here.pk, "on duty", NOW)
    assert asked(village).assignee == here
    topics.send(manager, topic, village.buildings.get(), None, "on duty", NOW)
    assert asked(village).assignee == everywhere


def test_it_goes_to_nobody_who_may_not_answer_any_more(village, manager):
    left = create_person("left", (village, Role.TECHNICIAN))
    stays = create_person("stays", (village, Role.TECHNICIAN))
    topics.send(manager, topic_of(village), None, stays.pk, "on duty", NOW)
    topics.send(manager, topic_of(village), village.buildings.get(), left.pk, "on duty", NOW)
    left.roles.update(ended_at=NOW)
    assert asked(village).assignee == stays
    type(stays).objects.filter(pk=stays.pk).update(is_active=False)
    one = asked(village)
    assert (one.assignee, one.state) == (None, State.NEW)


@pytest.mark.parametrize(
    "said", [Said(""), Said(" \n\t"), Said("x" * (WORDS_MAX + 1)), Said("x", [b"1"] * 4)]
)
def test_nothing_or_too_much_is_not_taken(village, said):
    with pytest.raises(NotTaken):
        asked(village, said=said)
    assert not ServiceRequest.objects.exists()


@pytest.mark.parametrize("phone", ["12", "abc", "1380000123x", "1" * 21])
def test_what_is_no_telephone_number_is_not_taken(village, phone):
    with pytest.raises(NotTaken):
        asked(village, phone=phone)


def test_a_topic_of_another_community_or_one_that_ended_is_not_taken(village, manager):
    topic = topic_of(village)
    other = create_village("other")
    how = {"wish": uuid.uuid4(), "origin": coming_in.Origin.PHONE, "now": NOW}
    with pytest.raises(NotTaken):
        coming_in.open_request(other.units.get(code="1-1-101"), topic, Said("x"), **how)
    topics.retire(manager, topic, "no longer", NOW)
    topic.refresh_from_db()
    with pytest.raises(NotTaken):
        coming_in.open_request(village.units.get(code="1-1-101"), topic, Said("x"), **how)


def test_kiosks_know_at_once_of_a_topic_that_ended(village, manager):
    machine = Kiosk(community=village, code="K1")
    before = version_of(machine, NOW)
    topics.retire(manager, topic_of(village), "no longer", NOW)
    assert version_of(machine, NOW) != before


def test_a_unit_with_many_open_requests_waits(village):
    for _ in range(coming_in.OPEN_OF_UNIT):
        asked(village)
    with pytest.raises(NotTaken):
        asked(village)
    asked(village, unit="1-1-102")


def test_whoever_is_not_helped_says_so_and_it_waits_again(village, clerk):
    one = asked(village)
    handling.answer(clerk, one.pk, "Done", settled=True, now=NOW)
    vote(one.pk, Vote.GOOD, NOW)
    add(one.pk, Said("It leaks again"), NOW + HOUR)
    one.refresh_from_db()
    assert (one.state, one.opened_again, one.vote) == (State.IN_HAND, 1, None)
    assert one.due_at == NOW + 3 * HOUR
    add(one.pk, Said("It leaks again"), NOW + HOUR)  # the same form
    assert one.words.count() == 3


def test_photos_of_one_request_are_few(village):
    one = asked(village, said=Said("see", [b"1"] * 3))
    for n in range(3):
        add(one.pk, Said(f"more {n}", [b"1"] * 3), NOW)
    with pytest.raises(NotTaken):
        add(one.pk, Said("one more", [b"1"]), NOW)
    add(one.pk, Said("words"), NOW)
    assert Photo.objects.count() == coming_in.PHOTOS_OF_RESIDENT


def test_long_after_its_end_a_new_one_is_begun(village, clerk):
    one = asked(village)
    handling.close(clerk, one.pk, "moved out", NOW)
    with pytest.raises(NotTaken):
        add(one.pk, Said("once more"), NOW + coming_in.AGAIN_WITHIN + HOUR)


def test_a_vote_waits_for_an_answer(village):
    with pytest.raises(NotTaken):
        vote(asked(village).pk, Vote.BAD, NOW)


def test_repeated_complaints_raise_an_alert_each(village):
    for n in range(3):
        asked(village, kind=Kind.COMPLAINT, at=NOW + n * HOUR)
    assert [a.kind for a in Alert.objects.all()] == [COMPLAINTS_OF_UNIT]
    for unit in ("1-1-102", "1-2-101"):
        asked(village, unit=unit, kind=Kind.COMPLAINT)
    assert {a.kind for a in Alert.objects.all()} == {COMPLAINTS_OF_UNIT, COMPLAINTS_OF_TOPIC}


def test_repairs_and_old_complaints_raise_none(village):
    for n in range(3):
        asked(village, kind=Kind.REPAIR)
        asked(village, kind=Kind.COMPLAINT, at=NOW + n * timedelta(days=31))
    assert not Alert.objects.exists()


def test_what_is_late_is_told_once_and_ends_with_its_answer(village, clerk):
    one = asked(village)
    watch(NOW + HOUR)
    assert not Alert.objects.exists()
    for _ in range(2):
        watch(NOW + 2 * HOUR)
    alert = Alert.objects.get()
    assert (alert.kind, alert.subject, alert.resolved_at) == (SERVICE_OVERDUE, one.number, None)
    handling.answer(clerk, one.pk, "Coming", settled=False, now=NOW + 3 * HOUR)
    alert.refresh_from_db()
    assert alert.resolved_at == NOW + 3 * HOUR
    watch(NOW + 4 * HOUR)
    assert Alert.objects.filter(resolved_at=None).count() == 0


def test_however_many_are_late_the_newest_is_told_too(village, monkeypatch):
    monkeypatch.setattr(watching, "AT_ONCE", 2)
    late = [asked(village, at=NOW + n * HOUR) for n in range(5)]
    for _ in range(3):
        watch(NOW + 9 * HOUR)
    told = Alert.objects.filter(kind=SERVICE_OVERDUE).values_list("subject", flat=True)
    assert sorted(told) == [one.number for one in late]


def test_telephone_numbers_go_some_time_after_the_end(village, clerk):
    one, waits = asked(village), asked(village)
    handling.close(clerk, one.pk, "done", NOW)
    watch(NOW + PHONES_KEPT)
    one.refresh_from_db()
    assert one.phone
    watch(NOW + PHONES_KEPT + HOUR)
    one.refresh_from_db()
    waits.refresh_from_db()
    assert (one.phone, waits.phone) == ("", "13800001234")
