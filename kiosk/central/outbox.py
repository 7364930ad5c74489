"""The journal on its way to the server: each entry until it is acknowledged, again if the server lost it.

It keeps nothing of its own: whatever was not sent before a crash is in the journal.
"""

from collections.abc import Callable

import structlog

from contract.messages import ErrorCode, JournalAnswer, JournalEntry
from contract.stop_reason import Presence
from kiosk.central.client import CentralClient, Refused
from kiosk.journal.journal import Journal

log = structlog.get_logger("outbox")

BATCH, BATCH_BYTES = 200, 500_000  # whichever is reached first


class Outbox:
    """For one thread. ``presence`` gives what each message tells of this start of the kiosk."""

    def __init__(
        self,
        client: CentralClient,
        journal: Journal,
        presence: Callable[[], Presence | None] = lambda: None,
    ) -> None:
        self._client, self._journal, self._presence = client, journal, presence
        self._received: int | None = None  # up to where the server said that it has the journal

    @property
    def acknowledged(self) -> int:
        """The journal entry up to which the server has everything."""
        return self._journal.acknowledged()

    def server_has(self, received: int | None) -> None:
        """What a heartbeat's answer said of the journal; None when it said nothing."""
        self._received = received

    def deliver(self, stopping: Callable[[], bool] = lambda: False) -> None:
        """Sends what is not acknowledged, in order, until nothing is left or ``stopping``. Raises
        ServerAway, Refused and JournalUnavailable."""
        self._send_what_was_lost()
        while not stopping():
            before = self._journal.acknowledged()
            entries = self._journal.after(before, BATCH, BATCH_BYTES)
            if not entries:
                return
            try:
                answer = self._post(entries)
            except Refused as refused:
                if refused.error.code is not ErrorCode.JOURNAL_GAP:
                    raise
                answer = self._fill_gap(int(refused.error.details["acknowledged"]))
            self._journal.acknowledge(answer.acknowledged)
            if self._journal.acknowledged() == before:
                return

    def _send_what_was_lost(self) -> None:
        """The server says that it has less than it acknowledged: what an older backup lacks is sent again
        at once, whether there is anything new to tell or not. What another file began is not here."""
        received, self._received = self._received, None
        begins, acknowledged = self._journal.first_link[0], self._journal.acknowledged()
        if received is not None and begins <= received < acknowledged:
            self._fill_gap(received)

    def _post(self, entries: list[JournalEntry]) -> JournalAnswer:
        answer = self._client.post_journal(entries, self._presence())
        for change in answer.refused:
            log.error("change_refused", sequence=change.sequence, code=change.code)
        return answer

    def _fill_gap(self, position: int) -> JournalAnswer:
        """The server lost what it had acknowledged (an older backup): it gets it again."""
        log.warning("server_lacks_entries", after=position)
        while True:
            answer = self._post(self._journal.after(position, BATCH, BATCH_BYTES))
            if (
                answer.acknowledged <= position
                or answer.acknowledged >= self._journal.last_sequence
            ):
                return answer
            position = answer.acknowledged
