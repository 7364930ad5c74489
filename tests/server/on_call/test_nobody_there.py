"""What is told when nobody is on call, nobody may see it, or somebody looks after it: never too little,
and never to the wrong people."""

from datetime import time, timedelta

import pytest

from server.alerts.models import Alert
from server.alerts.raising import raise_alert
from server.estate.models import Community
from server.on_call import escalation, handling, sending
from server.on_call.models import Handling, Message, Rule, Shift
from server.staff.people import Person
from server.staff.roles import Role
from tests.server.on_call.people import address, on_duty, technician
from tests.server.staff_accounts import create_person
from tests.server.village import NOW, create_village

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


@pytest.fixture
def village() -> Community:
    return create_village()


def raised(village: Community, kind: str = "fault_at_many", *minutes: int | None) -> Alert:
    first, second, third, repeat = minutes or (0, 10, 30, 20)
    Rule.objects.create(
        community=village,
        kind=kind,
        first_after=first,
        second_after=second,
        third_after=third,
        repeat_after=repeat,
        changed_at=NOW,
    )
    raise_alert(village.pk, kind, "K1", NOW, kiosk_code="K1")
    return Alert.objects.get(kind=kind)


def told(at) -> list[tuple[str, str]]:
    Message.objects.filter(state="waiting").update(state="sent")
    before = set(Message.objects.values_list("pk", flat=True))
    escalation.look(at)
    new = Message.objects.exclude(pk__in=before).order_by("pk")
    return [(one.person_name, one.purpose) for one in new]


def test_an_alert_outside_the_hours_is_told_to_whoever_comes_on_call_next(village):
    """NOW is 12:00 there; the only one on call begins at 13:00, and there is no repetition."""
    person = create_person("late", (village, Role.TECHNICIAN))
    address(person)
    on_duty(village, person, starts=time(13), ends=time(18))
    raised(village, "fault_at_many", 0, None, None, None)
    for minutes in range(0, 60, 2):
        assert told(NOW + minutes * MINUTE) == []
    row = Handling.objects.get()
    assert row.nobody and row.round == 0 and row.told_at is None
    found = [told(NOW + minutes * MINUTE) for minutes in range(60, 66)]
    assert [one for one in found if one] == [[("late", "told")]]
    row.refresh_from_db()
    assert not row.nobody and row.round == 1 and row.due_at is None


def test_a_step_in_between_is_not_waited_past(village):
    technician(village, "second", 2)
    raised(village)
    assert told(NOW + 8 * MINUTE) == []
    assert Handling.objects.get().due_at == NOW + 10 * MINUTE
    assert told(NOW + 10 * MINUTE) == [("second", "told")]


def test_rounds_in_which_nobody_is_there_use_nothing_up_and_repetitions_have_no_hidden_end(village):
    person = technician(village, "first")
    raised(village)
    assert told(NOW) == [("first", "told")]
    Shift.objects.update(ended_at=NOW)
    for minutes in range(1, 300, 5):
        assert told(NOW + minutes * MINUTE) == []
    assert Handling.objects.get().nobody and Handling.objects.get().round == 1
    on_duty(village, person)
    assert told(NOW + 310 * MINUTE) != []
    Handling.objects.update(round=5_000)
    assert told(NOW + 400 * MINUTE) == [("first", "repeated")]
    assert Handling.objects.get().due_at == NOW + 420 * MINUTE


@pytest.mark.parametrize("at", [NOW + 30 * MINUTE, NOW + 60 * MINUTE])
def test_a_level_whose_field_is_empty_is_never_told(village, at):
    for level, name in ((1, "first"), (2, "second"), (3, "third")):
        technician(village, name, level)
    raised(village, "fault_at_many", 0, None, 30, 20)
    assert told(NOW) == [("first", "told")]
    assert told(NOW + 20 * MINUTE) == [("first", "repeated")]
    assert {name for name, _purpose in told(at)} == {"third"}
    assert {name for name, _purpose in told(at + 20 * MINUTE)} == {"first", "third"}


def test_that_nobody_can_pay_is_told_only_when_it_stays_so(village):
    """A kiosk that starts offers nothing until it has asked its devices."""
    technician(village, "first")
    raise_alert(village.pk, "kiosk_no_money", "K1", NOW, kiosk_code="K1")
    assert told(NOW + 44 * timedelta(seconds=1)) == []
    assert told(NOW + 45 * timedelta(seconds=1)) == [("first", "told")]


@pytest.mark.parametrize("by", ["acknowledge", "silence"])
def test_what_waits_is_taken_back_when_somebody_looks_after_it_or_silences_it(village, by):
    technician(village, "first")
    alert = raised(village)
    told(NOW)
    if by == "acknowledge":
        handling.acknowledge(alert, Person("Wang"), NOW)
    else:
        handling.silence(alert, NOW + 60 * MINUTE, "the fitter is there", Person("Wang"), NOW)
    assert Message.objects.get().state == "dropped"
    Message.objects.update(state="waiting")  # as one whose receiver was away comes back
    assert sending.look(NOW) == 0
    assert Message.objects.get().state == "dropped"


def test_whom_it_was_assigned_to_is_told_although_somebody_looks_after_it(village):
    helper = technician(village, "helper")
    alert = raised(village)
    handling.acknowledge(alert, Person("Wang"), NOW)
    handling.assign(alert, helper.pk, helper, NOW)
    assert sending.look(NOW) == 1


def test_what_is_about_money_goes_only_to_who_may_see_it(village):
    fitter = technician(village, "fitter")
    keeper = create_person("keeper", (village, Role.BOOKKEEPER))
    address(keeper)
    on_duty(village, keeper)
    alert = raised(village, "paid_twice")
    assert told(NOW) == [("keeper", "told")]
    with pytest.raises(handling.NotPossible):
        handling.assign(alert, fitter.pk, keeper, NOW)
    Message.objects.update(address=fitter.alert_addresses.get())
    assert sending.look(NOW) == 0 and Message.objects.get().state == "dropped"


def test_a_companys_own_account_is_assigned_by_itself_alone(village):
    company = create_person("company")
    company.is_superuser = True
    company.save()
    keeper = create_person("keeper", (village, Role.ADMINISTRATOR))
    alert = raised(village)
    with pytest.raises(handling.NotPossible):
        handling.assign(alert, company.pk, keeper, NOW)
    handling.assign(alert, company.pk, company, NOW)
    assert Handling.objects.get().assigned_to == company
