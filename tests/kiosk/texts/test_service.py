"""What installers and staff read of a kiosk: each text is there in both languages, none is left."""

import ast
import re
import string
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

import kiosk
from device_drivers.status import Level
from kiosk.asset_paths import LOCALE
from kiosk.commands.doctor import TESTS
from kiosk.doctor import conditions
from kiosk.texts.catalogue import LANGUAGES, SERVICE, MissingWords, both
from kiosk.texts.conditions import condition

KIOSK = Path(kiosk.__file__).parent
HAN = re.compile("[\u3000-\u9fff\uff00-\uffef]")
SUBJECTS = {
    "card_terminal", "clock", "config", "display", "enrolment", "fonts", "journal", "kiosk",
    "printer", "scanner", "server", "space", "touch", "voice", *TESTS,
}  # fmt: skip


def entries(language: str) -> dict[str, str]:
    source = LOCALE / language / "LC_MESSAGES" / f"{SERVICE}.po"
    with source.open("rb") as file:
        return {str(m.id): str(m.string) for m in read_po(file, locale=language) if m.id}


def calls() -> Iterator[tuple[str, list[str]]]:
    """Each call in the kiosk's source by a plain name, with its literal texts."""
    for path in sorted(KIOSK.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                given = [a.value for a in node.args if isinstance(a, ast.Constant)]
                yield node.func.id, [text for text in given if isinstance(text, str)]


def ids_used() -> set[str]:
    found = {f"{kind}.{level.value}" for kind in ("level", "ending") for level in Level}
    found |= {f"subject.{subject}" for subject in SUBJECTS}
    found |= {"device.works", "device.works_simulated"}
    coded = {k.code for k in vars(conditions).values() if isinstance(k, conditions.Known)}
    coded |= {"device.driver_failed", "touch.missing"}  # by the name of a constant
    for name, words in calls():
        if name == "both":
            found |= set(words)
        elif name == "words":
            found |= {word for word in words if word.startswith("page.")}
        elif name == "condition":
            coded |= set(words)
        elif name == "fine" and words and words[0] in SUBJECTS:
            found.add(words[1] if len(words) > 1 else f"{words[0]}.ok")
    return found | {f"{code}.{part}" for code in coded for part in ("what", "remedy")}


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_text_is_there_and_none_is_left_over(language):
    held = entries(language)
    assert ids_used() - set(held) == set()
    assert set(held) - ids_used() == set()
    assert [id for id, text in held.items() if not text] == []


def test_both_languages_fill_in_the_same_values():
    def fields(text: str) -> set[str]:
        return {name for _, name, _, _ in string.Formatter().parse(text) if name}

    chinese, english = entries("zh_CN"), entries("en")
    assert {id for id in chinese if fields(chinese[id]) != fields(english[id])} == set()


def test_each_speaks_its_language():
    assert {id for id, text in entries("en").items() if HAN.search(text)} == set()
    without = {id for id, text in entries("zh_CN").items() if not HAN.search(text)}
    assert without == set()


def test_a_condition_has_its_words_by_its_code():
    found = condition(Level.ERROR, "device.out_of_reach", code="printer.timeout", driver="escpos")
    assert (found.code, found.staff["en"]) == (
        "printer.timeout",
        "The device cannot be reached: escpos",
    )
    assert found.staff["zh"].endswith("escpos") and HAN.search(found.remedy["zh"])


def test_unknown_ids_are_an_error():
    with pytest.raises(MissingWords):
        both("no.such")
