"""Calls of the server: an answer, an explicit no, or "we cannot know"; never anything else."""

import json
import threading
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from contract.heartbeat import DeviceReport, Heartbeat
from contract.http_signature import verify
from contract.messages import ErrorCode, UnitLookup
from kiosk.central import identity
from kiosk.central.client import CentralClient, Refused, ServerAway, with_retries
from tests.kiosk.core.story import account, bill

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
NO_UNIT = {"code": "unit_not_found", "message": {"zh": "没有", "en": "none"}}


def client(central, now=lambda: datetime.now(UTC)):
    return CentralClient(central.url, "K", KEY, timeout_s=2, now=now)


def ask(central, **how):
    return client(central, **how).look_up(UnitLookup(unit="3-2-1201"))


def test_an_answer_is_taken_and_the_request_was_signed(central):
    central.answers = [(200, account(bill(10, 33208)).model_dump(mode="json"))]
    assert ask(central).payer == "王*明"
    method, path, headers, body = central.seen[0]
    signed = verify(
        method,
        path,
        headers,
        body,
        public_key=lambda _: KEY.public_key(),
        now=datetime.now(UTC),
    )
    assert signed.key_id == "K"


@pytest.mark.parametrize(
    "answer",
    [
        (200, b"<html>Please log in to the guest network</html>"),
        (200, {"something": "else"}),
        (302, {}),
        (404, b"not found"),
        (404, {"detail": "another program's error"}),
        (500, b"Internal Server Error"),
        (503, {"code": "internal", "message": {"zh": "", "en": ""}}),
    ],
)
def test_what_is_not_an_answer_of_ours_tells_nothing(central, answer):
    central.answers = [answer]
    with pytest.raises(ServerAway):
        ask(central)


def test_each_request_about_a_payment_is_named_after_the_number_on_its_receipt(central):
    central.answers = [(503, b"away")]
    caller = client(central)
    for ask_about in (caller.payment, caller.cancel_payment):
        with pytest.raises(ServerAway, match=r"\[K03-000007-[\w-]{12}\]"):
            ask_about("01900000-0000-7000-8000-000000000007", "K03-000007")
    with pytest.raises(ServerAway, match=r"\[[\w-]{12}\]"):
        caller.config()
    names = [headers["X-Request-Id"] for _, _, headers, _ in central.seen]
    assert [name[:11] for name in names[:2]] == ["K03-000007-"] * 2
    assert len({*names}) == 3


def test_nobody_there_tells_nothing(central):
    central.close()
    with pytest.raises(ServerAway):
        ask(central)


def test_an_explicit_no_says_why(central):
    central.answers = [(404, NO_UNIT)]
    with pytest.raises(Refused) as refused:
        ask(central)
    assert refused.value.error.code is ErrorCode.UNIT_NOT_FOUND


def test_a_kiosk_with_a_wrong_clock_learns_the_time_and_asks_again(central):
    real = datetime.now(UTC)
    wrong = {"code": "clock", "message": {"zh": "", "en": ""}}
    central.answers = [
        (401, {**wrong, "details": {"server_time": real.isoformat()}}),
        (200, account().model_dump(mode="json")),
    ]
    ask(central, now=lambda: real - timedelta(days=4000))
    created = [
        h["Signature-Input"].split("created=")[1].split(";")[0] for _, _, h, _ in central.seen
    ]
    assert abs(int(created[1]) - real.timestamp()) < 60
    assert int(created[1]) - int(created[0]) > 4000 * 86_000


def test_retries_end_and_each_is_a_new_signature(central):
    central.answers = [(503, {}), (503, {}), (200, account().model_dump(mode="json"))]
    caller = client(central)
    found = with_retries(
        lambda: caller.look_up(UnitLookup(unit="3-2-1201")), for_s=20, stop=threading.Event()
    )
    assert found.unit == "3-2-1201"
    nonces = {h["Signature-Input"].split("nonce=")[1].split(";")[0] for _, _, h, _ in central.seen}
    assert len(nonces) == 3
    central.answers = [(503, {})]
    with pytest.raises(ServerAway):
        with_retries(
            lambda: caller.look_up(UnitLookup(unit="1-1-1")), for_s=0.5, stop=threading.Event()
        )


def test_an_identity_is_kept_for_its_owner_only(tmp_path):
    with pytest.raises(identity.NotEnrolled):
        identity.load(tmp_path)
    identity.save(tmp_path, identity.Identity("id", "K03", "lakeside", KEY))
    assert identity.load(tmp_path).kiosk_code == "K03"
    assert (tmp_path / "identity.json").stat().st_mode & 0o077 == 0
    (tmp_path / "identity.json").write_text("{")
    with pytest.raises(identity.NotEnrolled):
        identity.load(tmp_path)


def test_what_cannot_be_kept_is_not_sent(central):
    central.answers = [(200, {"server_time": "2026-11-24T22:47:00+08:00", "config_version": ""})]
    device = DeviceReport(role="printer", driver="escpos", level="ok", model="T\0\ud800")
    beat = Heartbeat(
        at=datetime.now(UTC),
        software="0.1.0",
        uptime_s=1,
        state="idle",
        offers=[],
        devices=[device],
        journal_last=0,
        journal_acknowledged=0,
        open_payments=0,
        config_version="",
    )
    client(central).heartbeat(beat)
    assert json.loads(central.seen[0][3])["devices"][0]["model"] == "T\ufffd\ufffd"
