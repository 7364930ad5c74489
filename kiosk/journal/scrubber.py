"""Reads the whole journal in the background, so that damage is found before it is needed.

It never writes an entry and never repairs; it says what it found and lets others decide.
"""

import threading
from collections.abc import Callable

import structlog

from kiosk.journal.journal import Journal
from kiosk.journal.schema import JournalBroken, JournalDamaged, JournalUnavailable
from kiosk.journal.verification import check_whole

log = structlog.get_logger("journal_watch")

AGAIN_S = 24 * 3600.0
PAUSE_S = 0.02  # between fifty entries: the window goes before


class JournalWatch:
    """``on_damage`` is called once, from the watch's own thread, with what is wrong."""

    def __init__(self, journal: Journal, on_damage: Callable[[str], None]) -> None:
        self._journal, self._on_damage = journal, on_damage
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="journal_watch", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stop.set()
        self._thread.join(timeout=5)

    def _run(self) -> None:
        while True:
            if not self._sound() or self._stop.wait(AGAIN_S):
                return

    def _sound(self) -> bool:
        try:
            checked = check_whole(
                self._journal.path, self._journal.first_link, lambda: self._pause()
            )
        except (JournalBroken, JournalDamaged) as error:
            log.error("journal_damaged", error=str(error))
            self._journal.mark_damaged(str(error))
            self._on_damage(str(error))
            return False
        except (JournalUnavailable, _Stopped) as error:
            log.info("journal_not_checked", why=str(error))
            return not isinstance(error, _Stopped)
        log.info("journal_checked", up_to=checked[0])
        return True

    def _pause(self) -> None:
        if self._stop.wait(PAUSE_S):
            raise _Stopped


class _Stopped(Exception):
    """The kiosk ends before the check does."""
