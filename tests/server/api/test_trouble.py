"""Trouble of ours is never told as the kiosk's fault; a word about its key is said where it is one."""

import pytest
from django.db import OperationalError
from django.db.models.query import QuerySet

from kiosk.central.identity import public_text
from server.api import authentication
from server.fleet import callers
from server.fleet.enrolment import create_pairing_code
from server.fleet.models import Kiosk
from tests.server.api.callers import Caller, error, payment
from tests.server.payments.world import NOW


@pytest.fixture
def no_database(monkeypatch):
    """From the moment that the request's key is looked up."""

    def break_it():
        def fails(*args, **named):
            raise OperationalError("the connection is closed")

        monkeypatch.setattr(QuerySet, "_fetch_all", fails)
        monkeypatch.setattr(callers, "first_row", fails)

    return break_it


def test_a_database_that_is_away_while_the_key_is_looked_up_is_told_and_logged(
    kiosk, no_database, caplog
):
    no_database()
    assert error(kiosk.get("/config")) == (503, "internal")
    assert "the connection is closed" in caplog.text


def test_a_key_in_the_database_that_is_none_is_our_trouble_too(kiosk, caplog):
    Kiosk.objects.update(public_key="not a key")
    assert error(kiosk.get("/config")) == (503, "internal")
    assert "request failed" in caplog.text


def test_whoever_the_server_does_not_know_is_told_that_and_nothing_else(kiosk):
    stranger = Caller("00000000-0000-0000-0000-000000000000")
    assert error(stranger.get("/config")) == (401, "key_unknown")
    assert error(Caller("nobody").get("/config")) == (401, "key_unknown")
    assert error(Caller(kiosk.key_id).get("/config")) == (401, "not_signed"), "it may be the line"


def test_a_key_that_another_enrolment_replaced_is_out_and_hears_it(kiosk):
    again = Caller(kiosk.key_id)
    code = create_pairing_code(Kiosk.objects.get(), now=authentication.timezone.now())
    body = {"pairing_code": code, "public_key": public_text(again.key)}
    assert again.post("/enrol", body).status_code == 200
    assert again.get("/config").status_code == 200
    assert error(kiosk.get("/config")) == (401, "key_unknown")
    assert error(Caller(kiosk.key_id).get("/config")) == (401, "not_signed")


def test_a_body_that_is_no_json_is_refused_in_the_contracts_words(kiosk):
    raw = b"{nonsense"
    headers = kiosk.headers("POST", "/api/v1/journal", raw)
    answer = kiosk.client.generic(
        "POST", "/api/v1/journal", raw, content_type="application/json", headers=headers
    )
    assert error(answer) == (422, "bad_request")


def test_a_name_of_a_key_that_no_table_holds_is_refused(db):
    endless = Caller("k" * 400)
    body = {"pairing_code": "ABCDEFGH23", "public_key": public_text(endless.key)}
    assert error(endless.post("/enrol", body)) == (401, "not_signed")


# --- a kiosk that is switched off ---


def journal_entry(kiosk):
    from contract.journal_hash import GENESIS, entry_hash, sign_entry

    digest = entry_hash(1, NOW.isoformat(), "note", {"what": "x"}, GENESIS)
    return {
        "sequence": 1,
        "at": NOW.isoformat(),
        "kind": "note",
        "body": {"what": "x"},
        "previous_hash": GENESIS,
        "hash": digest,
        "signature": sign_entry(kiosk.key, kiosk.key_id, 1, digest),
    }


def beat():
    return {
        "at": NOW.isoformat(),
        "software": "0.1.0",
        "uptime_s": 5,
        "state": "idle",
        "offers": [],
        "devices": [],
        "journal_last": 1,
        "journal_acknowledged": 0,
        "open_payments": 0,
        "config_version": "",
    }


def test_a_kiosk_that_is_switched_off_delivers_its_journal_and_takes_no_money(world, kiosk):
    view = kiosk.post("/payments", payment(world, 1)).json()
    Kiosk.objects.update(active=False)
    assert kiosk.post("/journal", {"entries": [journal_entry(kiosk)]}).json()["acknowledged"] == 1
    assert kiosk.post("/heartbeats", beat()).json()["stopped"] == "switched_off"
    for call in (
        lambda: kiosk.post("/payments", payment(world, 2)),
        lambda: kiosk.get("/config"),
        lambda: kiosk.get("/bills/open"),
        lambda: kiosk.post("/units/lookup", {"unit": "3-2-1201"}),
        lambda: kiosk.get(f"/bills/{world.bills[0].number}"),
    ):
        answer = call()
        assert error(answer) == (403, "kiosk_stopped")
        assert answer.json()["details"] == {"reason": "switched_off"}
    ended = kiosk.post(f"/payments/{view['payment_id']}/cancel").json()
    assert ended["state"] == "cancelled", "what it began has an end"
    Kiosk.objects.update(active=True)
    assert kiosk.post("/heartbeats", beat()).json()["stopped"] is None
    assert kiosk.get("/config").status_code == 200
