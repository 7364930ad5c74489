"""What installers and staff do at a terminal, beside residents' payments. Never called by a payment.

Reservations hold money on a card without taking it. They are not used for payments: when a payment is in
doubt, the last transaction (06 20) must be the payment itself, and a reservation looks the same there.
"""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field

from device_drivers.card_terminals.interface import CardResult, Observer
from device_drivers.card_terminals.zvt import answers, checks, commands, fields
from device_drivers.card_terminals.zvt.apdu import YES, Apdu
from device_drivers.card_terminals.zvt.exchange import Ending, Handlers
from device_drivers.card_terminals.zvt.last_transaction import last_transaction
from device_drivers.card_terminals.zvt.payment import Silent
from device_drivers.card_terminals.zvt.session import Session, why
from device_drivers.card_terminals.zvt.settings import ZvtSettings
from device_drivers.errors import DeviceError, Refused

READY_LIMIT_S = 10.0
RESERVATIONS_CODE = 0xB8  # how the question for open reservations ends, whatever there is

PayOnce = Callable[[str, object, Apdu, int | None, Observer], CardResult]


@dataclass(frozen=True)
class DayEnd:
    """``totals``: counts and sums (minor units) by kind of card. ``last``: the transaction that the
    terminal held before, as it may forget it with the end of the day."""

    totals: Mapping[str, int]
    receipt_lines: tuple[str, ...] = ()
    last: CardResult | None = None


@dataclass(frozen=True)
class Reprint:
    customer: tuple[str, ...] = field(default=())
    merchant: tuple[str, ...] = field(default=())


class Service:
    """Every method raises DeviceError, and Refused if the terminal does not do it. What moves money
    carries an id: a repeat of it is answered, not carried out again
    (``device_drivers.command_memory``)."""

    def __init__(
        self,
        session: Session,
        settings: ZvtSettings,
        talking: Callable[[], AbstractContextManager[None]],
        pay_once: PayOnce,
    ) -> None:
        self._session, self._settings = session, settings
        self._talking, self._pay_once = talking, pay_once

    # -- the terminal itself ---------------------------------------------------------------------

    def initialise(self) -> None:
        """06 93 (2.18)."""
        self._run(commands.with_password(commands.INITIALISE, self._settings.password))

    def diagnosis(self) -> None:
        """06 70 (2.17): the terminal calls its host, and sets its clock."""
        self._run(Apdu(commands.DIAGNOSIS))

    def log_off(self) -> None:
        """06 02 (2.24), which ends with its answer."""
        with self._talking():
            self._session.connect_if_needed()
            self._session.exchange().ask(Apdu(commands.LOG_OFF))
            self._session.let_go()

    def show_text(self, lines: tuple[str, ...], seconds: int = 5) -> None:
        """06 E0 (2.26), which ends with its answer. At most eight lines, 0 to 255 seconds."""
        command = commands.show_text(lines, seconds, self._settings.characters)
        with self._talking():
            self._session.connect_if_needed()
            self._session.until_not_busy(READY_LIMIT_S)
            self._session.exchange().ask(command)

    # -- books -----------------------------------------------------------------------------------

    def end_of_day(self) -> DayEnd:
        """06 50 (2.16): hands in the day's transactions. Only while no payment is in doubt: the
        terminal may not know its last transaction any more."""
        last = self._last()
        totals, ending = self._totals(commands.END_OF_DAY)
        return DayEnd(totals, ending.receipts.administration, last)

    def totals(self) -> Mapping[str, int]:
        """06 10 (2.43): as ``end_of_day``, without ending it."""
        return self._totals(commands.TOTALS)[0]

    def reprint(self) -> Reprint:
        """06 20 (2.20): the receipts of the last transaction again."""
        ending = self._run(commands.repeat_receipt(self._settings.password, printed=True))
        return Reprint(ending.receipts.customer, ending.receipts.merchant)

    # -- money, beside payments ------------------------------------------------------------------

    def refund(self, command_id: str, amount_minor: int, currency: str) -> CardResult:
        """06 31 (2.15): a credit to any card, tied to no payment. Never repeated: after OutcomeUnknown
        look at the last transaction."""
        checks.amount(amount_minor, currency, self._settings.currency)
        command = commands.refund(self._settings.password, amount_minor, currency)
        return self._once(command_id, command, amount_minor)

    def reserve(self, command_id: str, amount_minor: int, currency: str) -> CardResult:
        """06 22 (2.8). After OutcomeUnknown it is among ``open_reservations``, or was not made."""
        checks.amount(amount_minor, currency, self._settings.currency)
        return self._once(command_id, commands.reserve(amount_minor, currency), amount_minor)

    def book_reservation(
        self, command_id: str, receipt_no: str, amount_minor: int, currency: str
    ) -> CardResult:
        """06 24 (2.13). After OutcomeUnknown it is still among ``open_reservations``, or was booked."""
        checks.amount(amount_minor, currency, self._settings.currency)
        checks.receipt_no(receipt_no)
        command = commands.book(receipt_no, amount_minor, currency)
        return self._once(command_id, command, amount_minor)

    def cancel_reservation(self, command_id: str, receipt_no: str, currency: str) -> CardResult:
        """06 25 (2.14). May be called again: one that is gone is declined."""
        checks.receipt_no(receipt_no)
        return self._once(command_id, commands.cancel_reservation(receipt_no, currency), None)

    def open_reservations(self) -> tuple[str, ...]:
        """The receipt numbers of reservations neither booked nor cancelled (06 23 with FFFF, 2.10)."""
        ending = self._exchange(commands.ask_open_reservations(), Handlers())
        data = ending.apdu.data
        if ending.completed or data[:1] != bytes([RESERVATIONS_CODE]):
            raise Refused(f"06 23: {why(ending)}", "zvt.aborted")
        return answers.open_reservations(data)

    def _once(self, command_id: str, command: Apdu, amount_minor: int | None) -> CardResult:
        return self._pay_once(command_id, command, command, amount_minor, Silent())

    # -- how -------------------------------------------------------------------------------------

    def _last(self) -> CardResult | None:
        s = self._settings
        try:
            with self._talking():
                self._session.connect_if_needed()
                self._session.until_not_busy(READY_LIMIT_S)
                exchange = self._session.exchange()
                return last_transaction(exchange, s.password, s.no_transaction_codes)
        except DeviceError:
            return None  # it holds none, or does not tell while its day must be ended

    def _totals(self, command: int) -> tuple[Mapping[str, int], Ending]:
        totals: dict[str, int] = {}

        def on_result(apdu: Apdu) -> Apdu:
            totals.update(fields.read(apdu.data).totals)
            return YES

        apdu = commands.with_password(command, self._settings.password)
        return totals, self._run(apdu, Handlers(on_result=on_result))

    def _run(self, command: Apdu, handlers: Handlers | None = None) -> Ending:
        ending = self._exchange(command, handlers or Handlers())
        if not ending.completed:
            raise Refused(f"{command.command:04X}: {why(ending)}", "zvt.aborted")
        return ending

    def _exchange(self, command: Apdu, handlers: Handlers) -> Ending:
        with self._talking():
            self._session.connect_if_needed()
            self._session.until_not_busy(READY_LIMIT_S)
            ending = self._session.exchange().run(command, handlers)
            if ending.completed:
                self._session.ask_state()
            return ending
