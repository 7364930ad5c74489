"""One word for one thing: what docs/words.md says is not used is not said to anybody who pays."""

import re
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

ROOT = Path(__file__).resolve().parents[1]
CATALOGUES = (
    "assets/locale/zh_CN/LC_MESSAGES/lobbypay.po",
    "assets/locale/en/LC_MESSAGES/lobbypay.po",
    "assets/locale/zh_CN/LC_MESSAGES/voice.po",
    "assets/locale/en/LC_MESSAGES/voice.po",
    "server/payments/locale/zh_Hans/LC_MESSAGES/django.po",
    "server/billing/locale/zh_Hans/LC_MESSAGES/django.po",
    "server/fleet/locale/zh_Hans/LC_MESSAGES/django.po",
    "server/notices/locale/zh_Hans/LC_MESSAGES/django.po",
)
SPOKEN = ("device_drivers/card_terminals/nexo/texts.py", "server/sample_data/notices.py")
PAYER_PAGES = ("server/payments/templates", "server/billing/templates")
HAN = re.compile(r"[\u4e00-\u9fff]")


def rows() -> list[list[str]]:
    lines = (ROOT / "docs" / "words.md").read_text(encoding="utf-8").splitlines()
    cells = [[cell.strip() for cell in line.split("|")[1:-1]] for line in lines if line[:1] == "|"]
    return cells[2:]


def banned() -> list[str]:
    return [word.strip() for row in rows() for word in row[3].split(",") if word.strip()]


def said(path: Path) -> list[str]:
    """Every text of a catalogue. Its ids are English sentences on the server, and are said too."""
    texts: list[str] = []
    with path.open("rb") as file:
        for message in read_po(file):
            if message.id:
                strings = message.string if isinstance(message.string, tuple) else (message.string,)
                ids = message.id if isinstance(message.id, tuple) else (message.id,)
                texts += [*strings, *ids]
    return texts


def found(texts: list[str]) -> list[str]:
    patterns = [
        re.compile(re.escape(w) if HAN.search(w) else rf"\b{re.escape(w)}\b", re.IGNORECASE)
        for w in banned()
    ]
    return [f"{p.pattern}: {text}" for text in texts for p in patterns if p.search(text)]


def test_the_list_has_both_languages_and_no_word_is_both_used_and_refused():
    assert len(rows()) > 15
    used = {word.strip() for row in rows() for cell in row[:2] for word in cell.split(",")}
    assert all(len(row) == 4 and row[0] and row[1] for row in rows())
    assert not used & set(banned())


@pytest.mark.parametrize("catalogue", CATALOGUES)
def test_catalogues_say_no_second_word(catalogue):
    assert found(said(ROOT / catalogue)) == []


def test_pages_on_the_phone_and_drivers_say_no_second_word():
    files = [path for folder in PAYER_PAGES for path in (ROOT / folder).rglob("*.html")]
    texts = [path.read_text(encoding="utf-8") for path in [*files, *(ROOT / p for p in SPOKEN)]]
    assert len(texts) > 3
    assert found(re.findall(r"[^\n]+", "\n".join(texts))) == []


def test_a_second_word_would_be_found():
    assert found(["请对准扫描口", "Hold it to the bill reader"]) != []
    assert found(["请对准扫码口", "Hold it to the scanner", "the tickets"]) == []


def test_english_has_its_own_sign_of_money():
    text = (ROOT / CATALOGUES[1]).read_text(encoding="utf-8")
    assert "\uffe5" not in text


def test_credit_has_its_whole_name():
    texts = [text for catalogue in CATALOGUES for text in said(ROOT / catalogue)]
    assert [text for text in texts if re.search("预存(?!款)", text)] == []
