"""Every text can be written as UTF-8 and kept by PostgreSQL, and only plain digits are a number."""

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from contract.plain_text import REPLACEMENT, clean_name, is_keepable, kept, whole_number

ANY_TEXT = st.text(st.characters(exclude_categories=()))


@given(ANY_TEXT)
def test_what_is_kept_can_be_written_and_the_rest_stays_visible(text):
    safe = kept(text)
    assert is_keepable(safe) and len(safe) == len(text)
    assert "\0" not in safe.encode().decode()
    assert (safe == text) is is_keepable(text)


def test_inside_too():
    told = {"a\0": ["x\ud800", ("y", 3)], "b": None}
    assert kept(told) == {f"a{REPLACEMENT}": [f"x{REPLACEMENT}", ["y", 3]], "b": None}


@given(ANY_TEXT | st.integers(0, 10**18 - 1).map(str))
def test_a_number_is_what_int_reads_and_nothing_raises(text):
    number = whole_number(text)
    assert number is None or number == int(text)


def test_foreign_digits_and_endless_ones_are_none():
    for text in ("²", "١٢", "１２", "", "-1", "+1", " 1", "1_0", "9" * 5000):
        assert whole_number(text) is None


@given(ANY_TEXT | st.text("王 \u3000A\u0301é\u200bä\ufe0f\n—，!"))
def test_a_clean_name_stays_as_it_is_and_shows_all_of_it(name):
    cleaned = clean_name(name)
    assert clean_name(cleaned) == cleaned == cleaned.strip()
    assert unicodedata.is_normalized("NFC", cleaned) and "  " not in cleaned
    assert not any(unicodedata.category(c) in ("Cc", "Cf", "Cs") for c in cleaned)
