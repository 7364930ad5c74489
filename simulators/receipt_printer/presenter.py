"""The mouth of a kiosk printer: holds a cut receipt until somebody takes it, or takes it back (GS e)."""

import threading

from simulators.receipt_printer.faults import Faults

AT_EXIT, FAULT = 0x08, 0x80


class Presenter:
    """``take_after_s``: so long after it is presented, a resident takes the receipt."""

    def __init__(self, faults: Faults, take_after_s: float = 1.0) -> None:
        self._faults, self._take_after_s = faults, take_after_s
        self._lock = threading.Lock()
        self._inside = False
        self.ticket = False
        self.counts = {"taken": 0, "retracted": 0, "ejected": 0}
        self._number = 0

    def cut(self) -> None:
        """A receipt came from the cutter; one that still waits is pushed out by it."""
        self._gone("ejected")
        self._inside = True

    def command(self, args: bytes) -> bytes:
        """GS e n; the answer, if it has one."""
        if args[0] == 2:
            self._gone("retracted")
        elif args[0] in (3, 0x20) and self._inside:
            self._present()
        elif args[0] == 5:
            self._gone("ejected")
        elif args[0] == 6:
            jammed = FAULT if "presenter_jam" in self._faults else 0
            return bytes(((AT_EXIT if self.ticket else 0) | jammed,))
        return b""

    def take(self) -> None:
        """Somebody takes the receipt that waits."""
        self._gone("taken")

    def _present(self) -> None:
        with self._lock:
            self._inside, self.ticket = False, True
            self._number += 1
            number = self._number
        self._faults.tell()
        if "ticket_not_taken" not in self._faults:
            timer = threading.Timer(self._take_after_s, self._take_number, (number,))
            timer.daemon = True
            timer.start()

    def _take_number(self, number: int) -> None:
        if number == self._number:
            self._gone("taken")

    def _gone(self, how: str) -> None:
        if "presenter_jam" in self._faults:
            return
        with self._lock:
            was_there = self.ticket or (how != "taken" and self._inside)
            self.ticket, self._inside = False, False
            self.counts[how] += was_there
        self._faults.tell()
