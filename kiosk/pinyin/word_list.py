"""Pinyin without librime: the words that residents need most, and the common characters one by one."""

from collections.abc import Iterator
from pathlib import Path

from kiosk.asset_paths import PINYIN
from kiosk.pinyin.spelling import CANDIDATES_MAX, Spelling, usable

SYLLABLE_MAX = 6  # zhuang


class WordList:
    def __init__(self, folder: Path = PINYIN) -> None:
        rows = _rows(folder / "words.tsv")
        self._words = [(word, tuple(spelt.split())) for word, spelt in rows]
        self._characters = dict(_rows(folder / "characters.tsv"))

    def spell(self, letters: str, chosen: tuple[int, ...]) -> Spelling:
        rest, text = usable(letters), ""
        for place in chosen:
            found = self._found(rest)
            if place < len(found):
                word, length = found[place]
                text, rest = text + word, rest[length:]
        if not rest:
            return Spelling(text=text)
        found = self._found(rest)
        return Spelling(shown=f"{text} {rest}".strip(), candidates=tuple(word for word, _ in found))

    def close(self) -> None:
        """Nothing was kept."""

    def _found(self, letters: str) -> tuple[tuple[str, int], ...]:
        """Each with the letters that it takes: words that are spelt so, that begin so, or whose syllables
        do; then characters of the longest first syllable."""
        whole, begun, within = [], [], []
        for word, syllables in self._words:
            spelt = "".join(syllables)
            if letters == spelt:
                whole.append((word, len(letters)))
            elif letters.startswith(spelt):
                within.append((word, len(spelt)))
            elif len(letters) > 1 and (
                spelt.startswith(letters) or "".join(s[0] for s in syllables) == letters
            ):
                begun.append((word, len(letters)))
        within.sort(key=lambda found: -found[1])
        return tuple([*whole, *within, *begun, *self._singly(letters)][:CANDIDATES_MAX])

    def _singly(self, letters: str) -> Iterator[tuple[str, int]]:
        for length in range(min(SYLLABLE_MAX, len(letters)), 0, -1):
            for character in self._characters.get(letters[:length], ""):
                yield character, length


def _rows(path: Path) -> list[tuple[str, str]]:
    lines = path.read_text("utf-8").splitlines()
    return [(first, second) for first, _, second in (line.partition("\t") for line in lines)]
