"""Every text has one kind, by its form; secrets are not shown."""

from datetime import date

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from contract.bill_code import BillCode, Verdict, encode, read
from contract.money import Money
from contract.scan_kind import ScanKind, classify, for_display

BADGE = "LPSTAFF:1:" + "aB3_-" * 5
DIGITS = st.text("0123456789", max_size=30)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("https://pay.example.com/b/AbC_-9", ScanKind.BILL),
        ("https://pay.example.com/x/AbC_-9", ScanKind.OTHER),
        ("https://pay.example.com/b/AbC?x=1", ScanKind.OTHER),
        ("3-2-1201", ScanKind.UNIT),
        ("LPUNIT:lakeside:3-2-1201", ScanKind.UNIT),
        ("LPUNIT::3-2-1201", ScanKind.OTHER),
        ("3-2-1201\n", ScanKind.OTHER),
        ("３-2-1201", ScanKind.OTHER),
        ("134567890123456789", ScanKind.WECHAT_PAYMENT),
        ("154567890123456789", ScanKind.WECHAT_PAYMENT),
        ("164567890123456789", ScanKind.OTHER),
        ("13456789012345678", ScanKind.OTHER),
        ("1345678901234567890", ScanKind.OTHER),
        ("2512345678901234", ScanKind.ALIPAY_PAYMENT),
        ("301234567890123456789012", ScanKind.ALIPAY_PAYMENT),
        ("24123456789012345", ScanKind.OTHER),
        ("3112345678901234", ScanKind.OTHER),
        ("280123456789012", ScanKind.OTHER),
        ("3012345678901234567890123", ScanKind.OTHER),
        ("6222021234567890123", ScanKind.OTHER),
        ("１34567890123456789", ScanKind.OTHER),
        (BADGE, ScanKind.STAFF_BADGE),
        ("LPSTAFF:1:short", ScanKind.OTHER),
        ("LPSTAFF:2:" + "a" * 30, ScanKind.OTHER),
        ("", ScanKind.OTHER),
        ("x" * 600, ScanKind.OTHER),
    ],
)
def test_the_form_decides(text, kind):
    assert classify(text).kind is kind


def test_a_unit_code_says_whose_it_is():
    code = classify("LPUNIT:Lakeside:3-2-1201")
    assert (code.unit, code.community) == ("3-2-1201", "lakeside")
    assert classify("3-2-1201").community == ""


@given(st.text() | DIGITS | st.from_regex(r"LP(STAFF|UNIT):[!-~]{0,100}"))
def test_any_text_has_a_kind_and_only_bill_addresses_pass_for_bills(text):
    code = classify(text)
    verdict = read(text, {}, "lakeside", date(2026, 11, 24)).verdict
    assert verdict is Verdict.NOT_OURS or code.kind is ScanKind.BILL
    assert bool(code.unit) == (code.kind is ScanKind.UNIT)


def test_every_bill_that_the_server_prints_is_a_bill():
    bill = BillCode("lakeside", "B-1", "3-2-1201", Money(100, "CNY"), date(2026, 12, 1))
    assert (
        classify(encode(bill, Ed25519PrivateKey.generate(), "http://h:8000")).kind is ScanKind.BILL
    )


@pytest.mark.parametrize("secret", ["134567890123456789", "2812345678901234567", BADGE])
def test_secrets_are_not_shown(secret):
    shown = for_display(secret)
    assert secret[10:] not in shown and str(len(secret)) in shown


def test_what_is_no_secret_is_shown_as_it_is():
    assert for_display("WIFI:S:lobby;;") == "WIFI:S:lobby;;"
