"""What is over leaves in small steps; what tells of money stays."""

from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session

from contract.remote_acts import ActKind
from server.alerts.models import Alert
from server.alerts.raising import TEXTS, raise_alert
from server.api.lookups import WINDOWS_KEPT
from server.api.models import LookupWindow
from server.fleet.enrolment import create_pairing_code
from server.fleet.heartbeats import NONCES_KEPT, use_nonce
from server.fleet.models import PairingCode, UsedNonce
from server.jobs import handlers
from server.on_call import escalation
from server.on_call.models import Comment, Message, Rule
from server.outbox.models import Happening, ResidentMessage
from server.remote_acts.models import ActAttachment, RemoteAct
from server.retention import pruning
from server.retention.pruning import (
    ALERTS_KEPT,
    ATTACHMENTS_KEPT,
    MESSAGES_KEPT,
    OF_MACHINES,
    PAIRING_CODES_KEPT,
    prune,
)
from server.staff.roles import Role
from tests.server.fleet.heartbeats import kiosk
from tests.server.on_call.people import address, on_duty
from tests.server.remote_acts.machines import asked, machine
from tests.server.staff_accounts import create_person
from tests.server.village import NOW, create_village

pytestmark = pytest.mark.django_db
SECOND = timedelta(seconds=1)


def test_the_workers_do_it():
    assert pruning.prune in handlers.MINUTELY


def test_nonces_leave_when_their_signatures_are_too_old_anyway():
    use_nonce("k1", "first-nonce-here", now=NOW)
    use_nonce("k1", "second-nonce-here", now=NOW + 2 * SECOND)
    assert prune(NOW + NONCES_KEPT) == 0
    assert prune(NOW + NONCES_KEPT + SECOND) == 1
    assert UsedNonce.objects.get().nonce == "second-nonce-here"


def test_more_than_a_step_leaves_in_several_the_oldest_first(monkeypatch):
    monkeypatch.setattr(pruning, "STEP", 4)
    for number in range(10):
        use_nonce("k1", f"nonce-number-{number:04d}", now=NOW + number * SECOND)
    assert prune(NOW + NONCES_KEPT + 9 * SECOND) == 9
    use_nonce("k1", "a-nonce-of-today-", now=NOW)
    monkeypatch.setattr(pruning, "SECONDS_MAX", -1.0)
    assert prune(NOW + NONCES_KEPT + 9 * SECOND) == 0, "its time is over before it begins"


def test_minutes_of_look_ups_leave():
    for minutes in (0, 1):
        at = NOW + timedelta(minutes=minutes)
        LookupWindow.objects.create(kiosk_id="k", minute=at)
    assert prune(NOW + WINDOWS_KEPT + SECOND) == 1
    assert LookupWindow.objects.get().minute == NOW + timedelta(minutes=1)


def test_pairing_codes_leave_long_after_their_end():
    create_pairing_code(kiosk(), now=NOW, life=timedelta(hours=1))
    assert prune(NOW + PAIRING_CODES_KEPT) == 0
    assert prune(NOW + PAIRING_CODES_KEPT + timedelta(hours=1) + SECOND) == 1
    assert not PairingCode.objects.exists()


def test_sessions_that_ended_leave():
    for number, ends in enumerate((NOW - SECOND, NOW + SECOND)):
        Session.objects.create(session_key=f"s{number}", session_data="", expire_date=ends)
    assert prune(NOW) == 1
    assert Session.objects.get().session_key == "s1"


def test_alerts_of_machines_leave_long_after_their_end_and_those_of_money_never():
    village = create_village()
    for kind in TEXTS:
        raise_alert(village.pk, kind, "X", NOW)
        raise_alert(village.pk, kind, "still open", NOW)
    Alert.objects.filter(subject="X").update(resolved_at=NOW)
    assert prune(NOW + ALERTS_KEPT) == 0
    assert prune(NOW + ALERTS_KEPT + SECOND) == len(OF_MACHINES)
    left = set(Alert.objects.filter(subject="X").values_list("kind", flat=True))
    assert left == set(TEXTS) - set(OF_MACHINES)
    assert "refunded_twice" in left  # the books are compared with it
    assert Alert.objects.filter(subject="still open").count() == len(TEXTS)


def test_what_hangs_on_an_alert_leaves_with_it():
    village = create_village()
    approver = create_person("approver", (village, Role.APPROVER))
    address(approver)
    on_duty(village, approver)
    for kind in ("device_error", "paid_twice"):
        Rule.objects.create(community=village, kind=kind, first_after=0, changed_at=NOW)
        raise_alert(village.pk, kind, "K1", NOW, kiosk_code="K1")
    escalation.look(NOW)
    for alert in Alert.objects.all():
        Comment.objects.create(community=village, alert=alert, person_name="x", text="x", at=NOW)
    Alert.objects.update(resolved_at=NOW)
    assert prune(NOW + ALERTS_KEPT + SECOND) == 4
    assert Alert.objects.get().kind == "paid_twice"
    assert Message.objects.count() == Comment.objects.count() == 1


def test_pictures_of_kiosks_leave_and_the_acts_stay():
    village = create_village()
    person = create_person("fitter", (village, Role.TECHNICIAN))
    act = asked(person, machine(village), ActKind.PICTURE)
    RemoteAct.objects.update(state_at=NOW)
    ActAttachment.objects.create(
        community=village, act=act, kind="image/png", content=b"\x89PNG\r\n\x1a\n"
    )
    assert prune(NOW + ATTACHMENTS_KEPT) == 0
    assert prune(NOW + ATTACHMENTS_KEPT + SECOND) == 1
    assert RemoteAct.objects.get().pk == act.pk


def test_messages_to_residents_are_kept_for_three_years_and_then_what_they_told_of_too():
    village = create_village()
    of_it = {"community": village, "kind": "bill"}
    happening = Happening.objects.create(**of_it, subject="1", at=NOW, spread_at=NOW)
    Happening.objects.create(**of_it, subject="2", at=NOW)  # not told yet
    times = {"made_at": NOW, "due_at": NOW, "changed_at": NOW, "useless_at": NOW}
    address = {"way": "sms", "language": "zh", "masked": "1", "digest": "x"}
    ResidentMessage.objects.create(**of_it, happening=happening, **address, **times)
    assert prune(NOW + MESSAGES_KEPT) == 0
    assert prune(NOW + MESSAGES_KEPT + SECOND) == 2
    assert [one.subject for one in Happening.objects.all()] == ["2"]
