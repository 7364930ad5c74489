"""By the rule: who is told when, again and again, until somebody looks after it or it is over."""

from datetime import timedelta

import pytest
from django.db import connection
from django.utils import translation

from server.alerts.models import Alert
from server.alerts.raising import FAULTS, TEXTS, raise_alert
from server.estate.models import Community
from server.on_call import escalation, handling
from server.on_call.kinds import GROUP_OF, GROUPS, remedy_of
from server.on_call.models import Handling, Message, MessageState, Purpose, Rule
from server.on_call.wording import message
from server.staff.models import Act
from server.staff.people import Person
from server.staff.roles import Role
from tests.server.on_call.people import on_duty, technician
from tests.server.staff_accounts import create_person
from tests.server.village import NOW, create_village

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)
BY = Person("Wang")


@pytest.fixture
def village() -> Community:
    return create_village()


def raised(village: Community, kind: str = "fault_at_many") -> Alert:
    raise_alert(village.pk, kind, "K1", NOW, kiosk_code="K1")
    return Alert.objects.get(kind=kind)


def told(at) -> list[tuple[str, str]]:
    """Who is told of what by a look at this time: (person, purpose)."""
    before = set(Message.objects.values_list("pk", flat=True))
    escalation.look(at)
    Message.objects.filter(state="waiting", due_at__lte=at).update(state="sent")
    new = Message.objects.exclude(pk__in=before).order_by("pk")
    return [(one.person_name, one.purpose) for one in new]


def rule(village: Community, kind: str = "many", **minutes) -> None:
    values = {
        "first_after": 0,
        "second_after": 10,
        "third_after": 30,
        "repeat_after": 20,
        **minutes,
    }
    Rule.objects.create(community=village, kind=kind, changed_at=NOW, **values)


def test_steps_and_repetitions_come_when_the_rule_says(village):
    rule(village)
    for level, name in ((1, "first"), (2, "second"), (3, "third")):
        technician(village, name, level)
    raised(village)
    assert told(NOW) == [("first", "told")]
    assert told(NOW + 9 * MINUTE) == []
    assert told(NOW + 10 * MINUTE) == [("second", "escalated")]
    assert told(NOW + 29 * MINUTE) == []
    assert told(NOW + 30 * MINUTE) == [("third", "escalated")]
    assert told(NOW + 49 * MINUTE) == []
    everybody = [(name, "repeated") for name in ("first", "second", "third")]
    assert told(NOW + 50 * MINUTE) == everybody
    assert told(NOW + 70 * MINUTE) == everybody


def test_what_still_waits_to_be_sent_is_not_repeated(village):
    """An address takes so many an hour: what is repeated meanwhile would only come ever later."""
    rule(village)
    technician(village, "first", 1)
    raised(village)
    for minutes in range(0, 400, 20):
        escalation.look(NOW + minutes * MINUTE)
    assert not Message.objects.filter(purpose="repeated").exists()
    Message.objects.update(state="sent")
    assert told(NOW + 400 * MINUTE) == [("first", "repeated")]


def test_a_server_that_was_down_tells_each_once_not_all_that_it_missed(village):
    rule(village)
    technician(village, "first", 1)
    technician(village, "second", 2)
    raised(village)
    assert told(NOW + 60 * MINUTE) == [("first", "told"), ("second", "told")]
    assert told(NOW + 61 * MINUTE) == []


def test_who_looks_after_it_ends_the_messages(village):
    rule(village)
    technician(village, "first")
    alert = raised(village)
    told(NOW)
    handling.acknowledge(alert, BY, NOW + MINUTE)
    handling.acknowledge(alert, BY, NOW + 2 * MINUTE)
    assert told(NOW + 120 * MINUTE) == []
    assert Act.objects.filter(act="alert_acknowledged").count() == 1
    handling.hear_again(alert, BY, NOW + 121 * MINUTE)
    assert told(NOW + 121 * MINUTE) != []


def test_what_was_taken_back_before_it_went_out_is_told_when_it_is_heard_again(village):
    rule(village, second_after=None, third_after=None, repeat_after=None)
    technician(village, "first")
    alert = raised(village)
    escalation.look(NOW)
    handling.acknowledge(alert, BY, NOW + MINUTE)
    assert Message.objects.get().state == "dropped"
    handling.hear_again(alert, BY, NOW + 2 * MINUTE)
    assert told(NOW + 2 * MINUTE) == [("first", "told")]
    handling.acknowledge(alert, BY, NOW + 3 * MINUTE)
    handling.hear_again(alert, BY, NOW + 4 * MINUTE)
    assert told(NOW + 4 * MINUTE) == [], "the rule repeats nothing"


def test_a_silence_lasts_until_it_is_over(village):
    rule(village)
    technician(village, "first")
    alert = raised(village)
    handling.silence(alert, NOW + 60 * MINUTE, "the fitter is there", BY, NOW)
    assert told(NOW + 59 * MINUTE) == []
    Handling.objects.update(due_at=NOW)  # as a rule does that is changed meanwhile
    assert told(NOW + 59 * MINUTE) == []
    assert told(NOW + 60 * MINUTE) == [("first", "told")]
    act = Act.objects.get(act="alert_silenced")
    assert (act.reason, act.person_name) == ("the fitter is there", "Wang")
    with pytest.raises(handling.NotPossible):
        handling.silence(alert, NOW + timedelta(days=31), "long", BY, NOW)


