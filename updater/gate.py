"""What the kiosk says of itself, and whether that is well enough to keep a new release. Decides only."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from updater.files import read_untrusted
from updater.memory import Trial
from updater.version import is_version

WORD_MAX = 65536
FRESH_S = 30.0  # so long the kiosk may say nothing new


@dataclass(frozen=True)
class Word:
    """``beat`` grows while it runs. ``server``: heard since its start. ``screen``: drawn within the last
    minute. ``journal``: readable and taking entries. ``wrong``: devices out of order, None until they
    were looked at. ``open``: payments that are open or in doubt. ``given_way``: for what it holds still.
    ``wanted``: which release the server wants, by which try, in which ring."""

    start: str = ""
    beat: int = 0
    version: str = ""
    server: bool = False
    screen: bool = False
    journal: bool = False
    wrong: tuple[str, ...] | None = None
    open: int = 0
    given_way: str = ""
    clock_off: bool = False
    wanted: str = ""
    attempt: int = 0
    ring: str = ""


def read_word(path: Path) -> Word:
    """What is missing or of another form counts as not said."""
    said = read_untrusted(path, WORD_MAX)
    wanted = said.get("wanted")
    wanted = wanted if isinstance(wanted, dict) and is_version(wanted.get("version")) else {}
    wrong = said.get("wrong")
    return Word(
        start=_text(said, "start"),
        beat=_number(said, "beat"),
        version=_text(said, "version"),
        server=said.get("server") is True,
        screen=said.get("screen") is True,
        journal=said.get("journal") is True,
        wrong=tuple(map(str, wrong)) if isinstance(wrong, list) else None,
        open=_number(said, "open"),
        given_way=_text(said, "given_way"),
        clock_off=said.get("clock_off") is True,
        wanted=_text(wanted, "version"),
        attempt=_number(wanted, "attempt"),
        ring=_text(wanted, "ring"),
    )


class Listener:
    """Whether the kiosk's word is new: by the beat, never by a clock that may be set."""

    def __init__(self) -> None:
        self._last: tuple[str, int] = ("", -1)
        self._at = float("-inf")

    def fresh(self, word: Word, now: float) -> bool:
        """The first word that is read may be an old one: it counts from the second on."""
        if (word.start, word.beat) != self._last:
            first = self._last == ("", -1)
            self._last = (word.start, word.beat)
            if not first:
                self._at = now
        return now - self._at <= FRESH_S


def missing(word: Word, fresh: bool, trial: Trial) -> str:
    """What is not well with the release on trial; empty: nothing."""
    if not fresh or word.version != trial.version:
        return "not_started"
    if not word.screen:
        return "screen"
    if not word.journal:
        return "journal"
    if word.wrong is None or set(word.wrong) - set(trial.wrong):
        return "devices"
    if trial.server and not word.server:
        return "server"
    return ""


def _text(said: dict[str, Any], name: str) -> str:
    value = said.get(name, "")
    return value[:80] if isinstance(value, str) else ""


def _number(said: dict[str, Any], name: str) -> int:
    value = said.get(name, 0)
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else 0
