"""Somebody at a kiosk asks to be called back: staff see it until they did, and the number no longer."""

import uuid

from django.utils import timezone

from server.alerts.models import Alert
from server.estate.models import Community
from server.on_call.handling import acknowledge, hear_again
from server.on_call.models import Purpose
from server.on_call.wording import message
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
    assert ["138****1234"] in told.values()
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


def test_the_kiosk_hears_when_somebody_looks_after_it_and_nobody_else_s_kiosk_does(world, kiosk):
    wish_id = str(uuid.uuid4())
    steps = ["attract", "bills", "of_a_newer_kiosk"]
    wish = {"wish_id": wish_id, "phone": "13855501234", "screen": "method", "steps": steps}
    assert kiosk.get(f"/callbacks/{wish_id}").status_code == 404
    assert kiosk.post("/callbacks", wish).status_code == 200
    assert kiosk.get(f"/callbacks/{wish_id}").json() == {"state": "waiting"}
    alert = Alert.objects.get(kind="callback_wanted")
    assert alert.details["callback_steps"] == ["at_attract", "at_bills"]
    person = people.of(create_person("desk", (world.community, Role.COLLECTOR)))
    acknowledge(alert, person, timezone.now())
    assert kiosk.get(f"/callbacks/{wish_id}").json() == {"state": "seen"}
    hear_again(alert, person, timezone.now())
    assert kiosk.get(f"/callbacks/{wish_id}").json() == {"state": "waiting"}
    resolve_alert(alert.pk, person, "called", timezone.now())
    assert kiosk.get(f"/callbacks/{wish_id}").json() == {"state": "over"}
    Alert.objects.update(kiosk_code="K99")
    assert kiosk.get(f"/callbacks/{wish_id}").status_code == 404


def test_whoever_is_on_call_reads_where_help_was_asked_for_and_no_number(world, kiosk):
    wish = {"wish_id": str(uuid.uuid4()), "phone": "13855501234", "screen": "method"}
    kiosk.post("/callbacks", wish | {"steps": ["identify", "bills"]})
    alert = Alert.objects.get(kind="callback_wanted")
    said = message(alert, Purpose.TOLD, "zh", timezone.now())
    assert "正在选付款方式" in said and "正在看账单" in said
    english = message(alert, Purpose.TOLD, "en", timezone.now())
    assert "choosing how to pay" in english and "Before that: entering the unit" in english
    assert "13855501234" not in said + english


def test_help_without_a_number_is_an_alert_of_its_own_and_few_wait_at_a_time(world, kiosk):
    wish_id = str(uuid.uuid4())
    wish = {"wish_id": wish_id, "phone": "", "screen": "paying_card", "steps": ["method"]}
    for _ in range(2):
        assert kiosk.post("/callbacks", wish).status_code == 200
    alert = Alert.objects.get(kind="help_wanted")
    assert "callback_phone" not in alert.details
    said = message(alert, Purpose.TOLD, "zh", timezone.now())
    assert "没有留号码" in said and "正在选付款方式" in said
    more = [wish | {"wish_id": str(uuid.uuid4())} for _ in range(3)]
    assert [kiosk.post("/callbacks", one).status_code for one in more] == [200, 200, 429]
    called = {"wish_id": str(uuid.uuid4()), "phone": "13855501234", "screen": "bills"}
    assert kiosk.post("/callbacks", called).status_code == 200, "who leaves a number is heard"
    person = create_person("desk", (world.community, Role.COLLECTOR))
    assert any(w.count == 4 and "帮助" in str(w.name) for w in waiting_for(person, timezone.now()))
    acknowledge(alert, people.of(person), timezone.now())
    assert kiosk.get(f"/callbacks/{wish_id}").json() == {"state": "seen"}
