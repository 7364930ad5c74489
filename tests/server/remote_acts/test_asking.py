"""Who may ask what of which kiosk; each wish once, with a reason, in the log."""

import uuid
from datetime import timedelta

import pytest

from contract.remote_acts import ActKind
from server.remote_acts.asking import Wish, ask, take_back
from server.remote_acts.models import RemoteAct
from server.remote_acts.wishes import NotPossible
from server.staff.audit import ReasonMissing
from server.staff.models import Act
from server.staff.roles import Role
from tests.server.remote_acts.machines import asked, call, machine
from tests.server.staff_accounts import create_person, create_staff
from tests.server.village import NOW, create_village

pytestmark = pytest.mark.django_db


@pytest.fixture
def kiosk(db):
    return machine(create_village())


def test_a_technician_asks_and_it_is_written_down(kiosk):
    person = create_person("wang", (kiosk.community, Role.TECHNICIAN))
    act = asked(person, kiosk, ActKind.RESTART)
    assert (act.asked_by, act.role, act.reason) == ("wang", "technician", "so that it works")
    line = Act.objects.get(act="kiosk_act_asked")
    assert (line.subject_id, line.after["kind"], line.after["role"]) == (
        "K03",
        "restart",
        "technician",
    )


@pytest.mark.parametrize("role", [Role.BOOKKEEPER, Role.COLLECTOR, Role.APPROVER, Role.AUDITOR])
def test_other_roles_may_not(kiosk, role):
    person = create_person("li", (kiosk.community, role))
    with pytest.raises(NotPossible):
        asked(person, kiosk, ActKind.RESTART)


def test_settings_are_for_administrators(kiosk):
    changed = {"parameters": {"look": {"theme": "night"}}}
    with pytest.raises(NotPossible):
        asked(
            create_person("t", (kiosk.community, Role.TECHNICIAN)),
            kiosk,
            ActKind.SETTINGS,
            **changed,
        )
    person = create_person("a", (kiosk.community, Role.ADMINISTRATOR))
    assert asked(person, kiosk, ActKind.SETTINGS, **changed).parameters == changed["parameters"]


def test_kiosks_of_other_communities_are_left_out(kiosk):
    other = machine(create_village("other"))
    person = create_person("wang", (kiosk.community, Role.TECHNICIAN))
    made = ask(person, [kiosk, other], Wish(ActKind.SELF_TEST, "monthly"), NOW)
    assert [act.kiosk_id for act in made] == [kiosk.pk]
    with pytest.raises(NotPossible):
        ask(person, [other], Wish(ActKind.SELF_TEST, "monthly"), NOW)


def test_the_same_wish_twice_is_one_and_many_kiosks_get_one_each(kiosk):
    boss, other = create_staff("boss"), machine(kiosk.community, "K04")
    wish = Wish(ActKind.RESTART, "update", id=uuid.uuid4())
    assert len(ask(boss, [kiosk, other], wish, NOW)) == 2
    assert ask(boss, [kiosk, other], wish, NOW) == []
    assert RemoteAct.objects.count() == 2
    with pytest.raises(NotPossible, match="K03"):
        ask(boss, [kiosk], Wish(ActKind.RESTART, "again"), NOW)


@pytest.mark.parametrize(
    ("kind", "parameters"),
    [
        (ActKind.MESSAGE, {"words": {"zh": "停水", "en": "No water"}}),
        (ActKind.MESSAGE, {"words": {"zh": "停水", "en": ""}}),
        (ActKind.OUT_OF_SERVICE, {"until": (NOW - timedelta(minutes=1)).isoformat()}),
        (ActKind.OUT_OF_SERVICE, {"until": (NOW + timedelta(days=40)).isoformat()}),
        (ActKind.SETTINGS, {"look": {"theme": "pink"}}),
        (ActKind.SETTINGS, {"staff": {"pin": "x"}}),
        (ActKind.SETTINGS, {"payments": {"offline_card_limit_minor": 10**9}}),
    ],
)
def test_what_the_kiosk_could_not_use_is_not_sent(kiosk, kind, parameters):
    with pytest.raises(NotPossible):
        asked(create_staff("boss"), kiosk, kind, parameters=parameters)
    assert not RemoteAct.objects.exists()


def test_an_act_needs_a_reason_and_a_paired_kiosk(kiosk):
    boss = create_staff("boss")
    with pytest.raises(ReasonMissing):
        ask(boss, [kiosk], Wish(ActKind.RESTART, "  "), NOW)
    kiosk.public_key = ""
    kiosk.save()
    with pytest.raises(NotPossible):
        asked(boss, kiosk, ActKind.RESTART)


def test_what_was_begun_is_not_taken_back(kiosk):
    boss = create_staff("boss")
    act = asked(boss, kiosk, ActKind.RESTART)
    stranger = create_person("li", (kiosk.community, Role.COLLECTOR))
    with pytest.raises(NotPossible):
        take_back(stranger, act.pk, "no", NOW)
    call(kiosk, (str(act.pk), "begun"))
    with pytest.raises(NotPossible):
        take_back(boss, act.pk, "no", NOW)
