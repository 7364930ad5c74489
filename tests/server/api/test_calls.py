"""The kiosk API over real signed requests: who may call, and what each refusal says."""

import json
import secrets
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.test import Client
from django.utils import timezone

from contract.http_signature import sign
from contract.journal_hash import GENESIS, entry_hash, sign_entry
from contract.messages import PaymentState
from kiosk.central.identity import public_text
from server.alerts.models import Alert
from server.api import lookups
from server.api.models import LookupWindow
from server.fleet.enrolment import create_pairing_code
from server.fleet.models import Kiosk
from server.payments.channels import registry
from server.payments.models import JournalEntry
from tests.server.payments import world as worlds
from tests.server.staff_accounts import PASSWORD, create_staff


class Caller:
    """A kiosk's side of the line, as bytes."""

    def __init__(self, key_id="", key=None):
        self.key_id, self.key, self.client = key_id, key or Ed25519PrivateKey.generate(), Client()

    def headers(self, method, path, body=b"", **changes):
        how = {
            "key": self.key,
            "key_id": self.key_id,
            "created": timezone.now(),
            "nonce": secrets.token_urlsafe(18),
        }
        return sign(method, f"http://testserver{path}", body, **{**how, **changes})

    def send(self, method, path, body=None, headers=None):
        raw = json.dumps(body).encode() if body is not None else b""
        headers = headers or self.headers(method, f"/api/v1{path}", raw)
        return self.client.generic(
            method, f"/api/v1{path}", raw, content_type="application/json", headers=headers
        )

    def get(self, path):
        return self.send("GET", path)

    def post(self, path, body=None):
        return self.send("POST", path, body if body is not None else {})


@pytest.fixture
def world(db, monkeypatch):
    made = worlds.make()

    def channel(method):
        return made.channel if method == "wechat" else None

    monkeypatch.setattr(registry, "channel", channel)
    return made


@pytest.fixture
def kiosk(world):
    caller = Caller()
    row = Kiosk.objects.get()
    code = create_pairing_code(row, now=timezone.now())
    body = {"pairing_code": code, "public_key": public_text(caller.key)}
    answer = caller.post("/enrol", body)
    assert answer.status_code == 200, answer.content
    caller.key_id = answer.json()["kiosk_id"]
    return caller


def due_bills(world):
    """Amounts as of the real today: the world's bills may have grown a late fee by now."""
    from server.billing.unit_accounts import account_of

    return account_of(world.unit, timezone.localdate()).bills


def payment(world, number=1, method="wechat"):
    bills = due_bills(world)
    request = world.request(number).model_dump(mode="json")
    request["bills"] = [{"number": b.number, "amount_minor": b.amount_minor} for b in bills]
    request["amount_minor"] = sum(b.amount_minor for b in bills)
    return {**request, "method": method}


def error(answer):
    return answer.status_code, answer.json()["code"]


def test_an_enrolled_kiosk_gets_its_configuration(kiosk):
    config = kiosk.get("/config").json()
    assert config["kiosk_code"] == "K03"
    assert config["community"]["name"] == {"zh": "湖畔花园", "en": "Lakeside Garden"}
    assert config["version"] == kiosk.get("/config").json()["version"]


@pytest.mark.parametrize(
    ("test", "methods", "simulated", "codes"),
    [
        (True, ["wechat", "alipay", "card"], ["wechat"], ["wechat", "alipay"]),
        (False, ["alipay", "card"], [], ["alipay"]),
    ],
)
def test_a_channel_that_is_a_play_is_offered_in_a_test_community_only(
    world, kiosk, settings, test, methods, simulated, codes
):
    tables = {
        "wechat": {"simulated": True, "payment_codes": True},
        "alipay": {"payment_codes": True},
    }
    settings.LOBBYPAY = settings.LOBBYPAY.model_copy(update={"channels": tables})
    type(world.community).objects.filter(pk=world.community.pk).update(test=test)
    config = kiosk.get("/config").json()
    assert config["methods"] == methods
    assert (config["simulated"], config["payment_codes"]) == (simulated, codes)


def test_a_pairing_code_serves_one_key_only(world, kiosk):
    code = create_pairing_code(Kiosk.objects.get(), now=timezone.now())
    first, second = Caller(), Caller()
    body = {"pairing_code": code, "public_key": public_text(first.key)}
    assert first.post("/enrol", body).status_code == 200
    body = {"pairing_code": code, "public_key": public_text(second.key)}
    assert error(second.post("/enrol", body)) == (403, "pairing_code")
    assert error(kiosk.get("/config")) == (401, "key_unknown"), "the earlier key is out"


def test_enrolling_proves_that_the_key_is_held(world):
    code = create_pairing_code(Kiosk.objects.get(), now=timezone.now())
    thief, owner = Caller(), Caller()
    body = {"pairing_code": code, "public_key": public_text(owner.key)}
    assert error(thief.post("/enrol", body)) == (401, "not_signed")


