"""The keyboard on the screen, key by key, with a speller that knows three syllables."""

from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st

from kiosk.core import writing
from kiosk.core.writing import CANDIDATES_A_PAGE, TEXT_MAX, Keys, Writing
from kiosk.pinyin.word_list import WordList

SPELLER = WordList()


@dataclass
class Typist:
    """Every question is answered before the next key."""

    now: Writing = Writing()

    def answered(self) -> "Typist":
        while self.now.letters:
            before = self.now
            found = SPELLER.spell(before.letters, before.chosen)
            said = (found.shown, found.candidates, found.text)
            self.now = writing.spelt(before, before.asked, *said)
            if self.now.asked == before.asked:
                break
        return self

    def types(self, text: str) -> "Typist":
        for character in text:
            key = writing.letter if character in writing.LETTERS else writing.mark
            self.now = key(self.now, character)
            self.answered()
        return self

    def does(self, change) -> "Typist":
        self.now = change(self.now)
        return self.answered()


def test_a_space_takes_what_comes_first_and_a_mark_too():
    typist = Typist().types("loushui")
    assert typist.now.candidates[0] == "漏水"
    assert typist.types(" ").now.text == "漏水"
    assert typist.types("diantihuaile，").now.text == "漏水电梯坏了，"


def test_characters_are_chosen_one_by_one():
    typist = Typist().types("loushui")
    place = typist.now.candidates.index("漏")
    typist.does(lambda now: writing.choose(now, place))
    assert typist.now.text == "" and typist.now.shown.startswith("漏")
    place = typist.now.candidates.index("水")
    assert typist.does(lambda now: writing.choose(now, place)).now.text == "漏水"


def test_backspace_takes_back_choices_then_letters_then_characters():
    typist = Typist().types("loushui")
    typist.does(lambda now: writing.choose(now, now.candidates.index("漏")))
    assert typist.does(writing.rubbed_out).now.chosen == ()
    assert typist.does(writing.rubbed_out).now.letters == "loushu"
    typist = Typist().types("loushui ")
    assert typist.does(writing.rubbed_out).now.text == "漏"


def test_english_has_capitals_and_marks_lead_back_to_its_letters():
    typist = Typist().does(lambda now: writing.switched(now, "latin")).does(writing.shifted)
    typist.types("no").types(" ")
    assert typist.now.text == "No "
    typist.does(lambda now: writing.switched(now, "marks")).types("2")
    assert (typist.now.text, typist.now.words) == ("No 2", Keys.LATIN)


def test_other_keys_settle_what_was_begun():
    typist = Typist().types("loushui").does(lambda now: writing.switched(now, "marks"))
    assert (typist.now.text, typist.now.letters, typist.now.keys) == ("漏水", "", Keys.MARKS)


def test_letters_that_mean_nothing_stay_letters():
    assert Typist().types("vvv").types(" ").now.text == "vvv"


def test_pages_hold_what_fits_and_every_candidate_once():
    typist, seen = Typist().types("shi"), []
    while True:
        page = typist.now.page_shown
        assert 0 < len(page) <= CANDIDATES_A_PAGE
        seen += [text for _, text in page]
        if not typist.now.more:
            break
        typist.now = writing.turned(typist.now, True)
    assert tuple(seen) == typist.now.candidates
    assert writing.turned(Typist().types("shi").now, False).page == 0


KEYS = st.lists(
    st.one_of(
        st.sampled_from([*"abeghilnoqsuz", "，", "1", " "]),
        st.sampled_from(["rub", "latin", "pinyin", "marks", "shift", "0", "3"]),
    ),
    max_size=40,
)


@given(KEYS)
def test_whatever_is_touched_it_stays_a_text_that_can_be_sent(keys):
    typist = Typist()
    for key in keys:
        if key in ("latin", "pinyin", "marks"):
            typist.does(lambda now, key=key: writing.switched(now, key))
        elif key == "rub":
            typist.does(writing.rubbed_out)
        elif key == "shift":
            typist.does(writing.shifted)
        elif key in ("0", "3"):
            typist.does(lambda now, key=key: writing.choose(now, int(key)))
        else:
            typist.types(key)
        assert len(typist.now.text) <= TEXT_MAX
        assert typist.now.then is None, "nothing waits for an answer that came"


def test_what_is_typed_does_not_stand_in_its_name():
    typist = Typist().types("loushui diantihuai")
    assert not any(part in repr(typist.now) for part in ("漏水", "dianti", "电梯"))
