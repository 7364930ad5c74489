"""The table of currencies, and what people write for them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.currency import EXPONENTS, CurrencyUnknown, currency_code


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("¥", "CNY"),
        ("￥", "CNY"),
        ("RMB", "CNY"),
        ("rmb", "CNY"),
        ("CNH", "CNY"),
        ("元", "CNY"),
        ("人民币", "CNY"),
        ("NT$", "TWD"),
        ("HK$", "HKD"),
        ("$", "USD"),
        ("yen", "JPY"),
        ("ABC", ""),
        ("XAU", ""),
        ("DEM", ""),
        ("", ""),
    ],
)
def test_a_mistake_is_named(typed: str, meant: str):
    with pytest.raises(CurrencyUnknown) as unknown:
        currency_code(typed)
    assert unknown.value.suggestion == meant


@pytest.mark.parametrize("typed", ["cny", " CNY ", "ＣＮＹ", "Cny\n"])
def test_spelling_is_put_right(typed: str):
    assert currency_code(typed) == "CNY"


def test_the_minor_units_are_those_of_iso_4217():
    assert [EXPONENTS[code] for code in ("JPY", "KRW", "VND", "CNY", "TWD", "HKD", "IDR")] == [
        0,
        0,
        0,
        2,
        2,
        2,
        2,
    ]
    assert EXPONENTS["KWD"] == 3


@given(st.text())
def test_any_text_is_a_currency_or_named_as_none(text: str):
    try:
        assert currency_code(text) in EXPONENTS
    except CurrencyUnknown as unknown:
        assert not unknown.suggestion or unknown.suggestion in EXPONENTS
