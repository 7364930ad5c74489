"""Money counts whole minor units of one currency, and says so when asked for anything else."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.currency import EXPONENTS
from contract.money import CurrencyMismatch, Money, sign, total

amounts = st.integers(-(10**15), 10**15)


@given(amounts, amounts, amounts)
def test_sums_do_not_depend_on_the_order(a, b, c):
    x, y, z = Money(a), Money(b), Money(c)
    assert (x + y) + z == z + (y + x)
    assert x + y - y == x
    assert total([x, y, z]) == x + y + z


@given(amounts, st.sampled_from(sorted(EXPONENTS)))
def test_what_is_shown_is_exactly_the_amount_with_the_currencys_decimals(minor, currency):
    text = Money(minor, currency).display("zh_CN")
    assert int("".join(ch for ch in text if ch.isdigit())) == abs(minor)
    assert len(text.partition(".")[2]) == EXPONENTS[currency]
    assert text.encode("gbk")  # whatever a receipt printer can print


@given(amounts, st.sampled_from(sorted(EXPONENTS)))
def test_major_units_come_back_as_they_were(minor, currency):
    money = Money(minor, currency)
    assert Money.of(money.decimal, currency) == money


@pytest.mark.parametrize(
    ("major", "currency", "minor"),
    [
        ("332.085", "CNY", 33_209),
        ("-332.085", "CNY", -33_209),
        ("332.5", "JPY", 333),
        ("332.4999", "JPY", 332),
        ("1.2345", "KWD", 1_235),
        ("332.08", "TWD", 33_208),
    ],
)
def test_rounding_is_the_currencys(major, currency, minor):
    assert Money.of(Decimal(major), currency).minor == minor


def test_no_two_currencies_are_shown_alike():
    signs = [sign(currency) for currency in EXPONENTS]
    assert len(set(signs)) == len(signs)


@pytest.mark.parametrize("wrong", [1.0, "1", None, True])
def test_only_whole_numbers_are_money(wrong):
    with pytest.raises(TypeError):
        Money(wrong)
    with pytest.raises(TypeError):
        Money(1) * wrong


def test_currencies_are_not_mixed_nor_invented():
    with pytest.raises(CurrencyMismatch):
        Money(1, "CNY") + Money(1, "EUR")
    with pytest.raises(CurrencyMismatch):
        assert Money(1, "CNY") < Money(1, "EUR")
    with pytest.raises(TypeError):
        Money(1) + 1
    with pytest.raises(ValueError, match="ISO 4217"):
        Money(1, "RMB")


@pytest.mark.parametrize(
    ("money", "zh", "en"),
    [
        (Money(33208), "￥332.08", "¥332.08"),
        (Money(12345678), "￥123,456.78", "¥123,456.78"),
        (Money(-5), "-￥0.05", "-¥0.05"),
        (Money(1000, "JPY"), "JP￥1,000", "JP¥1,000"),
        (Money(350, "USD"), "US$3.50", "US$3.50"),
        (Money(332_080, "KWD"), "KWD332.080", "KWD332.080"),
        (Money(-33_208, "TWD"), "-NT$332.08", "-NT$332.08"),
        (Money(33_208, "HKD"), "HK$332.08", "HK$332.08"),
        (Money(5, "EUR"), "EUR0.05", "EUR0.05"),
    ],
)
def test_display_in_both_languages(money, zh, en):
    assert (money.display("zh_CN"), money.display("en")) == (zh, en)


def test_a_total_of_nothing_is_nothing_of_a_currency():
    assert total([], "EUR") == Money(0, "EUR")
