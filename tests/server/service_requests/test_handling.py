"""What staff do with requests: who may, what the log keeps, and how requests end, join and open again."""

import pytest

from server.service_requests import handling, topics
from server.service_requests.coming_in import NotTaken
from server.service_requests.handling import NotAllowed
from server.service_requests.models import Priority, State, Topic
from server.staff.audit import ReasonMissing
from server.staff.models import Act, Role
from tests.server.service_requests.conftest import asked, topic_of
from tests.server.staff_accounts import create_person, create_staff
from tests.server.village import NOW, create_village

pytestmark = pytest.mark.django_db


def acts() -> list[tuple[str, str]]:
    return list(Act.objects.order_by("pk").values_list("act", "person_name"))[
        1:
    ]  # after the topics


def test_an_answer_is_said_kept_and_makes_it_the_persons(village, clerk):
    one = asked(village)
    handling.answer(clerk, one.pk, "明天上午来修", settled=False, now=NOW)
    one.refresh_from_db()
    assert (one.state, one.assignee, one.answered_at) == (State.IN_HAND, clerk, NOW)
    handling.answer(clerk, one.pk, "修好了", settled=True, now=NOW)
    one.refresh_from_db()
    assert (one.state, one.ended_at) == (State.ANSWERED, NOW)
    assert [word.by for word in one.words.all()] == ["", "clerk", "clerk"]
    act = Act.objects.filter(act="service_answered").order_by("pk").first()
    assert act is not None and act.before["assignee"] == "" and act.after["assignee"] == "clerk"


def test_who_may_not_answer_or_direct_is_refused(village, clerk, manager):
    one = asked(village)
    auditor = create_person("auditor", (village, Role.AUDITOR))
    stranger = create_person("stranger", (create_village("other"), Role.APPROVER))
    for person in (auditor, stranger):
        for deed in (
            lambda p=person: handling.answer(p, one.pk, "x", settled=True, now=NOW),
            lambda p=person: handling.note(p, one.pk, "x", NOW),
            lambda p=person: handling.close(p, one.pk, "x", NOW),
            lambda p=person: handling.join(p, one.pk, "S000001", "x", NOW),
            lambda p=person: handling.show_phone(p, one.pk, NOW),
            lambda p=person: handling.hand_to(p, one.pk, p.pk, "x", NOW),
            lambda p=person: topics.begin(p, village, NOW),
            lambda p=person: topics.retire(p, topic_of(village), "x", NOW),
        ):
            with pytest.raises(NotAllowed):
                deed()
    for deed in (
        lambda: handling.rank(clerk, one.pk, Priority.URGENT, "x", NOW),
        lambda: handling.hand_to(clerk, one.pk, manager.pk, "x", NOW),
    ):
        with pytest.raises(NotAllowed):
            deed()
    assert acts() == []


def test_it_is_taken_given_and_ranked_each_with_a_reason(village, clerk, manager):
    one = asked(village)
    handling.hand_to(clerk, one.pk, clerk.pk, "", NOW)
    with pytest.raises(ReasonMissing):
        handling.rank(manager, one.pk, Priority.URGENT, " ", NOW)
    handling.hand_to(manager, one.pk, manager.pk, "mine", NOW)
    handling.rank(manager, one.pk, Priority.LATER, "can wait", NOW)
    with pytest.raises(NotTaken):
        handling.hand_to(manager, one.pk, 987_654, "x", NOW)
    with pytest.raises(NotTaken):
        handling.rank(manager, one.pk, 9, "x", NOW)
    one.refresh_from_db()
    assert (one.assignee, one.priority, one.state) == (manager, Priority.LATER, State.IN_HAND)
    assert [act for act, _ in acts()] == ["service_handed", "service_handed", "service_ranked"]


def test_the_companys_own_account_may_take_one_too(village, clerk):
    one, boss = asked(village), create_staff("boss")
    handling.hand_to(boss, one.pk, boss.pk, "", NOW)
    one.refresh_from_db()
    assert one.assignee == boss


def test_the_same_matter_is_joined_and_its_resident_reads_the_other_answer(village, clerk):
    one, two = asked(village), asked(village, unit="1-1-102")
    handling.join(clerk, two.pk, one.number.lower(), "same pipe", NOW)
    two.refresh_from_db()
    assert (two.state, two.joined_to) == (State.JOINED, one)
    for wrong in (one.number, "S999999", two.number):
        with pytest.raises(NotTaken):
            handling.join(clerk, one.pk, wrong, "x", NOW)
    with pytest.raises(NotTaken):
        handling.answer(clerk, two.pk, "x", settled=True, now=NOW)
    handling.reopen(clerk, two.pk, "another pipe", NOW)
    two.refresh_from_db()
    assert (two.state, two.joined_to, two.opened_again) == (State.NEW, None, 1)


def test_numbers_of_another_community_are_not_joined(village, clerk):
    other = create_village("other")
    boss = create_person("boss", (other, Role.APPROVER))
    topics.begin(boss, other, NOW)
    asked(village)
    foreign = asked(other)
    mine = asked(village)
    assert foreign.number == "S000001"
    handling.join(clerk, mine.pk, foreign.number, "x", NOW)
    mine.refresh_from_db()
    assert mine.joined_to is not None and mine.joined_to.community == village


def test_a_look_at_the_number_is_written_down(village, clerk):
    assert handling.show_phone(clerk, asked(village).pk, NOW) == "13800001234"
    assert acts() == [("service_phone_shown", "clerk")]


def test_topics_are_begun_once_added_and_retired(village, manager):
    topics.begin(manager, village, NOW)
    assert Topic.objects.filter(community=village).count() == 13
    name = topic_of(village).name
    wanted = topics.Wanted("repair", name, Priority.USUAL, 24)
    with pytest.raises(NotTaken):
        topics.add(manager, village.pk, wanted, "asked for", NOW)
    topics.retire(manager, topic_of(village), "renamed", NOW)
    topics.add(manager, village.pk, wanted, "asked for", NOW)
    for hours in (0, 1441):
        with pytest.raises(NotTaken):
            topics.add(
                manager, village.pk, topics.Wanted("repair", name, 2, hours), "asked for", NOW
            )
