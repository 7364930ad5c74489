"""Everything at the simulated terminal that is no payment: log-on, state, books, reservations, texts."""

from simulators.zvt_terminal import responses, wire
from simulators.zvt_terminal.bank import Transaction
from simulators.zvt_terminal.desk import Desk
from simulators.zvt_terminal.lines import Line

NOTHING_PRINTED = 0x02  # of the service byte of 06 20
END_OF_DAY, DIAGNOSIS, TOTALS = 0x0650, 0x0670, 0x0610


class Housekeeping:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def register(self, line: Line, data: bytes) -> None:
        """``data``: password, configuration, and the currency if the till names one (2.1)."""
        desk = self._desk
        desk.config = data[3]
        names_currency = len(data) >= 6 and data[4] != 0x06
        if names_currency:
            desk.currency = int(data[4:6].hex())
        desk.registered = True
        tells = names_currency or "currency_always_told" in desk.faults
        bare = "bare_completions" in desk.faults
        said = responses.registered(desk.currency if tells else None)
        desk.tell(line, responses.completed() if bare else said)

    def state(self, line: Line, busy: bool) -> None:
        if "bare_completions" in self._desk.faults and not busy:
            self._desk.tell(line, responses.completed())
            return
        self._desk.tell(line, responses.state(0x9C if busy else self._desk.faults.status))

    def look_after(self, line: Line, command: int) -> None:
        desk = self._desk
        desk.faults.cure(command)
        if desk.faults.status and command in (DIAGNOSIS, TOTALS):
            desk.tell(line, responses.aborted(desk.faults.status))
            return
        if command == TOTALS:
            desk.tell(line, responses.totals(desk.bank.batch()))
        if command == END_OF_DAY:
            trace, batch = desk.bank.end_day()
            desk.tell(line, responses.totals(batch, trace))
            desk.tell(line, responses.day_receipt())
        desk.tell(line, responses.completed())

    def repeat(self, line: Line, told: dict[int, bytes]) -> None:
        desk, last = self._desk, self._desk.bank.last()
        if "bare_repeat" in desk.faults or "bare_completions" in desk.faults:
            desk.tell(line, responses.completed())
            return
        if last is None or "forgetful" in desk.faults:
            desk.tell(line, responses.aborted(responses.NO_RECEIPT))
            return
        if "day_end_last" in desk.faults:
            desk.tell(line, responses.totals([last]))
            desk.tell(line, responses.completed())
            return
        code = responses.DECLINED_BY_HOST if last.state == "declined" else 0x00
        desk.tell(line, responses.result(last, code=code))
        if not told.get(0x03, b"\0")[0] & NOTHING_PRINTED:
            for kind in (responses.MERCHANT, responses.CUSTOMER):
                for raw in responses.receipt(last, kind):
                    desk.tell(line, raw)
        desk.tell(line, responses.completed())

    # -- money taken back ------------------------------------------------------------------------

    def reverse(self, line: Line, told: dict[int, bytes]) -> None:
        """06 30 (2.9): the whole of a payment that was not handed in yet."""
        desk, found = self._desk, self._named(told)
        possible = found in desk.bank.batch() and "reversal_refused" not in desk.faults
        if found is not None and found.state == "reversed":
            desk.tell(line, responses.aborted(responses.ALREADY_REVERSED))
        elif found is None or found.state != "approved" or not possible:
            desk.tell(line, responses.aborted(responses.CANNOT_REVERSE))
        elif wire.number(told, 0x04, found.amount_minor) != found.amount_minor:
            desk.tell(line, responses.aborted(responses.WRONG_AMOUNT))
        else:
            self._done(line, desk.bank.take_back(found))

    def refund(self, line: Line, told: dict[int, bytes]) -> None:
        desk = self._desk
        amount_minor = wire.number(told, 0x04)
        self._done(line, desk.bank.book(amount_minor, desk.currency, "refunded"))

    def _named(self, told: dict[int, bytes]) -> Transaction | None:
        """By its receipt number, else by its trace number."""
        bank = self._desk.bank
        if 0x87 in told:
            return bank.by_receipt(wire.number(told, 0x87))
        return bank.by_trace(wire.number(told, 0x0B)) if 0x0B in told else None

    def _done(self, line: Line, done: Transaction) -> None:
        desk = self._desk
        bare = "bare_reversals" in desk.faults
        desk.tell(line, responses.result(done, code=0x00, fault="no_original" if bare else ""))
        if not bare:
            desk.print_receipts(line, done)
        desk.tell(line, responses.completed())

    # -- reservations ----------------------------------------------------------------------------

    def open_reservations(self, line: Line) -> None:
        reserved = [t.receipt for t in self._desk.bank.all() if t.state == "reserved"]
        self._desk.tell(line, responses.open_reservations(reserved))

    def book_reservation(self, line: Line, told: dict[int, bytes]) -> None:
        """06 24: the part that is used becomes a payment of its own."""
        found = self._reserved(told)
        amount_minor = wire.number(told, 0x04)
        if found is None or amount_minor > found.amount_minor:
            self._desk.tell(line, responses.aborted(responses.RESERVATION))
            return
        self._desk.bank.mark(found.trace, "booked")
        self._done(line, self._desk.bank.book(amount_minor, found.currency, "approved"))

    def cancel_reservation(self, line: Line, told: dict[int, bytes]) -> None:
        found = self._reserved(told)
        if found is None:
            self._desk.tell(line, responses.aborted(responses.RESERVATION))
            return
        self._desk.bank.mark(found.trace, "cancelled")
        self._done(line, self._desk.bank.book(0, found.currency, "cancelled"))

    def _reserved(self, told: dict[int, bytes]) -> Transaction | None:
        found = self._named(told)
        return found if found is not None and found.state == "reserved" else None
