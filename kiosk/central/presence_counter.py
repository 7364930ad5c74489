"""What each message tells of the life that sends it, so that the server notices two of one identity.

A start is told only once it is counted on disk: a number that a power cut could take back would make
two honest starts look like two machines.
"""

import secrets
from collections.abc import Callable

import structlog

from contract.stop_reason import Presence
from kiosk.journal.journal import Journal, JournalUnavailable

log = structlog.get_logger("presence")


class PresenceCounter:
    """One start of this kiosk. For one thread."""

    def __init__(
        self, journal: Journal, new_boot: Callable[[], str] = lambda: secrets.token_hex(16)
    ) -> None:
        self._journal, self._boot = journal, new_boot()
        self._starts, self._beat = 0, 0

    def presence(self) -> Presence | None:
        """For the next message; None while the start cannot be recorded."""
        if not self._starts:
            try:
                self._starts = self._journal.count_start()
            except JournalUnavailable as error:
                log.warning("start_not_counted", error=str(error))
                return None
        self._beat += 1
        last, digest = self._journal.head
        return Presence(
            boot=self._boot,
            starts=self._starts,
            beat=self._beat,
            journal_last=last,
            journal_hash=digest,
            number=self._journal.next_number() - 1,
        )