def test_requests_without_a_good_signature_are_refused(kiosk):
    stranger = Caller(kiosk.key_id)
    assert error(stranger.get("/config")) == (401, "not_signed")
    assert error(kiosk.send("GET", "/config", headers={"X-Nothing": "1"})) == (401, "not_signed")
    signed = kiosk.headers("POST", "/api/v1/units/lookup", b'{"unit": "3-2-1201"}')
    changed = kiosk.send("POST", "/units/lookup", {"unit": "3-2-1202"}, headers=signed)
    assert error(changed) == (401, "not_signed")


def test_a_request_is_taken_once_and_only_while_fresh(kiosk):
    headers = kiosk.headers("GET", "/api/v1/config")
    assert kiosk.send("GET", "/config", headers=headers).status_code == 200
    assert error(kiosk.send("GET", "/config", headers=headers)) == (401, "replayed")
    old = kiosk.headers("GET", "/api/v1/config", created=timezone.now() - timedelta(hours=1))
    answer = kiosk.send("GET", "/config", headers=old)
    assert error(answer) == (401, "clock")
    assert "server_time" in answer.json()["details"]


def test_a_switched_off_kiosk_is_out(kiosk):
    Kiosk.objects.update(active=False)
    assert error(kiosk.get("/config")) == (403, "kiosk_stopped")


def test_a_unit_is_found_with_its_name_masked(world, kiosk):
    account = kiosk.post("/units/lookup", {"unit": "3-2-1201"}).json()
    assert account["payer"] == "王*明"
    assert "王小明" not in json.dumps(account, ensure_ascii=False)
    assert len(account["bills"]) == 2
    assert error(kiosk.post("/units/lookup", {"unit": "9-9-9"})) == (404, "unit_not_found")
    assert error(kiosk.post("/units/lookup", {"unit": "'; --"})) == (422, "bad_request")


def test_guessing_units_is_stopped(kiosk):
    answers = [kiosk.post("/units/lookup", {"unit": f"3-2-{n}"}) for n in range(9000, 9012)]
    codes = [a.json()["code"] for a in answers]
    assert codes[0] == "unit_not_found"
    assert codes[-1] == "rate_limited"


def test_minutes_that_are_over_leave(world):
    machine = Kiosk.objects.get()
    begin = timezone.now() - timedelta(days=1)
    for minute in range(2 * lookups.PRUNE_EVERY):
        lookups._count(machine, begin + timedelta(hours=2, minutes=minute))
    assert LookupWindow.objects.count() < 2 * lookups.PRUNE_EVERY
    assert not LookupWindow.objects.filter(
        minute__lt=begin + timedelta(hours=2, minutes=1)
    ).exists()


def test_the_second_factor(world, kiosk):
    world.community.second_factor = True
    world.community.save()
    look = {"unit": "3-2-1201"}
    assert error(kiosk.post("/units/lookup", look)) == (403, "second_factor_needed")
    wrong = {**look, "phone_last4": "9999"}
    assert error(kiosk.post("/units/lookup", wrong)) == (403, "second_factor_wrong")
    right = {**look, "phone_last4": "1201"}
    assert kiosk.post("/units/lookup", right).status_code == 200


def test_a_bill_tells_when_it_was_paid(world, kiosk):
    number = world.bills[0].number
    assert kiosk.get(f"/bills/{number}").json()["paid_on"] is None
    assert error(kiosk.get("/bills/NONE")) == (404, "not_found")


def test_open_bills_come_page_by_page(world, kiosk, monkeypatch):
    from server.api import calls

    more = worlds.unit(world.community, "1202")
    worlds.bills(more, "2026-10")
    monkeypatch.setattr(calls, "UNITS_A_PAGE", 1)
    first = kiosk.get("/bills/open").json()
    second = kiosk.get(f"/bills/open?cursor={first['next_cursor']}").json()
    units = [a["unit"] for a in first["accounts"] + second["accounts"]]
    assert (units, second["next_cursor"]) == (["3-2-1201", "3-2-1202"], None)


def test_an_account_says_how_far_the_kiosks_journal_is_known(kiosk, world):
    Kiosk.objects.update(journal_sequence=7)
    found = kiosk.post("/units/lookup", {"unit": "3-2-1201"}).json()
    assert found["journal_received"] == 7
    assert kiosk.get("/bills/open").json()["journal_received"] == 7


def test_a_payment_is_started_followed_and_found_paid(world, kiosk):
    view = kiosk.post("/payments", payment(world)).json()
    assert view["state"] == "pending"
    assert view["code_url"].startswith("weixin://")
    world.channel.pays(view["payment_id"].replace("-", ""))
    path = f"/payments/{view['payment_id']}?wait=10&after_version={view['version']}"
    assert kiosk.get(path).json()["state"] == "approved"


