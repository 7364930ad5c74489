"""What the staff screen asks for: the PIN's check, facts about the machine, a page, a test payment.

Each is done on a thread that may wait, and its answer comes back as an event.
"""

import shutil
import socket
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from importlib.metadata import version
from urllib.parse import urlsplit

import structlog
import uuid6

from contract.money import Locale
from device_drivers.printers.interface import Document
from kiosk import staff_pin
from kiosk.clock import Clock
from kiosk.core.effects import CheckPin, LookAround, PrintTestPage, TakeTestPayment
from kiosk.core.events import Event, FactsSeen, PinChecked, TestEnded
from kiosk.core.model import KioskFacts, StaffTest
from kiosk.core.staff import REFUSED
from kiosk.journal.journal import Journal
from kiosk.recovery.inquiry import Recovery
from kiosk.recovery.test_payment import Trial
from kiosk.runtime.card_desk import CardDesk
from kiosk.runtime.receipts import Receipts
from kiosk.runtime.test_page import trial_page
from kiosk.settings import Settings

log = structlog.get_logger("staff_desk")

IN_DOUBT = "in_doubt"  # what is not known of a test payment; it is looked into before the next card
Wish = CheckPin | LookAround | PrintTestPage | TakeTestPayment


@dataclass
class StaffContext:
    """What the staff desk looks at and works with."""

    settings: Settings
    kiosk_code: str
    started: float  # monotonic seconds
    journal: Journal
    recovery: Recovery
    receipts: Receipts
    desk: CardDesk | None
    clock: Clock


class StaffDesk:
    def __init__(self, room: StaffContext, post: Callable[[Event], None]) -> None:
        self._room, self._post = room, post
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="staff")

    def perform(self, wish: Wish) -> None:
        """Returns at once."""
        room = self._room
        match wish:
            case CheckPin(visit, pin):
                self._pool.submit(self._check, visit, pin)
            case LookAround():
                self._pool.submit(self._look_around)
            case PrintTestPage(language):
                page = self.page(str(uuid6.uuid7()), language)
                room.receipts.print_page(page, self._ended(StaffTest.PAGE))
            case TakeTestPayment(currency) if room.desk:
                room.desk.try_payment(currency, self._trial_ended)
            case TakeTestPayment():
                self._ended(StaffTest.PAYMENT)(REFUSED, "card_terminal.none")

    def page(self, job_id: str, language: Locale = "zh_CN") -> Document:
        """The page that shows whether the printer is well."""
        return trial_page(
            job_id,
            language,
            kiosk=self._room.kiosk_code,
            version=version("lobbypay"),
            at=self._room.clock.now().astimezone(),
        )

    def close(self) -> None:
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _check(self, visit: int, pin: str) -> None:
        right = staff_pin.matches(pin, self._room.settings.staff.pin)
        log.info("staff_pin", right=right)
        self._post(PinChecked(visit, right))

    def _look_around(self) -> None:
        try:
            self._post(FactsSeen(facts(self._room)))
        except Exception:
            log.exception("facts_failed")

    def _ended(self, test: StaffTest) -> Callable[[str, str], None]:
        return lambda outcome, detail: self._post(TestEnded(test, outcome, detail))

    def _trial_ended(self, end: Trial | str) -> None:
        tell = self._ended(StaffTest.PAYMENT)
        if isinstance(end, str):
            tell(REFUSED, end)
            return
        log.info("test_payment", state=end.state.value, reason=end.reason)
        card = end.card
        numbers = (card.receipt_no, card.trace_no, card.masked_pan) if card else ()
        outcome = end.state.value if end.state.final else IN_DOUBT
        tell(outcome, " · ".join(t for t in (end.reason, *numbers) if t))


def facts(room: StaffContext) -> KioskFacts:
    """Raises JournalUnavailable and OSError."""
    return KioskFacts(
        software=version("lobbypay"),
        uptime_s=int(time.monotonic() - room.started),
        journal_last=room.journal.last_sequence,
        journal_acknowledged=room.journal.acknowledged(),
        journal_damaged=bool(room.journal.damaged),
        free_bytes=shutil.disk_usage(room.settings.data_dir).free,
        addresses=_addresses(room.settings.server.url),
        server_url=room.settings.server.url,
        open_payments=room.recovery.open_cases,
    )


def _addresses(server_url: str) -> tuple[str, ...]:
    """Our address on the way to the server: a datagram socket chooses it and sends nothing."""
    where = urlsplit(server_url)
    try:
        found = socket.getaddrinfo(where.hostname, where.port or 443, type=socket.SOCK_DGRAM)
        with socket.socket(found[0][0], socket.SOCK_DGRAM) as line:
            line.connect(found[0][4])
            return (line.getsockname()[0],)
    except OSError:
        return ()
