"""A bill's code is believed only when it is exactly what was signed; nothing else raises or passes."""

import base64
from datetime import date

import pytest
import segno
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from contract.bill_code import BillCode, Reading, TrustedKey, Verdict, encode, key_id, read
from contract.money import Money

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
KEYS = {key_id(KEY.public_key()): TrustedKey(KEY.public_key().public_bytes_raw(), date(2027, 1, 1))}
CODE = BillCode("lakeside", "B202610-000123", "3-2-1201", Money(65487), date(2026, 11, 30))
TODAY = date(2026, 11, 24)
URL = encode(CODE, KEY, "https://pay.example.com")
names = st.text(st.characters(codec="utf-8"), min_size=1, max_size=12).filter(
    lambda name: len(name.encode()) <= 24  # what does not fit is refused, see below
)


def verdict(text, **changes):
    how = {"keys": KEYS, "community": "lakeside", "today": TODAY, **changes}
    return read(text, how["keys"], how["community"], how["today"]).verdict


def test_what_was_printed_is_read():
    assert read(URL, KEYS, "lakeside", TODAY) == Reading(Verdict.VALID, CODE)


@given(names, names, names, st.integers(0, 10**12), st.dates(date(2020, 1, 1), date(2190, 1, 1)))
def test_any_bill_is_read_as_it_was_written(community, number, unit, minor, due):
    code = BillCode(community, number, unit, Money(minor), due)
    text = encode(code, KEY, "https://pay.example.com")
    assert read(text, KEYS, community, TODAY) == Reading(Verdict.VALID, code)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"today": date(2027, 1, 2)}, Verdict.EXPIRED_KEY),
        ({"keys": {}}, Verdict.BAD_SIGNATURE),
        ({"community": "hillside"}, Verdict.OTHER_COMMUNITY),
    ],
)
def test_each_reason_not_to_believe_it_has_a_name(changes, expected):
    assert verdict(URL, **changes) is expected


def test_a_version_from_the_future_is_told_apart():
    token = bytearray(base64.urlsafe_b64decode(URL.rpartition("/")[2] + "=="))
    token[0] = 2
    later = base64.urlsafe_b64encode(token).rstrip(b"=").decode()
    assert verdict(f"https://pay.example.com/b/{later}") is Verdict.UNKNOWN_VERSION


@pytest.mark.parametrize(
    "text",
    [
        "",
        "hello",
        "https://pay.example.com/b/",
        "https://pay.example.com/x/" + "A" * 150,
        URL + "A",
        URL.replace("/b/", "/b/="),
        "ftp" + URL[5:],
        URL + "\n",
        URL[:60],
        "A" * 10_000,
    ],
)
def test_what_is_not_a_bill_is_not_ours(text):
    assert verdict(text) is Verdict.NOT_OURS


@given(st.integers(0, len(URL) - 1), st.characters(max_codepoint=0x2FFF))
def test_no_changed_character_is_believed(position, character):
    changed = URL[:position] + character + URL[position + 1 :]
    reading = read(changed, KEYS, "lakeside", TODAY)
    token_begins = URL.index("/b/") + 3
    if position >= token_begins and changed != URL:
        assert reading.verdict is not Verdict.VALID
    assert reading.code in (None, CODE)


@given(st.text(max_size=400) | st.binary(max_size=200).map(lambda b: b.decode("latin-1")))
def test_no_text_raises(text):
    assert verdict(text) in Verdict


@given(st.binary(min_size=1, max_size=170))
def test_no_token_raises_and_none_is_believed(raw):
    token = base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
    assert verdict(f"https://a.example/b/{token}") is not Verdict.VALID


@given(st.binary(min_size=1, max_size=90))
def test_not_even_with_a_plausible_beginning(tail):
    head = bytes([1]) + key_id(KEY.public_key())
    token = base64.urlsafe_b64encode(head + tail).rstrip(b"=").decode()
    assert verdict(f"https://a.example/b/{token}") is not Verdict.VALID


def test_the_longest_usual_bill_fits_a_version_12_code_at_level_m():
    code = BillCode("a" * 20, "B" * 24, "128-12-12012", Money(10**12), date(2026, 11, 30))
    text = encode(code, KEY, "https://pay.a-long-company-name.example.com")
    assert segno.make(text, error="m", micro=False, boost_error=False).version <= 12


@pytest.mark.parametrize(
    "wrong",
    [
        BillCode("x" * 41, "B1", "1-1-1", Money(1), TODAY),
        BillCode("x", "", "1-1-1", Money(1), TODAY),
        BillCode("x", "B1", "1-1-1", Money(-1), TODAY),
        BillCode("x", "B1", "1-1-1", Money(1), date(2019, 1, 1)),
    ],
)
def test_what_cannot_be_written_says_why(wrong):
    with pytest.raises(ValueError, match=r"bytes long|negative|due date"):
        encode(wrong, KEY, "https://pay.example.com")
