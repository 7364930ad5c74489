"""Money counts whole minor units of one currency, and says so when asked for anything else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.money import CurrencyMismatch, Money, total

amounts = st.integers(-(10**15), 10**15)


@given(amounts, amounts, amounts)
def test_sums_do_not_depend_on_the_order(a, b, c):
    x, y, z = Money(a), Money(b), Money(c)
    assert (x + y) + z == z + (y + x)
    assert x + y - y == x
    assert total([x, y, z]) == x + y + z


@given(amounts)
def test_what_is_shown_is_exactly_the_amount(minor):
    digits = "".join(ch for ch in Money(minor).display("zh_CN") if ch.isdigit())
    assert int(digits) == abs(minor)


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
        (Money(33208), "￥332.08", "￥332.08"),
        (Money(12345678), "￥123,456.78", "￥123,456.78"),
        (Money(-5), "-￥0.05", "-￥0.05"),
        (Money(1000, "JPY"), "JP¥1,000", "¥1,000"),
        (Money(350, "USD"), "US$3.50", "$3.50"),
    ],
)
def test_display_in_both_languages(money, zh, en):
    assert (money.display("zh_CN"), money.display("en")) == (zh, en)


def test_a_total_of_nothing_is_nothing_of_a_currency():
    assert total([], "EUR") == Money(0, "EUR")
