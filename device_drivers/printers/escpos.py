"""The driver for ESC/POS receipt printers: serial, network, USB or file.

It never says "printed" without the printer's word where the printer can give it, and never hangs,
whatever the other side does.
"""

import threading
import time
from collections.abc import Iterable, Mapping
from typing import Any

import structlog

from device_drivers.answered import Answered
from device_drivers.deadlines import Deadlines
from device_drivers.errors import DeviceError, NotReachable
from device_drivers.printers import conditions
from device_drivers.printers.escpos_answers import blocking, paper_ended
from device_drivers.printers.escpos_links import Link, SendStopped, make_link
from device_drivers.printers.escpos_receipt import ASK_PAPER_IN_ORDER, encode
from device_drivers.printers.escpos_session import Identity, Session
from device_drivers.printers.escpos_settings import EscposSettings, read_settings
from device_drivers.printers.interface import Document, PrintOutcome, PrintResult
from device_drivers.status import Condition, DeviceStatus

log = structlog.get_logger(__name__)

SIMULATOR_MAKER = "LobbyPay simulator"
POLL_S = 0.25
SETTLE_S = 3.0  # without the printer's word, so long without a fault counts as printed
USUAL_JOB_BYTES = 64_000  # a receipt of ordinary length, as raster
BITS_PER_BYTE = 10


def create(settings: Mapping[str, Any]) -> "EscposPrinter":
    """The driver for its table of the configuration. Raises BadSetting; touches no device."""
    result = read_settings(settings)
    return EscposPrinter(result, make_link(result.connection, **result.place))


