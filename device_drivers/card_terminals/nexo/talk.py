"""Asks the terminal one thing and gives back its genuine answer; and asks it what became of an earlier
message, until it says so. Never sends a payment or a reversal by itself.
"""

import secrets
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import structlog

from device_drivers.card_terminals.nexo import answers, messages
from device_drivers.card_terminals.nexo.crypto import Sealer, SharedKey
from device_drivers.card_terminals.nexo.link import CLOSED, Link
from device_drivers.card_terminals.nexo.messages import REQUEST, RESPONSE, Message, Reference
from device_drivers.card_terminals.nexo.settings import KeyFile, NexoSettings
from device_drivers.card_terminals.nexo.status import NO_PASSPHRASE
from device_drivers.errors import DeviceError, NotReachable, Timeout

log = structlog.get_logger(__name__)

UNDECIDED = "nexo.undecided"
PASSPHRASE_MAX = 1000  # bytes


class Talk:
    def __init__(self, settings: NexoSettings) -> None:
        self.settings = settings
        self.link = Link(settings.place)
        self._sealer: Sealer | None = None

    def get_ready(self) -> Sealer:
        """Allows connections and reads the passphrase anew. Raises NotReachable."""
        self.link.allow()
        self._sealer = Sealer(_key(self.settings.key))
        return self._sealer

    @property
    def call_s_max(self) -> float:
        place = self.settings.place
        return 2 * place.connect_timeout_s + self.settings.answer_s

    @property
    def inquiry_s_max(self) -> float:
        s = self.settings
        return s.status_s + s.not_found_s + s.pause_s + self.call_s_max

    def ask(
        self,
        message: Message,
        limit_s: float | None = None,
        on_sent: Callable[[Callable[[], None]], None] | None = None,
    ) -> dict[str, Any]:
        """The body of the answer; {} where none is due (an abort is answered by nothing).

        Raises NotReachable if nothing was sent, otherwise Timeout or ProtocolError."""
        s = self.settings
        sealer = self._sealer or self.get_ready()
        header = message.header(s.sale_id, s.poi_id)
        envelope = sealer.seal(REQUEST, header, message.bytes(s.sale_id, s.poi_id))
        raw = self.link.post(
            messages.encoded(envelope), limit_s or s.answer_s, on_sent or (lambda give_up: None)
        )
        if not raw and message.category == "Abort":
            return {}
        opened = sealer.open(messages.parsed(raw).get(RESPONSE))
        return messages.answer_to(message, s.sale_id, s.poi_id, opened)

    def goes_on(self, of: Reference, limit_s: float) -> bool:
        """Whether the terminal says, within ``limit_s``, that a message is being carried out."""
        return self._ask_once(of, limit_s)[0] == answers.IN_PROGRESS

    def what_became(self, of: Reference, patience_s: float | None = None) -> Any:
        """The answer that the terminal has for an earlier message, whether we ever got it or not; None
        if it does not know the message, and still not ``not_found_s`` later. ``patience_s`` instead of
        ``status_s``: how long the terminal has for that besides.

        Raises Timeout ``nexo.undecided`` when it did not say in time, or ``nexo.closed``.
        """
        s, unknown_since = self.settings, None
        patience_s = s.status_s if patience_s is None else min(patience_s, s.status_s)
        end = time.monotonic() + patience_s + s.not_found_s
        while True:
            state, body = self._ask_once(of)
            if state == answers.SUCCESS:
                return body
            now = time.monotonic()
            if state != answers.NOT_FOUND:
                unknown_since = None
            elif unknown_since is None:
                unknown_since = now
            elif now - unknown_since >= s.not_found_s:
                return None
            if now >= end:
                raise Timeout(f"{self.link.place}: {of.category} {state}", UNDECIDED)
            self.link.pause(s.pause_s)

    def _ask_once(self, of: Reference, limit_s: float | None = None) -> tuple[str, Any]:
        message = messages.transaction_status(of, self.settings.sale_id, fresh())
        try:
            found = answers.found(self.ask(message, limit_s), of.category)
        except DeviceError as problem:
            if problem.code == CLOSED:
                raise Timeout(problem.detail, CLOSED) from problem
            log.info("nexo.not_told", code=problem.code, what=of.category)
            return problem.code, None
        log.info("nexo.told", state=found.state, what=of.category)
        return found.state, found.body


def fresh() -> str:
    """A ServiceID for a message that nobody will ask about."""
    return messages.service_id("fresh", secrets.token_hex(16))


def now() -> datetime:
    return datetime.now(UTC)


def _key(told: KeyFile) -> SharedKey:
    return SharedKey(told.identifier, told.version, _passphrase(told.passphrase_file))


def _passphrase(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            content = file.read(PASSPHRASE_MAX).strip()
    except OSError as problem:
        raise NotReachable(f"{path}: {problem.strerror}", NO_PASSPHRASE) from problem
    if not content:
        raise NotReachable(f"{path}: it is empty", NO_PASSPHRASE)
    return content
