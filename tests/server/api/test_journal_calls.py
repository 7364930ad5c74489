"""A kiosk hands in its journal and its heartbeats; what two machines of one identity hear."""

import pytest
from django.utils import timezone

from contract.journal_hash import GENESIS, entry_hash, sign_entry
from kiosk.central.identity import public_text
from server.alerts.models import Alert
from server.fleet.enrolment import create_pairing_code
from server.fleet.models import Kiosk
from server.payments.models import JournalEntry
from tests.server.api.callers import Caller, error, payment


def presence(boot="a", starts=1, beat=1, last=0):
    return {
        "boot": boot * 32,
        "starts": starts,
        "beat": beat,
        "journal_last": last,
        "journal_hash": GENESIS,
    }


def test_two_machines_with_one_identity_get_no_payment_until_one_is_enrolled_again(world, kiosk):
    assert kiosk.post("/journal", {"entries": [], "presence": presence("a")}).status_code == 200
    assert kiosk.post("/journal", {"entries": [], "presence": presence("b")}).status_code == 200
    answer = kiosk.post("/payments", payment(world))
    assert error(answer) == (403, "kiosk_stopped")
    assert answer.json()["details"] == {"reason": "twin"}
    again = Caller(kiosk.key_id)
    code = create_pairing_code(Kiosk.objects.get(), now=timezone.now())
    body = {"pairing_code": code, "public_key": public_text(again.key)}
    assert again.post("/enrol", body).status_code == 200
    assert again.post("/payments", payment(world)).status_code == 200
    assert error(kiosk.post("/payments", payment(world, 2))) == (401, "key_unknown")


def test_a_forked_journal_stops_the_kiosk_at_once(world, kiosk):
    def entry(note):
        at = timezone.now().isoformat()
        digest = entry_hash(1, at, "note", {"what": note}, GENESIS)
        return {
            "sequence": 1,
            "at": at,
            "kind": "note",
            "body": {"what": note},
            "previous_hash": GENESIS,
            "hash": digest,
            "signature": sign_entry(kiosk.key, kiosk.key_id, 1, digest),
        }

    assert kiosk.post("/journal", {"entries": [entry("one")]}).json()["acknowledged"] == 1
    assert error(kiosk.post("/journal", {"entries": [entry("two")]})) == (409, "journal_broken")
    assert error(kiosk.post("/payments", payment(world))) == (403, "kiosk_stopped")
    unsigned = entry("one") | {"signature": ""}
    assert error(kiosk.post("/journal", {"entries": [unsigned]})) == (409, "journal_not_signed")
    assert Kiosk.objects.get().stopped == "forked"


@pytest.mark.parametrize(
    ("kind", "at", "body"),
    [
        (
            "payment",
            "2026-11-24T22:47:00+08:00",
            {"amount_minor": 10**60, "reference": "K03-000009"},
        ),
        ("Day-end 日结", "2026-11-24T22:47:00+08:00", {"what": "of a newer kiosk"}),
        ("payment", "昨天晚上", {"reference": "K03-000009"}),
    ],
)
def test_an_entry_that_no_contract_knows_keeps_no_other_one(world, kiosk, kind, at, body):
    """It is kept as it was signed, and staff are told."""
    entries, before = [], GENESIS
    for number, (name, when, told) in enumerate(
        [(kind, at, body), ("note", timezone.now().isoformat(), {"what": "start"})], 1
    ):
        digest = entry_hash(number, when, name, told, before)
        signature = sign_entry(kiosk.key, kiosk.key_id, number, digest)
        entries.append(
            {
                "sequence": number,
                "at": when,
                "kind": name,
                "body": told,
                "previous_hash": before,
                "hash": digest,
                "signature": signature,
            }
        )
        before = digest
    assert kiosk.post("/journal", {"entries": entries}).json()["acknowledged"] == 2
    assert Alert.objects.get().kind == "unreadable_record"
    assert JournalEntry.objects.get(sequence=1).body == body


def test_a_heartbeat_is_kept(kiosk):
    beat = {
        "at": timezone.now().isoformat(),
        "software": "0.1.0",
        "uptime_s": 5,
        "state": "idle",
        "offers": ["wechat"],
        "devices": [{"role": "printer", "driver": "escpos", "level": "ok"}],
        "journal_last": 1,
        "journal_acknowledged": 1,
        "open_payments": 0,
        "config_version": "",
    }
    Kiosk.objects.update(journal_sequence=7)
    answer = kiosk.post("/heartbeats", beat)
    assert (answer.status_code, answer.json()["journal_received"]) == (200, 7)
    assert Kiosk.objects.get().heartbeat["devices"][0]["role"] == "printer"
