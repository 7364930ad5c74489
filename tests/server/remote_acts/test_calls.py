"""The call by which a kiosk fetches acts: signed, once, and not for whoever is not the kiosk any more."""

import json
from datetime import timedelta

import pytest
from django.utils import timezone

from contract.remote_acts import ActKind, ActsAnswer
from server.fleet.models import Kiosk
from server.remote_acts import signing
from server.remote_acts.asking import Wish, ask
from server.remote_acts.models import RemoteAct
from tests.server.api.callers import Caller, error
from tests.server.fleet.heartbeats import heartbeat
from tests.server.staff_accounts import create_staff


@pytest.fixture
def act(kiosk) -> RemoteAct:
    wish = Wish(ActKind.RESTART, "it hangs")
    return ask(create_staff("boss"), Kiosk.objects.all(), wish, timezone.now())[0]


def report(act: RemoteAct, state: str) -> dict:
    return {
        "reports": [{"act_id": str(act.pk), "state": state, "at": timezone.now().isoformat()}],
        "last_number": act.number,
    }


def test_heartbeats_say_that_acts_wait_and_the_kiosk_gets_its_go(kiosk, act):
    beat = heartbeat(timezone.now()).model_dump(mode="json")
    assert kiosk.post("/heartbeats", beat).json()["acts_wait"] is True
    answer = ActsAnswer.model_validate(kiosk.post("/acts").json())
    assert len(answer.acts) == 1
    answer = ActsAnswer.model_validate(kiosk.post("/acts", report(act, "taken")).json())
    assert [go.act_id for go in answer.go] == [str(act.pk)]
    kiosk.post("/acts", report(act, "done"))
    assert kiosk.post("/heartbeats", beat).json()["acts_wait"] is False


def test_enrolment_tells_the_key_that_signs(kiosk):
    assert signing.ActKey.objects.count() == 1


def test_a_kiosk_that_is_switched_off_is_still_served(kiosk, act):
    Kiosk.objects.update(active=False, off_by="王工", off_since=timezone.now())
    told = kiosk.post("/heartbeats", heartbeat(timezone.now()).model_dump(mode="json")).json()
    assert (told["stopped"], told["out_of_service"]["by"]) == ("switched_off", "王工")
    assert kiosk.post("/acts").status_code == 200


def test_replayed_skewed_altered_foreign_and_revoked_calls_are_refused(kiosk, act):
    path, body = "/api/v1/acts", report(act, "done")
    raw = json.dumps(body).encode()
    headers = kiosk.headers("POST", path, raw)
    altered = kiosk.client.generic("POST", path, raw + b" ", "application/json", headers=headers)
    assert error(altered) == (401, "not_signed")
    skewed = kiosk.headers("POST", path, raw, created=timezone.now() - timedelta(minutes=6))
    assert error(kiosk.send("POST", "/acts", body, skewed)) == (401, "clock")
    stranger = Caller(kiosk.key_id)
    assert error(stranger.post("/acts", body)) == (401, "not_signed")
    headers = kiosk.headers("POST", path, raw)
    assert kiosk.send("POST", "/acts", body, headers).status_code == 200
    assert error(kiosk.send("POST", "/acts", body, headers)) == (401, "replayed")
    Kiosk.objects.update(public_key="")
    assert error(kiosk.post("/acts", body)) == (401, "key_unknown")


@pytest.mark.parametrize(
    "body",
    [
        {"reports": "all"},
        {"reports": [{"act_id": "x", "state": "done", "at": "now"}]},
        {"reports": [], "last_number": -1},
        {"reports": [{"act_id": "0" * 8, "state": "eaten", "at": "2026-01-01T00:00:00Z"}]},
    ],
)
def test_what_is_no_report_is_a_bad_request(kiosk, body):
    assert error(kiosk.post("/acts", body)) == (422, "bad_request")
