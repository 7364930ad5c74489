"""Everything at the simulated terminal that is no payment: log-on, state, books, reservations, texts."""

from simulators.zvt_terminal import telling
from simulators.zvt_terminal.bank import Transaction
from simulators.zvt_terminal.desk import Desk
from simulators.zvt_terminal.lines import Line

NOTHING_PRINTED = 0x02  # of the service byte of 06 20
END_OF_DAY, DIAGNOSIS, INITIALISE, LOG_OFF, TOTALS = 0x0650, 0x0670, 0x0693, 0x0602, 0x0610


class Housekeeping:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def register(self, line: Line, data: bytes) -> None:
        desk = self._desk
        desk.config = data[3]
        if len(data) >= 6:
            desk.currency = int(data[4:6].hex())
        desk.registered = True
        desk.tell(line, telling.registered(desk.currency))

    def state(self, line: Line, busy: bool) -> None:
        self._desk.tell(line, telling.state(0x9C if busy else self._desk.faults.status))

    def look_after(self, line: Line, command: int) -> None:
        desk = self._desk
        desk.faults.cure(command)
        if desk.faults.status and command in (DIAGNOSIS, TOTALS):
            desk.tell(line, telling.aborted(desk.faults.status))
            return
        if command in (END_OF_DAY, TOTALS):
            desk.tell(line, telling.totals(desk.bank.all()))
        if command == END_OF_DAY:
            desk.tell(line, telling.day_receipt())
        desk.tell(line, telling.completed())

    def repeat(self, line: Line, told: dict[int, bytes]) -> None:
        desk, last = self._desk, self._desk.bank.last()
        if "bare_repeat" in desk.faults:
            desk.tell(line, telling.completed())
            return
        if last is None or "forgetful" in desk.faults:
            desk.tell(line, telling.aborted(telling.NO_RECEIPT))
            return
        if "day_end_last" in desk.faults:
            desk.tell(line, telling.totals([last]))
            desk.tell(line, telling.completed())
            return
        code = telling.DECLINED_BY_HOST if last.state == "declined" else 0x00
        desk.tell(line, telling.result(last, code=code))
        if not told.get(0x03, b"\0")[0] & NOTHING_PRINTED:
            for kind in (telling.MERCHANT, telling.CUSTOMER):
                for raw in telling.receipt(last, kind):
                    desk.tell(line, raw)
        desk.tell(line, telling.completed())

    # -- money taken back ------------------------------------------------------------------------

    def reverse(self, line: Line, told: dict[int, bytes]) -> None:
        desk, found = self._desk, self._named(told)
        if found is None or found.state not in ("approved", "reversed"):
            desk.tell(line, telling.aborted(telling.CANNOT_REVERSE))
        elif found.state == "reversed":
            desk.tell(line, telling.aborted(telling.ALREADY_REVERSED))
        elif "reversal_refused" in desk.faults:
            desk.tell(line, telling.aborted(telling.CANNOT_REVERSE))
        else:
            desk.bank.mark(found.trace, "reversed")
            self._done(line, found)

    def refund(self, line: Line, told: dict[int, bytes]) -> None:
        desk = self._desk
        amount_minor = int(told.get(0x04, b"\0").hex())
        self._done(line, desk.bank.book(amount_minor, desk.currency, "refunded"))

    def _named(self, told: dict[int, bytes]) -> Transaction | None:
        number = told.get(0x87, b"\0\0").hex()
        return self._desk.bank.by_receipt(int(number)) if number.isdigit() else None

    def _done(self, line: Line, done: Transaction) -> None:
        self._desk.tell(line, telling.result(done, code=0x00))
        self._desk.tell(line, telling.completed())

    # -- reservations ----------------------------------------------------------------------------

    def open_reservations(self, line: Line) -> None:
        reserved = [t.receipt for t in self._desk.bank.all() if t.state == "reserved"]
        self._desk.tell(line, telling.open_reservations(reserved))

    def book_reservation(self, line: Line, told: dict[int, bytes]) -> None:
        """06 24: the part that is used becomes a payment of its own."""
        found = self._reserved(told)
        amount = told.get(0x04, b"").hex()
        if found is None or not amount.isdigit() or int(amount) > found.amount_minor:
            self._desk.tell(line, telling.aborted(telling.RESERVATION))
            return
        self._desk.bank.mark(found.trace, "booked")
        self._done(line, self._desk.bank.book(int(amount), found.currency, "approved"))

    def cancel_reservation(self, line: Line, told: dict[int, bytes]) -> None:
        found = self._reserved(told)
        if found is None:
            self._desk.tell(line, telling.aborted(telling.RESERVATION))
            return
        self._desk.bank.mark(found.trace, "cancelled")
        self._done(line, self._desk.bank.book(0, found.currency, "cancelled"))

    def _reserved(self, told: dict[int, bytes]) -> Transaction | None:
        found = self._named(told)
        return found if found is not None and found.state == "reserved" else None