def test_a_payment_is_cancelled(world, kiosk):
    view = kiosk.post("/payments", payment(world)).json()
    answer = kiosk.post(f"/payments/{view['payment_id']}/cancel").json()
    assert answer["state"] == PaymentState.CANCELLED


def test_what_is_wrong_with_a_payment_is_said(world, kiosk):
    kiosk.post("/payments", payment(world, 1))
    assert error(kiosk.post("/payments", payment(world, 2))) == (409, "bill_leased")
    conflict = {**payment(world, 1), "reference": "K03-000009"}
    assert error(kiosk.post("/payments", conflict)) == (409, "idempotency_conflict")
    assert error(kiosk.post("/payments", payment(world, 3, "alipay"))) == (409, "bill_leased")
    broken = {**payment(world, 4), "amount_minor": -1}
    assert error(kiosk.post("/payments", broken)) == (422, "bad_request")


def test_a_channel_that_is_not_set_up_is_said_to_be_unavailable(world, kiosk):
    alipay = payment(world, 1, "alipay")
    assert error(kiosk.post("/payments", alipay)) == (409, "channel_unavailable")


WECHAT_CODE = "134567890123456789"


def with_code(world, number=1, code=WECHAT_CODE, method="wechat"):
    return {**payment(world, number, method), "payment_code": code}


def test_a_phone_is_charged_by_the_code_it_showed(world, kiosk, monkeypatch):
    monkeypatch.setattr(registry, "charging_phones", lambda: ["wechat"])
    assert kiosk.get("/config").json()["payment_codes"] == ["wechat"]
    body = with_code(world)
    for _ in range(2):
        view = kiosk.post("/payments", body).json()
        assert (view["state"], view["with_payment_code"]) == ("approved", True)
    assert len(world.channel.charged) == 1


def test_a_phone_that_asks_for_the_password_is_followed(world, kiosk, monkeypatch):
    monkeypatch.setattr(registry, "charging_phones", lambda: ["wechat"])
    world.channel.phone = "asks"
    view = kiosk.post("/payments", with_code(world)).json()
    assert (view["state"], view["code_url"]) == ("pending", None)
    world.channel.pays(view["payment_id"].replace("-", ""))
    path = f"/payments/{view['payment_id']}?wait=15&after_version={view['version']}"
    assert kiosk.get(path).json()["state"] == "approved"


def test_what_is_wrong_with_a_payment_code_is_said_before_anybody_is_charged(
    world, kiosk, monkeypatch, caplog
):
    caplog.set_level("DEBUG")
    assert error(kiosk.post("/payments", with_code(world))) == (409, "channel_unavailable")
    monkeypatch.setattr(registry, "charging_phones", lambda: ["wechat"])
    other = with_code(world, code="281234567890123456")
    assert error(kiosk.post("/payments", other)) == (422, "bad_request")
    odd = kiosk.post("/payments", with_code(world, code=WECHAT_CODE + "x"))
    assert error(odd) == (422, "bad_request")
    monkeypatch.setattr(world.channel, "charge", None)  # a defect
    assert error(kiosk.post("/payments", with_code(world, 2)))[0] == 503
    assert world.channel.charged == []
    for said in (odd.content.decode(), caplog.text):
        assert WECHAT_CODE not in said


def test_a_kiosk_sees_only_its_own_payments(world, kiosk):
    view = kiosk.post("/payments", payment(world)).json()
    other = Caller()
    row = Kiosk.objects.create(
        community=world.community, code="K04", location_zh="大堂", location_en="Lobby"
    )
    code = create_pairing_code(row, now=timezone.now())
    body = {"pairing_code": code, "public_key": public_text(other.key)}
    other.key_id = other.post("/enrol", body).json()["kiosk_id"]
    assert error(other.get(f"/payments/{view['payment_id']}")) == (404, "not_found")


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


@pytest.mark.django_db
def test_the_openapi_description_is_there_for_staff(client: Client):
    create_staff("staff")
    client.login(username="staff", password=PASSWORD)
    paths = client.get("/api/v1/openapi.json").json()["paths"]
    assert "/api/v1/payments/{payment_id}/cancel" in paths


def test_a_phone_follows_a_payment_without_a_login(world, kiosk):
    view = kiosk.post("/payments", payment(world)).json()
    page = Client().get(f"/p/{view['payment_id']}").content.decode()
    assert "请不要再付一次" in page
    assert "王" not in page
    world.channel.pays(view["payment_id"].replace("-", ""))
    kiosk.post(f"/payments/{view['payment_id']}/cancel")
    page = Client().get(f"/p/{view['payment_id']}").content.decode()
    assert "缴费成功" in page
    assert view["reference"] in page
    missing = Client().get("/p/00000000-0000-0000-0000-00000000ffff")
    assert missing.status_code == 404
    assert "还没有这笔付款的消息" in missing.content.decode()
