"""Text as it is typed on the screen's keyboard: Chinese by its sounds, letters, figures, marks. Pure.

Which characters letters may mean, a speller says (kiosk.pinyin), and while it is asked typing goes on.
"""

from dataclasses import dataclass, field, replace
from enum import StrEnum

TEXT_MAX = 200  # characters: what fits the screen, and one matter
LETTERS_MAX = 30
ROOM = 16  # of a page of candidates, in characters: each takes its own and one more
CANDIDATES_A_PAGE = 6
LETTERS = frozenset("abcdefghijklmnopqrstuvwxyz")
MARKS = frozenset("0123456789\uff0c\u3002\uff1f\uff01\u3001\uff1a\uff08\uff09,.?!:()-/@#'\"+ ")


class Keys(StrEnum):
    """Which keys there are."""

    PINYIN = "pinyin"
    LATIN = "latin"
    MARKS = "marks"


@dataclass(frozen=True)
class Writing:
    """``letters`` are not characters yet; ``chosen``: the places of the candidates touched for them.
    ``then``: what is added once the speller said what the letters are. ``asked``: counts the questions
    to it, so that an answer to an earlier one is passed over."""

    text: str = field(default="", repr=False)
    letters: str = field(default="", repr=False)
    chosen: tuple[int, ...] = field(default=(), repr=False)
    shown: str = field(default="", repr=False)
    candidates: tuple[str, ...] = field(default=(), repr=False)
    page: int = 0
    keys: Keys = Keys.PINYIN
    words: Keys = Keys.PINYIN  # which letters come back after marks
    capital: bool = False
    then: str | None = field(default=None, repr=False)
    asked: int = 0

    @property
    def page_shown(self) -> tuple[tuple[int, str], ...]:
        """Place and text of each candidate on the page."""
        pages = self._pages()
        return pages[self.page] if self.page < len(pages) else ()

    @property
    def more(self) -> bool:
        return self.page + 1 < len(self._pages())

    def _pages(self) -> list[tuple[tuple[int, str], ...]]:
        pages: list[list[tuple[int, str]]] = []
        room = 0
        for place, text in enumerate(self.candidates):
            wide = len(text) + 1
            if not pages or wide > room or len(pages[-1]) == CANDIDATES_A_PAGE:
                pages.append([])
                room = ROOM
            pages[-1].append((place, text))
            room -= wide
        return [tuple(page) for page in pages]


def letter(now: Writing, pressed: str) -> Writing:
    if pressed.lower() not in LETTERS or now.then is not None:
        return now
    if now.keys is not Keys.PINYIN:
        written = pressed.upper() if now.capital else pressed.lower()
        return replace(_added(now, written), capital=False)
    if len(now.letters) >= LETTERS_MAX or len(now.text) >= TEXT_MAX:
        return now
    return _asking(replace(now, letters=now.letters + pressed.lower()))


def mark(now: Writing, pressed: str) -> Writing:
    """After letters that are not characters yet, their first meaning is taken; a space does only that."""
    if pressed not in MARKS or now.then is not None:
        return now
    if now.letters:
        return settled(now, "" if pressed == " " else pressed)
    return _added(now, pressed)


def settled(now: Writing, then: str = "") -> Writing:
    """The letters become what the speller has first; those that mean nothing stay letters."""
    if not now.letters:
        return _added(now, then) if then else now
    if not now.candidates:
        return _ended(now, now.shown or now.letters, then)
    return _asking(replace(now, chosen=(*now.chosen, 0), then=then))


def choose(now: Writing, place: int) -> Writing:
    if now.then is not None or not 0 <= place < len(now.candidates):
        return now
    return _asking(replace(now, chosen=(*now.chosen, place)))


def turned(now: Writing, on: bool) -> Writing:
    """To the next page of candidates, or back."""
    if on:
        return replace(now, page=now.page + 1) if now.more else now
    return replace(now, page=max(0, now.page - 1))


def rubbed_out(now: Writing) -> Writing:
    """The last choice, the last letter, or the last character."""
    if now.then is not None:
        return now
    if now.chosen:
        return _asking(replace(now, chosen=now.chosen[:-1]))
    if now.letters:
        return _asking(replace(now, letters=now.letters[:-1]))
    return replace(now, text=now.text[:-1])


def switched(now: Writing, keys: str) -> Writing:
    """Other keys; letters that are not characters yet become their first meaning."""
    if keys not in set(Keys) or now.then is not None:
        return now
    to = Keys(keys)
    now = settled(now)
    words = now.words if to is Keys.MARKS else to
    return replace(now, keys=to, words=words, capital=False)


def shifted(now: Writing) -> Writing:
    return replace(now, capital=not now.capital) if now.keys is Keys.LATIN else now


def spelt(now: Writing, asked: int, shown: str, candidates: tuple[str, ...], text: str) -> Writing:
    """The speller's answer to question ``asked``."""
    if asked != now.asked or not now.letters:
        return now
    if text:
        return _ended(now, text, now.then or "")
    now = replace(now, shown=shown, candidates=candidates, page=0)
    if now.then is None:
        return now
    if not candidates:
        return _ended(now, shown or now.letters, now.then)
    return _asking(replace(now, chosen=(*now.chosen, 0)))


def _asking(now: Writing) -> Writing:
    if not now.letters:
        return replace(_ended(now, "", ""), asked=now.asked + 1)
    return replace(now, asked=now.asked + 1)


def _ended(now: Writing, text: str, then: str) -> Writing:
    fresh = replace(now, letters="", chosen=(), shown="", candidates=(), page=0, then=None)
    return _added(fresh, "".join(text.split()) + then)


def _added(now: Writing, more: str) -> Writing:
    return replace(now, text=(now.text + more)[:TEXT_MAX])
