"""Made-up words that take more room than ours: English a third longer, Chinese with figures and letters
of full width. Whatever a translator or a site writes may need that much.
"""

import re
from functools import cache

from kiosk.texts import catalogue

SHARE = 0.35
_PARTS = re.compile(r"(\{[^}]*\}|[A-Za-z]{2,})")
_FIGURES = re.compile(r"(\{[^}]*\})")
_FULL_WIDTH = {code: code + 0xFEE0 for code in range(0x21, 0x7F)}


def longer(text: str) -> str:
    """Each word of English with more vowels; values stay as they are."""
    parts = _PARTS.split(text)
    owed = 0.0
    for place in range(1, len(parts), 2):
        word = parts[place]
        if word.startswith("{"):
            continue
        owed += SHARE * len(word)
        more, owed = int(owed), owed - int(owed)
        parts[place] = word[:1] + word[1:2] * more + word[1:]
    return "".join(parts)


def full_width(text: str) -> str:
    """Chinese whose figures, letters and marks are as wide as its characters; values stay."""
    return "".join(
        part if part.startswith("{") else part.translate(_FULL_WIDTH)
        for part in _FIGURES.split(text)
    )


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


def install() -> None:
    """From now on, in this process."""
    original = catalogue.catalogue
    stretch = {"zh_CN": full_width, "en": longer}

    @cache
    def stretched(language, domain=catalogue.SCREEN):
        return Stretched(original(language, domain), stretch[language])

    catalogue.catalogue = stretched