class EscposPrinter:
    """See ``interface.ReceiptPrinter``. States: closed -> ready <-> printing; any -> lost."""

    def __init__(self, settings: EscposSettings, link: Link) -> None:
        self._settings = settings
        self._link = link
        self._busy = threading.Lock()
        self._session: Session | None = None
        self._identity = Identity()
        self._conditions: tuple[Condition, ...] = (conditions.NOT_REACHABLE,)
        self._printed: Answered[PrintResult] = Answered()

    @property
    def deadlines(self) -> Deadlines:
        s = self._settings
        open_s = s.connect_timeout_s + s.answer_timeout_s
        asked_s = s.confirm_timeout_s + s.answer_timeout_s + POLL_S
        print_s = 2 * open_s + self._send_time_s(USUAL_JOB_BYTES) + asked_s
        return Deadlines(
            open_s=2 * open_s, probe_s=4 * s.probe_timeout_s, close_s=print_s, command_s=print_s
        )

    def open(self) -> None:
        """Raises NotReachable if nothing is there or nothing answers."""
        with self._busy:
            self._look(self._settings.connect_timeout_s, self._settings.connect_timeout_s)
            if conditions.NOT_REACHABLE in self._conditions:
                raise NotReachable("the printer does not answer", conditions.NOT_REACHABLE.code)

    def status(self) -> DeviceStatus:
        return DeviceStatus(
            driver="escpos",
            model=self._identity.model,
            simulated=self._identity.maker == SIMULATOR_MAKER,
            conditions=self._conditions,
        )

    def probe(self) -> DeviceStatus:
        """Asks the printer, connecting again if need be; while it prints, its last known state."""
        if self._busy.acquire(blocking=False):
            try:
                self._look(self._settings.probe_timeout_s, self._settings.probe_timeout_s)
            finally:
                self._busy.release()
        return self.status()

    def print(self, document: Document) -> PrintResult:
        """See the interface. A job that was printed is not printed again under the same id.

        Raises ValueError for a receipt that is too long to be one, Refused for another one's id.
        """
        with self._busy:
            earlier = self._printed.find(document.job_id, document)
            if earlier is not None:
                return earlier
            job = encode(document, self._settings.paper, self._settings.fonts)
            result = self._print(job)
            log.info("printer.job", outcome=result.outcome, conditions=result.conditions)
            if result.outcome is PrintOutcome.PRINTED:
                self._printed.keep(document.job_id, document, result)
            return result

    def close(self) -> None:
        with self._busy:
            self._lose()

    def _print(self, job: bytes) -> PrintResult:
        s = self._settings
        self._look(s.connect_timeout_s, s.answer_timeout_s)
        stopping = blocking(self._conditions)
        if stopping or self._session is None:
            return self._result(PrintOutcome.NOT_PRINTED, stopping)
        asks_in_order = s.status == "dle_eot" and s.confirm == "gs_r"
        try:
            self._session.forget_answers()
            self._session.send(
                job + (ASK_PAPER_IN_ORDER if asks_in_order else b""), self._send_time_s(len(job))
            )
            if s.status == "none":
                return self._result(PrintOutcome.PRINTED, ())
            return self._confirm(asks_in_order)
        except SendStopped as problem:
            return self._stopped(problem)
        except DeviceError as problem:
            log.warning("printer.lost", detail=problem.detail)
            self._lose()
            return self._result(PrintOutcome.UNCERTAIN, (conditions.NOT_REACHABLE,))

    def _confirm(self, asks_in_order: bool) -> PrintResult:
        """Waits for the printer's word after the cut; a fault meanwhile ends the wait."""
        assert self._session is not None
        s = self._settings
        begun = time.monotonic()
        word: int | None = None
        while True:
            found = self._session.ask_status(s.answer_timeout_s)
            self._conditions = (conditions.NOT_REACHABLE,) if found is None else tuple(found)
            if asks_in_order and word is None:
                # Looked for again: paper may end right after the cut, when all is printed.
                word = self._session.in_order_answer(0)
            stopping = blocking(self._conditions)
            if word is not None and (not stopping or not paper_ended(word)):
                return self._result(PrintOutcome.PRINTED, stopping)
            if found is not None and stopping:
                return self._result(PrintOutcome.UNCERTAIN, stopping)
            passed = time.monotonic() - begun
            if found is not None and not asks_in_order and passed >= SETTLE_S:
                return self._result(PrintOutcome.PRINTED, ())
            if passed >= s.confirm_timeout_s:
                return self._result(PrintOutcome.UNCERTAIN, stopping)
            if asks_in_order and word is None:
                word = self._session.in_order_answer(POLL_S)
            else:
                time.sleep(POLL_S)

    def _stopped(self, problem: SendStopped) -> PrintResult:
        """The printer took no more bytes; it may still say why."""
        log.warning("printer.send_stopped", sent=problem.sent, detail=problem.detail)
        found: list[Condition] | None = None
        if self._session is not None:
            try:
                found = self._session.ask_status(self._settings.answer_timeout_s)
            except DeviceError:
                found = None
        stopping = blocking(found or ()) or [conditions.NOT_REACHABLE]
        # What is left of the job must not come out in front of the next one.
        self._lose(tuple(stopping))
        outcome = PrintOutcome.UNCERTAIN if problem.sent else PrintOutcome.NOT_PRINTED
        return self._result(outcome, stopping)

    def _look(self, connect_s: float, answer_s: float) -> None:
        """Connects if need be, and asks; the answer is in ``self._conditions``."""
        end = time.monotonic() + max(connect_s, answer_s)
        was_connected = self._session is not None
        try:
            self._ask(connect_s, answer_s, end)
        except DeviceError as problem:
            known_before = conditions.NOT_REACHABLE in self._conditions
            self._lose()
            if was_connected:
                # Network printers hang up after a quiet while: that alone is no fault.
                self._look(connect_s, answer_s)
            elif not known_before:
                log.warning("printer.lost", detail=problem.detail)

    def _ask(self, connect_s: float, answer_s: float, end: float) -> None:
        if self._session is None:
            self._link.open(connect_s)
            self._session = Session(self._link)
        if self._settings.status == "none":
            self._conditions = (conditions.ONE_WAY,)
            return
        found = self._session.ask_status(min(answer_s, max(0.1, end - time.monotonic())))
        if found is None:
            self._conditions = (conditions.NOT_REACHABLE,)
            return
        self._conditions = tuple(found)
        if not self._identity.maker:
            self._identity = self._session.ask_identity(max(0.0, end - time.monotonic()))

    def _lose(self, because: tuple[Condition, ...] = (conditions.NOT_REACHABLE,)) -> None:
        self._session = None
        self._conditions = because
        self._link.close()

    def _result(self, outcome: PrintOutcome, because: Iterable[Condition]) -> PrintResult:
        return PrintResult(outcome, self.status(), tuple(c.code for c in because))

    def _send_time_s(self, length: int) -> float:
        """The configured time, and what the line itself needs for so many bytes."""
        baud = self._settings.place.get("baud")
        return self._settings.send_timeout_s + (length * BITS_PER_BYTE / baud if baud else 0)
