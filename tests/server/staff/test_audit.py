"""Acts of people: written once, with a name and a reason, and never changed by anybody."""

import pytest
from django.contrib.auth.models import AnonymousUser, User
from django.db import DatabaseError, connection, transaction

from server.staff import audit, people
from server.staff.audit import ReasonMissing, acts_on, record
from server.staff.models import Act, ActsStand
from server.staff.people import Person
from tests.server.village import NOW, create_village

pytestmark = pytest.mark.django_db
CLERK = Person("李会计")


def recorded(village, reason: str = "银行回单已核对", **more) -> Act:
    with transaction.atomic():
        return record(village.pk, CLERK, "refund_by_hand", ("refund", "R1"), reason, NOW, **more)


def test_an_act_keeps_who_what_why_and_what_it_changed():
    act = recorded(create_village(), before={"state": "due"}, after={"state": "by_hand", "at": NOW})
    [kept] = acts_on(("refund", "R1"))
    assert kept == act
    assert list(acts_on(("refund", "R2"), ("refund", "R1"))) == [act] and not acts_on()
    assert (kept.person_name, kept.act, kept.reason, kept.at) == (
        "李会计",
        "refund_by_hand",
        "银行回单已核对",
        NOW,
    )
    assert kept.before == {"state": "due"}
    assert kept.after == {"state": "by_hand", "at": NOW.isoformat()}


@pytest.mark.parametrize("reason", ["", "  \n", "\x00"])
def test_an_act_needs_a_reason(reason: str):
    village = create_village()
    with pytest.raises(ReasonMissing):
        recorded(village, reason)
    assert not Act.objects.exists()


def test_a_very_long_reason_and_a_nought_character_do_no_harm():
    act = recorded(create_village(), "a\x00b " + "长" * 500)
    act.refresh_from_db()
    assert act.reason.startswith("a b 长")
    assert len(act.reason) == audit.REASON_MAX


@pytest.mark.django_db(transaction=True)
def test_an_act_is_recorded_in_the_transaction_that_does_it_or_not_at_all():
    with pytest.raises(RuntimeError):
        record(create_village().pk, CLERK, "void", ("bill", "1"), "wrong", NOW)


def test_the_name_of_the_time_stays_when_the_account_is_renamed():
    clerk = User.objects.create_user("li", first_name="Li", last_name="Na")
    with transaction.atomic():
        act = record(
            create_village().pk, people.of(clerk), "void", ("bill", "1"), "typed wrong", NOW
        )
    User.objects.filter(pk=clerk.pk).update(first_name="Somebody", last_name="Else")
    act.refresh_from_db()
    assert (act.person_name, act.person_id) == ("Li Na", clerk.pk)


def test_nobody_does_no_act():
    with pytest.raises(ValueError, match="logged in"):
        people.of(AnonymousUser())


REWRITES = {
    "sqlite": ["INSERT OR REPLACE INTO staff_act SELECT * FROM staff_act"],
    "postgresql": ["TRUNCATE staff_act", "TRUNCATE staff_act CASCADE"],
}


def test_the_database_itself_refuses_to_rewrite_history():
    recorded(create_village())
    connection.check_constraints()  # so that nothing else keeps PostgreSQL from emptying the table
    everywhere = ["UPDATE staff_act SET reason = 'another'", "DELETE FROM staff_act"]
    for statement in everywhere + REWRITES[connection.vendor]:
        with (
            pytest.raises(DatabaseError, match="not changed or deleted"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement)
    assert Act.objects.get().reason == "银行回单已核对"


def test_the_program_refuses_too():
    act = recorded(create_village())
    act.reason = "another"
    for attempt in (
        act.save,
        act.delete,
        Act.objects.all().delete,
        lambda: Act.objects.update(reason="another"),
    ):
        with pytest.raises(ActsStand):
            attempt()
