"""The driver for ESC/POS receipt printers: serial, network, USB or file.

One job or question at a time; while none is on, a thread listens for what the printer says by itself.
Nothing hangs, whatever the other side does.
"""

import threading
import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import structlog

from device_drivers.command_memory import CommandMemory
from device_drivers.deadlines import Deadlines
from device_drivers.errors import DeviceError, NotReachable
from device_drivers.printers import conditions
from device_drivers.printers.escpos_answers import Reading, blocking
from device_drivers.printers.escpos_job import Ended, Limits, put_on_paper
from device_drivers.printers.escpos_links import Link, SendStopped, make_link
from device_drivers.printers.escpos_presenter import Exit
from device_drivers.printers.escpos_receipt import (
    Job,
    after_interruption,
    encode,
    rest_of_a_command,
)
from device_drivers.printers.escpos_session import Identity, Session
from device_drivers.printers.escpos_settings import EscposSettings, read_settings
from device_drivers.printers.interface import Document, PrintOutcome, PrintResult
from device_drivers.printers.memory import Memory
from device_drivers.status import Condition, DeviceStatus

log = structlog.get_logger(__name__)

SIMULATOR_MAKER = "LobbyPay simulator"
LISTEN_EVERY_S = 0.25
CLOSE_S = 5.0
USUAL_JOB_BYTES = 64_000  # a receipt of ordinary length, as raster
BITS_PER_BYTE = 10


def create(settings: Mapping[str, Any]) -> "EscposPrinter":
    """The driver for its table of the configuration. Raises BadSetting; touches no device."""
    result = read_settings(settings)
    return EscposPrinter(result, make_link(result.connection, **result.place))


