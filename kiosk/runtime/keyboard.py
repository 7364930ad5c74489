"""Asks the speller what letters may mean, from a thread of its own. What is typed stands in no log."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import structlog

from kiosk.core.effects import Spell
from kiosk.core.events import Event, Spelt
from kiosk.pinyin.choosing import speller
from kiosk.pinyin.spelling import Speller, Spelling

log = structlog.get_logger("keyboard")


class Keyboard:
    """The speller is made when somebody first types."""

    def __init__(
        self, post: Callable[[Event], None], make: Callable[[], Speller] = speller
    ) -> None:
        self._post, self._make = post, make
        self._speller: Speller | None = None
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="keyboard")

    def spell(self, wish: Spell) -> None:
        self._pool.submit(self._spell, wish)

    def close(self) -> None:
        self._pool.submit(self._end)
        self._pool.shutdown(wait=True, cancel_futures=False)

    def _spell(self, wish: Spell) -> None:
        """Letters that nobody can read stay letters."""
        try:
            if self._speller is None:
                self._speller = self._make()
            found = self._speller.spell(wish.letters, wish.chosen)
        except Exception as error:
            log.error("not_spelt", error=type(error).__name__)
            found = Spelling(text=wish.letters)
        self._post(Spelt(wish.visit, wish.asked, found.shown, found.candidates, found.text))

    def _end(self) -> None:
        if self._speller is not None:
            self._speller.close()
            self._speller = None
