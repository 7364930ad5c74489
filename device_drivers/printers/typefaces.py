"""Splits text into runs by the typeface that has its characters; what none has becomes a mark.

No font file can hold every script (65,535 glyphs are the most, and Chinese alone fills one), and
neither Pillow nor SDL looks into a second font by itself. Used by the receipts and by the screens.
"""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from PIL import ImageFont

PLACEHOLDER = "〓"  # what Chinese typesetters put where a sort is missing
NO_CHARACTER = "\uffff"  # no font has it: what is drawn for it is drawn for all that is missing
ASKED_SIZE = 24
CHARACTERS_KEPT_MAX = 20_000
TEXTS_KEPT_MAX = 5_000

# Drawn as nothing: they only choose among forms, or join, or steer the direction.
_SELECTORS = (*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0), 0x034F, *range(0x180B, 0x1810))
_INVISIBLE = frozenset(map(chr, _SELECTORS))


@dataclass(frozen=True)
class Run:
    """``face`` has every character of ``text``."""

    text: str
    face: Path


@lru_cache(maxsize=16)
def _asked(face: Path) -> tuple[ImageFont.FreeTypeFont, bytes]:
    font = ImageFont.truetype(str(face), ASKED_SIZE, layout_engine=ImageFont.Layout.BASIC)
    return font, _picture(font, NO_CHARACTER)


def _picture(font: ImageFont.FreeTypeFont, character: str) -> bytes:
    dots: Any = font.getmask(character)
    return bytes(dots)


@lru_cache(maxsize=CHARACTERS_KEPT_MAX)
def has(face: Path, character: str) -> bool:
    """Whether the font file has a glyph for the character. Raises OSError without the file."""
    font, missing = _asked(face)
    return _picture(font, character) != missing


@lru_cache(maxsize=TEXTS_KEPT_MAX)
def runs(text: str, faces: tuple[Path, ...]) -> tuple[Run, ...]:
    """The text from left to right in runs of one face each, the first face wherever it can.

    A letter stays with its combining marks; marks and spaces between two words of another face are
    taken from that face too, so that the words of a line that reads from right to left stay together.
    """
    placed = [_placed(cluster, faces) for cluster in clusters(text)]
    _join(placed, faces)
    joined: list[Run] = []
    for drawn, face in placed:
        if joined and joined[-1].face == face:
            joined[-1] = Run(joined[-1].text + drawn, face)
        elif drawn:
            joined.append(Run(drawn, face))
    return tuple(joined)


def clusters(text: str) -> Iterator[str]:
    """Letters with their combining marks; without what is invisible."""
    cluster = ""
    for character in unicodedata.normalize("NFC", text):
        category = unicodedata.category(character)
        if category == "Cf" or character in _INVISIBLE:
            continue
        if cluster and category[0] == "M":
            cluster += character
            continue
        if cluster:
            yield cluster
        cluster = character
    if cluster:
        yield cluster


def _placed(cluster: str, faces: tuple[Path, ...]) -> tuple[str, Path]:
    if cluster.isspace():
        return cluster, faces[0]
    for face in faces:
        if all(has(face, character) for character in cluster):
            return cluster, face
    for face in faces:
        if has(face, cluster[0]):
            return cluster[0], face
    return PLACEHOLDER if has(faces[0], PLACEHOLDER) else "?", faces[0]


def _join(placed: list[tuple[str, Path]], faces: tuple[Path, ...]) -> None:
    """Gives marks and spaces between two clusters of another face to that face."""
    since: int | None = (
        None  # the last cluster of another face; only marks and spaces came after it
    )
    for at, (drawn, face) in enumerate(placed):
        if face != faces[0]:
            if since is not None and placed[since][1] == face:
                between = range(since + 1, at)
                if all(has(face, placed[i][0]) for i in between):
                    placed[since + 1 : at] = [(placed[i][0], face) for i in between]
            since = at
        elif drawn[0].isalnum() or drawn == PLACEHOLDER:
            since = None
