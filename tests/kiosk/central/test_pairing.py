"""A machine asks for its identity until it has one; no crash makes it ask by another key."""

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from contract.enrolment import EnrolAnswer, PairingAnswer
from contract.message import Text
from contract.messages import ApiError, ErrorCode
from kiosk.central.client import CentralClient, Refused, ServerAway
from kiosk.central.identity import Identity, public_text, save
from kiosk.central.pairing import FILE, Pairing, own_key
from kiosk.core.pairing import PairingShown

OPEN = "01900000-0000-7000-8000-000000000001"
WAITS = PairingAnswer(state="waits", code="AB2345", url="https://x/1", expires_in_s=600)
ME = EnrolAnswer(kiosk_id="id-3", kiosk_code="K03", community="lakeside", act_key="a" * 43)
PAIRED = PairingAnswer(state="paired", identity=ME)
FULL = Refused(ApiError(code=ErrorCode.RATE_LIMITED, message=Text(zh="忙", en="busy")))


@pytest.fixture
def server(monkeypatch):
    """``answers`` in turn; an exception is raised."""

    class Server:
        answers: list = []
        asked: list = []

    made = Server()
    made.answers, made.asked = [], []

    def pair(self, asked):
        made.asked.append(asked)
        answer = made.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    monkeypatch.setattr(CentralClient, "pair", pair)
    return made


def pairing(folder, shown, ends_after=99):
    turns = iter([False] * ends_after + [True])
    return Pairing("https://x", folder, [OPEN], shown.append, lambda seconds: next(turns))


def test_it_shows_the_code_and_has_an_identity_in_the_end(server, tmp_path):
    shown: list[PairingShown] = []
    server.answers = [WAITS, WAITS, ServerAway("x"), WAITS, FULL, WAITS, PAIRED]
    one = pairing(tmp_path, shown)
    me, begin = one.until_paired()
    assert (me.kiosk_id, me.kiosk_code, me.community, me.act_key) == (
        *("id-3", "K03", "lakeside"),
        "a" * 43,
    )
    assert begin.sequence == 0
    code, away = PairingShown("https://x/1", "AB2345"), PairingShown(trouble="away")
    assert shown == [code, away, code, PairingShown(trouble="refused"), code]
    assert {asked.public_key for asked in server.asked} == {public_text(me.key)}
    assert server.asked[0].open_payments == [OPEN]
    one.done()
    assert not (tmp_path / FILE).exists()


def test_after_a_crash_it_asks_by_the_same_key(server, tmp_path):
    server.answers = [WAITS, PAIRED]
    assert pairing(tmp_path, [], ends_after=0).until_paired() is None
    me, _begin = pairing(tmp_path, []).until_paired()
    assert server.asked[0].public_key == server.asked[1].public_key == public_text(me.key)


def test_a_key_that_it_has_or_had_is_asked_with_no_more(tmp_path):
    """Power was lost between the identity on disk and the end of the pairing."""
    key = own_key(tmp_path)
    me = Identity("id-3", "K03", "lakeside", key)
    save(tmp_path, me)
    again = own_key(tmp_path)
    assert public_text(again) != public_text(key)
    assert public_text(own_key(tmp_path)) == public_text(again)
    (tmp_path / FILE).write_text(key.private_bytes_raw().hex())
    save(tmp_path, me.with_key(Ed25519PrivateKey.generate(), ""))
    assert public_text(own_key(tmp_path)) != public_text(key)


def test_the_key_is_the_kiosks_alone_and_a_spoiled_one_is_made_anew(tmp_path):
    key = public_text(own_key(tmp_path))
    assert (tmp_path / FILE).stat().st_mode & 0o777 == 0o600
    assert public_text(own_key(tmp_path)) == key
    (tmp_path / FILE).write_text("half")
    assert public_text(own_key(tmp_path)) != key
