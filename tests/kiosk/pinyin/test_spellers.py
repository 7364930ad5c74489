"""Both spellers of the keyboard: the same promises, whether librime is there or not; nothing is kept."""

import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kiosk.asset_paths import PINYIN
from kiosk.pinyin import choosing, rime
from kiosk.pinyin.rime import NoRime, Rime
from kiosk.pinyin.spelling import CANDIDATES_MAX, LETTERS_MAX, Speller, Spelling, usable
from kiosk.pinyin.word_list import WordList

WORDS = [
    line.split("\t") for line in (PINYIN / "words.tsv").read_text("utf-8").splitlines()
]  # word, syllables


@pytest.fixture(scope="module")
def librime():
    """The one of this process."""
    speller = Rime()
    yield speller
    speller.close()


@pytest.fixture(scope="module", params=["librime", "word list"])
def speller(request) -> Speller:
    if request.param == "word list":
        return WordList()
    return request.getfixturevalue("librime")


def test_every_word_of_repairs_is_among_the_first(speller):
    last = [
        word
        for word, spelt in WORDS
        if word not in speller.spell(spelt.replace(" ", ""), ()).candidates[:5]
    ]
    assert last == []


def test_initials_are_enough(speller):
    assert "漏水" in speller.spell("ls", ()).candidates[:9]


def test_what_is_chosen_leaves_the_rest_to_be_chosen_for(speller):
    first = speller.spell("loushui", ())
    assert first.text == ""
    place = first.candidates.index("漏")
    then = speller.spell("loushui", (place,))
    assert then.shown.startswith("漏")
    assert then.text == ""
    whole = speller.spell("loushui", (place, then.candidates.index("水")))
    assert whole == Spelling(text="漏水")


def test_all_is_chosen_at_once(speller):
    found = speller.spell("diantihuaile", ())
    assert speller.spell("diantihuaile", (found.candidates.index("电梯坏了"),)) == Spelling(
        text="电梯坏了"
    )


@settings(max_examples=60, deadline=None)
@given(
    letters=st.text(st.characters(codec="utf-8"), max_size=60)
    | st.text("abdeghilnoqsuvxz", max_size=60),
    chosen=st.lists(st.integers(0, 70), max_size=4).map(tuple),
)
def test_whatever_is_typed_is_answered_and_forgotten(speller, letters, chosen):
    answer = speller.spell(letters, chosen)
    assert len(answer.candidates) <= CANDIDATES_MAX
    assert not (answer.text and answer.candidates)
    assert speller.spell(letters, chosen) == answer
    assert speller.spell("", ()) == Spelling()


def test_candidates_beyond_the_first_page_can_be_chosen(speller):
    found = speller.spell("shi", ()).candidates
    assert len(found) > 20
    assert speller.spell("shi", (20,)) == Spelling(text=found[20])


def test_only_letters_and_not_too_many():
    assert usable("Lou 漏-Shui1") == "loushui"
    assert usable("a" * 100) == "a" * LETTERS_MAX


def test_librime_writes_nothing_of_it(librime):
    for word in ("wojialoushui", "dianhua"):
        found = librime.spell(word, ())
        librime.spell(word, (len(found.candidates) - 1,))
    folder = Path(librime._folder.name)
    assert [path for path in folder.rglob("*") if path.is_file()] == []
    assert list(Path(tempfile.gettempdir()).glob("rime.lobbypay*")) == []


def test_the_order_does_not_change_by_what_was_chosen(librime):
    """An engine that learns would bring the last choice to the front."""
    before = librime.spell("shi", ()).candidates
    for _ in range(5):
        librime.spell("shi", (15,))
    assert librime.spell("shi", ()).candidates == before


def test_without_librime_there_is_the_word_list(monkeypatch, tmp_path):
    monkeypatch.setattr(rime, "LIBRARY", "librime-that-is-not-here.so.1")
    assert isinstance(choosing.speller(), WordList)
    with pytest.raises(NoRime):
        Rime(tmp_path)


def test_the_word_list_keeps_nothing_of_it():
    words = WordList()
    before = {name: repr(value) for name, value in vars(words).items()}
    words.spell("woshizhangsan", (1,))
    assert {name: repr(value) for name, value in vars(words).items()} == before
    kept = [value for value in vars(words).values() if hasattr(value, "cache_info")]
    assert sum(one.cache_info().currsize for one in kept) == 0
