"""Somebody at a kiosk asks to be called back: staff see it until they did, and the number no longer."""

import uuid

from django.utils import timezone

from server.alerts.models import Alert
from server.estate.models import Community
from server.open_questions.listing import questions
from server.payments.decisions.alert_closing import resolve_alert
from server.staff import people
from server.staff.roles import Role
from server.workplace.views import waiting_for
from tests.server.staff_accounts import create_person


def test_a_wish_to_be_called_back_is_an_alert_until_it_was_dealt_with(world, kiosk):
    wish = {"wish_id": str(uuid.uuid4()), "phone": "13855501234", "screen": "paying_qr"}
    for _ in range(2):
        answer = kiosk.post("/callbacks", wish)
        assert (answer.status_code, answer.json()) == (200, {"wish_id": wish["wish_id"]})
    alert = Alert.objects.get(kind="callback_wanted")
    assert (alert.kiosk_code, alert.details["callback_phone"]) == ("K03", "13855501234")
    person = create_person("desk", (world.community, Role.COLLECTOR))
    here = Community.objects.filter(pk=world.community.pk)
    shown = next(q for q in questions(here, timezone.now()) if q.kind == "alert")
    told = {row.label: row.lines for row in shown.rows}
    assert ["13855501234"] in told.values()
    assert not any("paying_qr" in line for lines in told.values() for line in lines)
    assert any(w.count == 1 and "回电" in str(w.name) for w in waiting_for(person, timezone.now()))
    resolve_alert(alert.pk, people.of(person), "called", timezone.now())
    assert "callback_phone" not in Alert.objects.get(pk=alert.pk).details
    assert kiosk.post("/callbacks", wish).status_code == 200
    assert Alert.objects.filter(kind="callback_wanted").count() == 1, "told late, it is no new wish"


def test_a_kiosk_somebody_plays_with_wakes_nobody_for_ever(world, kiosk):
    wishes = [
        {"wish_id": str(uuid.uuid4()), "phone": "13855501234", "screen": "bills"} for _ in range(21)
    ]
    answers = [kiosk.post("/callbacks", wish).status_code for wish in wishes]
    assert answers == [200] * 20 + [429]
    odd = {"wish_id": str(uuid.uuid4()), "phone": "call me", "screen": "bills"}
    assert kiosk.post("/callbacks", odd).status_code == 422
