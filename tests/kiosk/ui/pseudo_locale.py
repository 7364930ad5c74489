"""Made-up words that take more room than ours: English and Chinese a third longer, Chinese with figures
and letters of full width besides. Whatever a translator or a site writes may need that much.
"""

import re
from functools import cache, partial

from kiosk.texts import catalogue

SHARE = 0.35
_PARTS = re.compile(r"(\{[^}]*\}|[A-Za-z]{2,})")
_FIGURES = re.compile(r"(\{[^}]*\})")
_HAN = re.compile(r"[\u4e00-\u9fff]")
_FULL_WIDTH = {code: code + 0xFEE0 for code in range(0x21, 0x7F)}


def longer(text: str, share: float = SHARE) -> str:
    """Each word of English with more vowels; values stay as they are."""
    parts = _PARTS.split(text)
    owed = 0.0
    for place in range(1, len(parts), 2):
        word = parts[place]
        if word.startswith("{"):
            continue
        owed += share * len(word)
        more, owed = int(owed), owed - int(owed)
        parts[place] = word[:1] + word[1:2] * more + word[1:]
    return "".join(parts)


def full_width(text: str, share: float = SHARE) -> str:
    """Chinese with more characters, whose figures, letters and marks are as wide as they; values stay."""
    made: list[str] = []
    owed = 0.0
    for part in _FIGURES.split(text):
        if part.startswith("{"):
            made.append(part)
            continue
        for character in part.translate(_FULL_WIDTH):
            owed += share if _HAN.match(character) else 0
            made.append(character * (1 + int(owed)))
            owed -= int(owed)
    return "".join(made)


class Stretched:
    """A catalogue whose words are stretched."""

    def __init__(self, words, stretch):
        self._words, self._stretch = words, stretch

    def gettext(self, id: str) -> str:
        text = self._words.gettext(id)
        return text if text == id else self._stretch(text)

    def ngettext(self, id: str, ids: str, count: int) -> str:
        text = self._words.ngettext(id, ids, count)
        return text if text == id else self._stretch(text)


def install(share: float = SHARE) -> None:
    """From now on, in this process."""
    original = catalogue.catalogue
    stretch = {"zh_CN": partial(full_width, share=share), "en": partial(longer, share=share)}

    @cache
    def stretched(language, domain=catalogue.SCREEN):
        return Stretched(original(language, domain), stretch[language])

    catalogue.catalogue = stretched
