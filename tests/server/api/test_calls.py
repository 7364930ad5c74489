"""A kiosk enrols, gets its configuration, and looks up units and bills."""

import json
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from contract.messages import Text
from kiosk.central.identity import public_text
from server.api import calls
from server.fleet.enrolment import create_pairing_code
from server.fleet.models import Kiosk
from server.notices.models import Notice
from tests.server.api.callers import Caller, error
from tests.server.payments import world as worlds


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


@pytest.mark.parametrize(
    ("table", "community", "told"), [(True, True, True), (True, False, False), (False, True, False)]
)
def test_a_kiosk_knows_whether_phones_pay_by_themselves(
    world, kiosk, settings, table, community, told
):
    tables = {"wechat": {"phone_page": table}, "alipay": {}}
    settings.LOBBYPAY = settings.LOBBYPAY.model_copy(update={"channels": tables})
    type(world.community).objects.filter(pk=world.community.pk).update(phone_pays=community)
    assert kiosk.get("/config").json()["phone_pays"] is told


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


def test_open_bills_bring_the_notices_of_their_units(world, kiosk):
    notice = Notice.objects.create(
        community=world.community,
        title=Text(zh="住户", en="Homes"),
        body=Text(zh="x", en="x"),
        show_from=timezone.now() - timedelta(days=2),
        show_until=timezone.now() + timedelta(days=2),
        kinds=[world.unit.kind],
    )
    told = kiosk.get("/bills/open").json()
    assert [one["notice_ids"] for one in told["accounts"]] == [[notice.key]]
    assert [(one["id"], one["title"]["zh"]) for one in told["notices"]] == [(notice.key, "住户")]


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


def test_the_time_is_read_by_the_calls_and_told_to_the_rest():
    """One clock a call, and one that a simulation of everything can set."""
    folder = Path(calls.__file__).parent
    reads = {file.name for file in folder.glob("*.py") if "now()" in file.read_text()}
    assert reads == {"calls.py", "authentication.py"}
