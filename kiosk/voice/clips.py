"""Which clips a language has, and what each says: the sentences of the catalogues, the words between
their values, the words of ``assets/voice``, and what numbers are put together from.

A clip goes by its id, which stays when its words change, so that a site can put a human reader's in its
place (``assets/voice/README.md``).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from contract.money import Locale
from kiosk.asset_paths import LOCALE, VOICE
from kiosk.texts.catalogue import SCREEN, VOICE_TEXTS
from kiosk.voice import numbers

# read by staff, printed on paper, never shown as they stand, or of words that staff typed
_SILENT = re.compile(
    r"(pairing|staff|staff_pin|receipt)\.|out_of_order\.(staff|until)|frame\.clock$|common\.(list_sep|currency_rate)"
)
_PLACE = re.compile(r"\{[^}]*\}")
_TOKEN = re.compile(
    r"(?P<time>\d{1,2}:\d{2}(?!\d))"
    r"|(?P<number>\d+(?:,\d{3})*(?:\.\d+)?)"
    r"|(?P<word>m[²³]|[A-Za-z]+(?:['’][a-z]+)?)"
    r"|(?P<han>[\u4e00-\u9fff㎡])"
    r"|(?P<mark>[×＋+%–])"
    r"|(?P<pause>[。，、；：！？.,;:!?…·\n—])"
)


@dataclass(frozen=True)
class Clip:
    """``written``: the ways it stands on a screen; none for what only numbers are put together from."""

    id: str
    said: str
    written: tuple[str, ...] = ()


@dataclass(frozen=True)
class Token:
    kind: str  # time, number, word, han, mark, pause
    text: str
    start: int

    @property
    def key(self) -> str:
        return self.text.replace("’", "'").casefold()


def tokens(text: str) -> list[Token]:
    """What can be said of a text, in its order; signs that nobody says are left out."""
    return [Token(m.lastgroup or "", m.group(), m.start()) for m in _TOKEN.finditer(text)]


def key(text: str) -> tuple[str, ...]:
    """What a text is found by: pauses and quotation marks do not count."""
    return tuple(token.key for token in tokens(text) if token.kind != "pause")


@cache
def clips(language: Locale) -> tuple[Clip, ...]:
    """All of a language, each words once."""
    found = [Clip(id, said) for id, said in numbers.clips(language).items()]
    found += _words(language)
    known = {key(way) for clip in found for way in clip.written}
    for id, text in _sentences(language):
        if key(text) not in known:
            known.add(key(text))
            found.append(Clip(id, text, (text,)))
    return tuple(found)


@cache
def lexicon(language: Locale) -> dict[tuple[str, ...], str]:
    """The key of each text that has a clip, and the clip's id."""
    return {key(way): clip.id for clip in clips(language) for way in clip.written}


def _words(language: Locale) -> list[Clip]:
    found = []
    for line in (VOICE / f"{language}.tsv").read_text("utf-8").splitlines():
        if line and not line.startswith("#"):
            id, written, said = line.split("\t")
            found.append(Clip(id, said, tuple(written.split("|"))))
    return found


def _sentences(language: Locale) -> Iterator[tuple[str, str]]:
    for domain in (VOICE_TEXTS, SCREEN):
        for id, text in spoken_texts(language, domain):
            parts = [part.strip() for part in _PLACE.split(text)]
            said = [part for part in parts if key(part)]
            for place, part in enumerate(said, 1):
                yield (id if len(said) == 1 else f"{id}-{place}"), part


def spoken_texts(language: Locale, domain: str = SCREEN) -> Iterator[tuple[str, str]]:
    """The ids and texts of a catalogue that residents hear, every plural by itself."""
    from babel.messages.pofile import read_po

    with (LOCALE / language / "LC_MESSAGES" / f"{domain}.po").open("rb") as po:
        for message in read_po(po, locale=language):
            if not message.id or _SILENT.match(id := _first(message.id)):
                continue
            texts = message.string if isinstance(message.string, tuple) else (message.string,)
            for place, text in enumerate(texts):
                yield (id if place == 0 else f"{id}.{place}"), text


def _first(id: str | tuple[str, ...] | list[str]) -> str:
    return id if isinstance(id, str) else id[0]