class EscposPrinter:
    """See ``interface.ReceiptPrinter``. States: closed -> ready <-> printing; any -> lost."""

    def __init__(self, settings: EscposSettings, link: Link) -> None:
        self._settings, self._link = settings, link
        self._profile = settings.profile
        self._memory = Memory(settings.state_file)
        self._busy = threading.Lock()
        self._closing = threading.Event()
        self._listener: threading.Thread | None = None
        self._session: Session | None = None
        self._identity = Identity()
        self._conditions: tuple[Condition, ...] = (conditions.NOT_REACHABLE,)
        self._printed: CommandMemory[PrintResult] = CommandMemory()
        presenter = self._profile.presenter
        wait_s = settings.supplies.ticket_wait_s
        self._exit = Exit(presenter, wait_s, self._memory) if presenter else None
        # A job that was on when this machine lost power may have left half a picture in the printer.
        self._torn = bool(self._memory.read().open_job)
        self._due = rest_of_a_command(self._profile) if self._torn else b""

    @property
    def deadlines(self) -> Deadlines:
        s = self._settings
        open_s = s.connect_timeout_s + s.answer_timeout_s
        asked_s = s.confirm_timeout_s + s.answer_timeout_s + LISTEN_EVERY_S
        print_s = 2 * open_s + self._send_time_s(USUAL_JOB_BYTES) + asked_s
        return Deadlines(
            open_s=2 * open_s, probe_s=4 * s.probe_timeout_s, close_s=print_s, command_s=print_s
        )

    def open(self) -> None:
        """Raises NotReachable if nothing is there or nothing answers."""
        with self._busy:
            self._closing.clear()
            if self._listener is None:
                self._listener = threading.Thread(
                    target=self._listen_on, name="printer_listener", daemon=True
                )
                self._listener.start()
            self._look(self._settings.connect_timeout_s, self._settings.connect_timeout_s)
            if conditions.NOT_REACHABLE in self._conditions:
                raise NotReachable("the printer does not answer", conditions.NOT_REACHABLE.code)

    def status(self) -> DeviceStatus:
        return DeviceStatus(
            driver="escpos",
            model=self._identity.model,
            simulated=self._identity.maker == SIMULATOR_MAKER,
            conditions=(*self._conditions, *self._supplies()),
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
        """See the interface. A job that may be on paper is not printed again under the same id, not
        even after a restart.

        Raises ValueError for a receipt that is too long to be one, Refused for another one's id.
        """
        with self._busy:
            known = self._printed.find(document.job_id, document)
            if known is not None:
                return known
            result = self._answer(document)
            if result.outcome is not PrintOutcome.NOT_PRINTED:
                self._printed.keep(document.job_id, document, result)
            return result

    def _answer(self, document: Document) -> PrintResult:
        remembered = self._memory.read()
        if document.job_id == remembered.open_job:
            self._memory.end(PrintOutcome.UNCERTAIN, 0)
        elif document.job_id not in remembered.jobs:
            job = encode(document, self._profile, self._settings.fonts)
            return self._print(document.job_id, job)
        earlier = self._memory.read().jobs[document.job_id]
        log.info("printer.job_again", outcome=earlier)
        return self._result(PrintOutcome(earlier), ())

    def close(self) -> None:
        """Ends a job that is on within seconds; its outcome is uncertain."""
        self._closing.set()
        with self._busy:
            self._lose()
            listener, self._listener = self._listener, None
        if listener is not None:
            listener.join(CLOSE_S)

    def _print(self, job_id: str, job: Job) -> PrintResult:
        s = self._settings
        self._look(s.connect_timeout_s, s.answer_timeout_s)
        if (exit_ := self._exit) is not None:
            self._hear(lambda session: exit_.clear(session, s.answer_timeout_s))
        stopping = blocking(self.status().conditions)
        if stopping or self._session is None or self._closing.is_set():
            return self._result(PrintOutcome.NOT_PRINTED, stopping)
        data = (after_interruption(self._profile) if self._torn else b"") + job.data
        limits = Limits(self._send_time_s(len(data)), s.answer_timeout_s, s.confirm_timeout_s)
        self._memory.begin(job_id)
        ended = put_on_paper(self._session, self._profile, data, limits, self._closing.is_set)
        self._memory.end(ended.outcome, job.length_mm if ended.outcome != "not_printed" else 0)
        self._take(ended)
        result = self._result(ended.outcome, ended.because)
        log.info("printer.job", outcome=result.outcome, conditions=result.conditions)
        return result

    def _take(self, ended: Ended) -> None:
        """The state after a job: what the printer said, and what may be left in it."""
        if ended.outcome is not PrintOutcome.NOT_PRINTED:
            self._torn = ended.outcome is PrintOutcome.UNCERTAIN
            self._due = rest_of_a_command(self._profile) if self._torn and ended.gone else b""
        if ended.reading is not None:
            self._saw(ended.reading)
        if ended.gone:
            self._lose(ended.because)
        elif self._torn and self._session is not None and self._profile.clear_buffer:
            # Otherwise the rest would come out by itself once the fault is mended.
            try:
                self._session.send(self._profile.clear_buffer, self._settings.answer_timeout_s)
            except DeviceError:
                self._lose()
        elif ended.reading is None and self._profile.status != "none":
            self._conditions = (conditions.NOT_REACHABLE,)

    def _listen_on(self) -> None:
        while not self._closing.wait(LISTEN_EVERY_S):
            if self._busy.acquire(blocking=False):
                try:
                    self._listen()
                except Exception:
                    log.exception("printer.listener_failed")
                finally:
                    self._busy.release()

    def _listen(self) -> None:
        """What the printer says by itself, and the receipt that waits in its presenter."""
        if self._session is None or self._profile.status == "none":
            return
        self._hear(lambda session: session.newest())
        if (exit_ := self._exit) is not None:
            self._hear(lambda session: exit_.look(session, self._settings.probe_timeout_s))

    def _hear(self, ask: Callable[[Session], Reading | None]) -> None:
        """Takes what comes of a question; a line that broke is connected again, once."""
        if self._session is None:
            return
        try:
            reading = ask(self._session)
        except DeviceError:
            # Network printers hang up after a quiet while: that alone is no fault.
            self._look(self._settings.probe_timeout_s, self._settings.probe_timeout_s)
            return
        if reading is not None:
            self._saw(reading)

    def _saw(self, reading: Reading) -> None:
        if reading.conditions != self._conditions:
            log.info("printer.says", conditions=[c.code for c in reading.conditions])
        self._conditions = reading.conditions
        renewed = self._memory.paper(
            out=conditions.PAPER_OUT in reading.conditions,
            near_end=conditions.PAPER_NEAR_END in reading.conditions,
            cover_open=conditions.COVER_OPEN in reading.conditions,
        )
        if renewed:
            log.info("printer.new_roll")
        if self._exit is not None:
            self._exit.saw(reading)

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
            self._session = Session(self._link, self._profile)
        self._send_due(answer_s)
        if self._profile.status == "none":
            self._conditions = (conditions.ONE_WAY,)
            return
        reading = self._session.ask_status(min(answer_s, max(0.1, end - time.monotonic())))
        if reading is None:
            self._conditions = (conditions.NOT_REACHABLE,)
            return
        self._saw(reading)
        if blocking(reading.conditions):
            return  # it would answer what stands in its queue only when it goes on
        self._session.report_changes(max(0.1, end - time.monotonic()))
        if not self._identity.maker:
            self._identity = self._session.ask_identity(max(0.0, end - time.monotonic()))

    def _send_due(self, timeout_s: float) -> None:
        """Raises SendStopped; what is left then is still due."""
        if self._due and self._session is not None:
            try:
                self._session.send(self._due, timeout_s)
                self._due = b""
            except SendStopped as stopped:
                self._due = self._due[stopped.sent :]
                raise

    def _lose(self, because: tuple[Condition, ...] = (conditions.NOT_REACHABLE,)) -> None:
        self._session = None
        self._conditions = because
        self._link.close()

    def _supplies(self) -> list[Condition]:
        """What is known of paper and receipts beyond the printer's own words."""
        found: list[Condition] = list(self._exit.conditions) if self._exit else []
        s, remembered = self._settings.supplies, self._memory.read()
        if remembered.retracted:
            found.append(conditions.receipts_retracted(remembered.retracted, s.bin_holds))
        if s.roll_mm and conditions.PAPER_OUT not in self._conditions:
            left = self._memory.forecast(s.roll_mm)
            few_days = left.days is not None and left.days < s.warn_days
            soon = few_days or left.receipts < s.warn_receipts
            found.append(conditions.paper_forecast(left.receipts, left.days, soon))
        return found

    def _result(self, outcome: PrintOutcome, because: Iterable[Condition]) -> PrintResult:
        return PrintResult(outcome, self.status(), tuple(c.code for c in because))

    def _send_time_s(self, length: int) -> float:
        """The configured time, and what the line itself needs for so many bytes."""
        baud = self._settings.place.get("baud")
        return self._settings.send_timeout_s + (length * BITS_PER_BYTE / baud if baud else 0)
