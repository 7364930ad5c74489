"""The connection to a ZVT terminal: connects, registers, asks how it is, remembers what it said.

Never moves money. Not for several threads at once, but ``status`` may be called from any.
"""

import contextlib
import time
from collections.abc import Iterator

import structlog

from device_drivers.card_terminals.zvt import answers, commands, fields, staff, texts
from device_drivers.card_terminals.zvt.answers import TerminalState
from device_drivers.card_terminals.zvt.exchange import (
    AnsweredNo,
    Ending,
    Exchange,
    Handlers,
    Wishes,
)
from device_drivers.card_terminals.zvt.settings import ZvtSettings
from device_drivers.card_terminals.zvt.values import Unreadable
from device_drivers.errors import (
    DeviceError,
    NotReachable,
    OutcomeUnknown,
    ProtocolError,
    Refused,
    Timeout,
)
from device_drivers.status import Condition, DeviceStatus

log = structlog.get_logger(__name__)

NO_DETAILS = "zvt.no_details"  # an answer that proves nothing, on a connection that works
NOT_OFFERED = "zvt.refused_83"  # the answer to a command that the terminal does not know
BUSY = "zvt.busy"
_BUSY_REFUSAL = f"zvt.refused_{texts.BUSY:02x}"
_MENDED_BY = {0x51: commands.INITIALISE, 0xC2: commands.DIAGNOSIS}


