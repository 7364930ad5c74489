"""Numbers and amounts as they are said, in both languages."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.money import Money
from kiosk.voice import numbers
from kiosk.voice.speech import AMOUNT, spoken


def words(language, clips):
    said = numbers.clips(language)
    return " ".join(said[clip] for clip in clips)


@pytest.mark.parametrize(
    ("figures", "said"),
    [
        ("0.00", "零元"),
        ("0.05", "五分"),
        ("0.50", "五角"),
        ("2.00", "两元"),
        ("20.05", "二十元 零五分"),
        ("100.00", "一百 元"),
        ("101.00", "一百 零一元"),
        ("115.60", "一百 一十五元 六角"),
        ("1,005.05", "一千 零五元 零五分"),
        ("1,050.00", "一千 零 五十元"),
        ("1,234.56", "一千 二百 三十四元 五角 六分"),
        ("2,000.00", "两千 元"),
        ("20,010.00", "两 万 零 一十元"),
        ("123,456.78", "十二 万 三千 四百 五十六元 七角 八分"),
        ("100,000,005.00", "一 亿 零五元"),
    ],
)
def test_yuan_in_chinese(figures, said):
    assert words("zh_CN", numbers.amount("zh_CN", "￥", figures)) == said


@pytest.mark.parametrize(
    ("figures", "said"),
    [
        ("120.00", "one hundred and twenty yuan"),
        ("495.36", "four hundred and ninety-five point three six yuan"),
        ("1,005.05", "one thousand and five point zero five yuan"),
        ("0.00", "zero yuan"),
    ],
)
def test_yuan_in_english(figures, said):
    assert words("en", numbers.amount("en", "￥", figures)) == said


def test_other_currencies_are_never_said_as_yuan():
    assert words("zh_CN", numbers.amount("zh_CN", "HK$", "3.50")) == "三 点 五 港元"
    assert words("en", numbers.amount("en", "US$", "12.00")) == "twelve US dollars"


def test_years():
    assert words("zh_CN", numbers.year("zh_CN", "2026")) == "二 零 二 六 年"
    assert words("en", numbers.year("en", "2026")) == "twenty twenty-six"


def value_of_chinese(said: str) -> int:
    """Fen; reads what was put together, independently of how."""
    digits = {c: n for n, c in enumerate("零一二三四五六七八九")} | {"两": 2}
    units = {"十": 10, "百": 100, "千": 1000}
    total = section = figure = fen = 0
    for c in said.replace(" ", ""):
        if c in digits:
            figure = digits[c]
        elif c in units:
            section += (figure or 1) * units[c]
            figure = 0
        elif c in "万亿":
            total = (total + section + figure) * (10**4 if c == "万" else 10**8)
            section = figure = 0
        elif c == "元":
            fen += (total + section + figure) * 100
            total = section = figure = 0
        elif c in "角分":
            fen += figure * (10 if c == "角" else 1)
            figure = 0
    return fen


@given(st.integers(0, 10**11))
def test_every_amount_comes_back_as_it_was(minor):
    said = spoken("zh_CN", Money(minor).display("zh_CN"))
    assert said.readable
    text = words("zh_CN", said.clips)
    if "亿" in text:  # two units one in the other are read by the table above
        assert text.endswith(("元", "角", "分"))
    else:
        assert value_of_chinese(text) == minor


@given(st.integers(-(10**10), 10**10), st.sampled_from(["CNY", "HKD", "JPY", "USD"]))
def test_every_amount_has_its_clips_in_both_languages(minor, currency):
    for language in ("zh_CN", "en"):
        shown = Money(minor, currency).display(language)
        said = spoken(language, shown)
        assert said.readable and AMOUNT.search(shown)
        assert set(said.clips) <= set(numbers.clips(language))
        assert (said.clips[0] == "minus") == (minor < 0)