def test_the_end_is_told_to_those_who_were_told_and_nothing_else_goes_out(village):
    rule(village)
    technician(village, "first")
    technician(village, "second", 2)
    alert = raised(village)
    told(NOW)
    Handling.objects.update(due_at=NOW + 10 * MINUTE)
    escalation.look(NOW + 10 * MINUTE)  # the second's message is written and waits
    Alert.objects.filter(pk=alert.pk).update(resolved_at=NOW + 11 * MINUTE)
    assert told(NOW + 12 * MINUTE) == [("first", "ended")]
    second = Message.objects.get(person_name="second")
    assert second.state == MessageState.DROPPED
    assert told(NOW + 13 * MINUTE) == []


def test_who_is_named_in_two_levels_is_told_once_a_round(village):
    rule(village, second_after=0, third_after=None)
    person = technician(village, "only")
    on_duty(village, person, 2)
    raised(village)
    assert told(NOW) == [("only", "told")]


def test_what_seems_over_or_is_part_of_another_is_not_told(village):
    rule(village)
    technician(village, "first")
    alert = raised(village)
    Alert.objects.update(cured_at=NOW)
    assert told(NOW) == []
    whole = Alert.objects.create(
        community=village,
        kind="site_silent",
        subject="",
        text_zh="x",
        text_en="x",
        raised_at=NOW,
        resolved_at=NOW,
    )
    Handling.objects.create(community=village, alert=whole, end_told=True)
    Alert.objects.filter(pk=alert.pk).update(cured_at=None, part_of=whole)
    assert told(NOW + MINUTE) == []
    Alert.objects.filter(pk=alert.pk).update(part_of=None)
    assert told(NOW + 2 * MINUTE) == [("first", "told")]


def test_many_that_wait_for_another_keep_nobody_waiting(village, monkeypatch):
    monkeypatch.setattr(escalation, "DUE_MAX", 3)
    rule(village)
    technician(village, "first")
    for number in range(6):
        raise_alert(village.pk, "fault_at_many", f"K{number}", NOW, kiosk_code="K1")
    Alert.objects.filter(subject__lt="K5").update(cured_at=NOW)
    found = [told(NOW + seconds * timedelta(seconds=1)) for seconds in range(3)]
    assert [("first", "told")] in found


def test_a_rule_for_the_kind_counts_before_one_for_its_group_and_empty_means_nobody(village):
    rule(village)
    rule(village, "fault_at_many", first_after=None, second_after=None, third_after=None)
    technician(village, "first")
    raised(village)
    assert told(NOW + 500 * MINUTE) == []
    raised(village, "channel_failing")
    assert told(NOW + 500 * MINUTE) == [("first", "told")]


def test_where_nobody_is_on_call_the_alert_says_so_and_goes_on_trying(village):
    rule(village, second_after=None, third_after=None)
    raised(village)
    assert told(NOW) == []
    assert Handling.objects.get().nobody
    technician(village, "late")
    assert told(NOW + 20 * MINUTE) == [("late", "told")]
    assert not Handling.objects.get().nobody


def test_two_workers_tell_once(village):
    rule(village)
    technician(village, "first")
    raised(village)
    assert told(NOW) == [("first", "told")]
    escalation._attend(Handling.objects.get().pk, NOW, escalation._Rules())
    assert Message.objects.count() == 1


def test_whom_it_is_assigned_to_is_told_and_must_belong_here(village):
    rule(village)
    technician(village, "first")
    other = technician(create_village("other"), "stranger")
    alert = raised(village)
    helper, planner = (
        technician(village, "helper", 3),
        create_person("Wang", (village, Role.ADMINISTRATOR)),
    )
    handling.assign(alert, helper.pk, planner, NOW)
    assert list(Message.objects.values_list("person_name", "purpose")) == [("helper", "assigned")]
    with pytest.raises(handling.NotPossible):
        handling.assign(alert, other.pk, planner, NOW)


def test_one_communitys_wrong_data_keep_nobody_else_waiting(village, monkeypatch):
    for one in (create_village("bad"), village):
        rule(one)
        technician(one, f"of-{one.code}")
        raise_alert(one.pk, "fault_at_many", "K1", NOW, kiosk_code="K1")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE estate_community SET time_zone = 'No/Where' WHERE code = 'bad'")
    assert told(NOW) == [("of-village", "told")]


@pytest.mark.parametrize("kind", TEXTS)
def test_every_kind_has_a_group_and_says_what_to_do_in_both_languages(kind):
    assert kind in GROUP_OF
    assert len(str(remedy_of(kind))) > 6
    with translation.override("zh-hans"):
        assert str(remedy_of(kind)).isascii() is False
    assert kind not in FAULTS or GROUPS[GROUP_OF[kind]].area == "kiosks"


@pytest.mark.parametrize("kind", TEXTS)
def test_no_message_holds_anything_of_a_resident(village, kind):
    """Whatever an alert's subject and details are, and whatever it is about."""
    unit = village.units.first()
    resident = unit.occupancies.first().resident
    secrets = (unit.code, unit.label_zh, unit.label_en, resident.name, resident.phone, "K1-000417")
    details = {"unit": unit.code, "payer": resident.name, "callback_phone": resident.phone}
    subject = f"K1-000417 {unit.code} {resident.phone}"
    raise_alert(village.pk, kind, subject, NOW, kiosk_code="K1", **details, remedy={"zh": subject})
    alert = Alert.objects.get()
    for purpose in Purpose:
        for language in ("zh", "en"):
            said = message(alert, purpose, language, NOW)
            assert len(said) > 20
            assert not [secret for secret in secrets if secret in said], said