class Session:
    def __init__(self, settings: ZvtSettings) -> None:
        self._settings, self._link = settings, settings.link
        self.wishes = Wishes()
        self._connected = False
        self._state: TerminalState | None = None
        self._trouble: Condition | None = None
        self._wanted: tuple[Condition, ...] = ()
        self._refused: Condition | None = None  # why the last payment could not be made
        self._untold: Condition | None = None  # what it leaves out that a payment in doubt needs
        self._unnamed: Condition | None = None
        self._shows_no_steps = False

    def exchange(self, abortable: bool = False, takes_card: bool = False) -> Exchange:
        """``takes_card``: a terminal that shows steps begins with one, so it is soon known to hang."""
        s = self._settings
        first_s = s.exchange.first_word_s if takes_card and not self._shows_no_steps else 0.0
        return Exchange(self._link, s.exchange, self.wishes, abortable, s.characters, first_s)

    def note_steps(self, told: bool) -> None:
        """Whether a payment that the terminal ended by itself was told step by step."""
        self._shows_no_steps = not told

    def note_result(self, code: str) -> None:
        """The result of a payment may say that the terminal itself needs somebody."""
        with contextlib.suppress(ValueError):
            self._refused = staff.result_condition(int(code, 16))

    def note_refusal(self, problem: Refused) -> None:
        """A payment's command was answered with no, perhaps with a reason that staff can mend."""
        self._refused = _refusal(problem)

    def note_details(self, told: bool) -> None:
        """Whether the terminal tells its last transaction, or says that there is none."""
        self._untold = None if told else staff.NO_DETAILS

    def note_numbers(self, told: bool) -> None:
        """Whether a transaction carries a number by which it can be taken back."""
        self._unnamed = None if told else staff.CANNOT_REVERSE

    @contextlib.contextmanager
    def watched(self) -> Iterator[None]:
        """Remembers trouble for ``status``. After trouble with the connection it is closed, so that
        a late message is never taken for the answer to something else."""
        try:
            yield
        except Refused:
            raise
        except DeviceError as problem:
            if problem.code != NO_DETAILS:
                self.let_go()
                self._trouble = _condition(problem)
            raise
        except BaseException:
            self.let_go()  # a caller's mistake in the middle of an exchange
            raise
        if self._connected:
            self._trouble = None

    def connect(self, busy_limit_s: float) -> None:
        """Connects anew, waits until no earlier payment runs in the terminal, registers (2.1).

        Raises NotReachable, Timeout, ProtocolError, Refused.
        """
        self.let_go()
        self.wishes.close.clear()
        self._link.open()
        try:
            state = self.until_not_busy(busy_limit_s)
            self._register()
        except Refused as problem:
            told = problem.result if isinstance(problem, AnsweredNo) else None
            self._trouble = staff.REFUSES if told is None else staff.refuses_because(told)
            self.let_go()
            raise
        self._connected = True
        mend = _MENDED_BY.get(state.code)
        if mend is not None:
            self._mend(mend)

    def connect_if_needed(self) -> None:
        if not self._connected:
            self.connect(self._settings.busy_limit_s)

    def get_ready(self, busy_limit_s: float) -> None:
        """Finds out that the connection is dead before money is asked for.

        Raises NotReachable for whatever goes wrong, as nothing was asked yet.
        """
        try:
            if self._connected and self._answers(busy_limit_s):
                return
            self.connect(busy_limit_s)
            self.until_not_busy(busy_limit_s)  # a registration may keep it busy for a moment
        except NotReachable:
            raise
        except DeviceError as problem:
            raise NotReachable(problem.detail, problem.code) from problem

    def _answers(self, busy_limit_s: float) -> bool:
        try:
            self.until_not_busy(busy_limit_s)
        except DeviceError as problem:
            if problem.code == BUSY:
                raise
            log.info("zvt.connecting_anew", code=problem.code)
            return False
        return True

    def let_go(self) -> None:
        self._connected = False
        self._link.close()

    def _register(self) -> None:
        s = self._settings
        ending = self.exchange().run(commands.register(s.password, s.currency), Handlers())
        if not ending.completed:
            raise Refused(f"registration: {why(ending)}", "zvt.registration_refused")
        status_byte = fields.read(ending.apdu.data).number(fields.STATUS_BYTE)
        self._wanted = staff.registration_conditions(status_byte or 0)

    def _mend(self, command: int) -> None:
        """Initialises or diagnoses a terminal that asks for it, if it lets us."""
        log.info("zvt.mending", command=f"{command:04X}")
        limit_s = self._settings.busy_limit_s
        self.until_not_busy(limit_s)  # with the registration, for a moment
        with contextlib.suppress(Refused):
            password = b"" if command == commands.DIAGNOSIS else self._settings.password
            self.exchange().run(commands.with_password(command, password), Handlers())
        if self.until_not_busy(limit_s).code == texts.READY:
            self._wanted = ()

    def ask_state(self) -> TerminalState:
        """05 01 (2.56). A terminal that does not know the enquiry answers, so it is there, and tells
        nothing against paying. Raises DeviceError."""
        command = commands.status_enquiry(self._settings.password)
        try:
            ending = self.exchange().run(command, Handlers())
        except Refused as problem:
            if problem.code != NOT_OFFERED:
                raise
            self._state = TerminalState(texts.READY)
            return self._state
        data = ending.apdu.data
        try:
            if ending.completed:
                state = answers.terminal_state(data)
            else:
                state = TerminalState(data[0] if data else 0xFF)
        except Unreadable as problem:
            raise ProtocolError(f"status enquiry: {problem}", "zvt.unreadable") from problem
        self._state = state
        return state

    def until_not_busy(self, limit_s: float) -> TerminalState:
        """Asks until the terminal is no longer busy. Raises Timeout after ``limit_s``."""
        end = time.monotonic() + limit_s
        while True:
            try:
                state = self.ask_state()
            except Refused as problem:
                if problem.code != _BUSY_REFUSAL:
                    raise
            else:
                if state.code != texts.BUSY:
                    return state
            if time.monotonic() >= end:
                raise Timeout(f"{self._link.place}: the terminal stays busy", BUSY)
            if self.wishes.close.wait(self._settings.busy_pause_s):
                raise NotReachable(f"{self._link.place}: closed by us", "zvt.closed")

    def status(self) -> DeviceStatus:
        """What is known; asks nothing."""
        state = self._state or TerminalState(texts.READY)
        conditions = [
            self._trouble,
            *staff.state_conditions(state),
            *self._wanted,
            self._refused,
            self._untold,
            self._unnamed,
        ]
        name = " ".join(part for part in (state.device_name, state.software) if part)
        return DeviceStatus(
            driver="zvt",
            model=name,
            simulated=_is_simulator(state),
            conditions=tuple(one for one in conditions if one is not None),
        )


def why(ending: Ending) -> str:
    """For the log: why the terminal broke off."""
    return texts.result_detail(ending.apdu.data[0]) if ending.apdu.data else "no reason given"


def _refusal(problem: Refused) -> Condition | None:
    """The reason behind a negative answer, as far as it is about the terminal itself."""
    told = problem.result if isinstance(problem, AnsweredNo) else None
    return None if told is None else staff.result_condition(told)


def _is_simulator(state: TerminalState) -> bool:
    said = f"{state.software} {state.device_name}".lower()
    return "lobbypay" in said or "simulator" in said


def _condition(problem: DeviceError) -> Condition | None:
    """What a failed call says about the terminal; a payment in doubt says nothing about it."""
    if isinstance(problem, OutcomeUnknown):
        return None
    return staff.NOT_REACHABLE if isinstance(problem, NotReachable) else staff.NOT_UNDERSTOOD
