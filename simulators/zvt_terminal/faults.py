"""What the simulated terminal can suffer: in one payment, and until it is cured or cleared."""

import threading
from collections import deque

IN_PAYMENT = {
    "approve": "nothing is wrong",
    "decline": "the bank refuses",
    "timeout": "nobody puts in a card",
    "abort_by_resident": "the stop key",
    "card_expired": "refused by the terminal (78)",
    "pin_wrong": "wrong once (37), then right",
    "pin_blocked": "wrong three times, refused (75)",
    "silent": "takes the command and never speaks of it again; nothing is booked",
    "silent_after_approve": "approved and standing, and never speaks of it",
    "lose_completion": "the result comes, 06 0F never does",
    "late_completion": "06 0F comes late_s after the result",
    "drop_connection": "approved and standing, the line ends before the result",
    "drop_before_ack": "the line ends right after the result was sent: reversed",
    "drop_after_ack": "the line ends right after our acknowledgement: standing",
    "reboot": "the line ends in the middle and stays away for a while; nothing is booked",
    "reboot_after_approve": "approved and standing, the line ends and stays away for a while",
    "wrong_amount": "the result names another amount",
    "wrong_receipt": "the result names another receipt number than 06 20 does later",
    "no_amount": "the result names no amount",
    "approve_then_abort": "acknowledged, then reversed by the terminal, which ends with 06 1E",
    "deaf_to_refusal": "approved and standing, even if we answer that it shall be reversed",
    "unasked_reversal": "completed well, then reversed by the terminal on its own",
    "printer_not_ready": "06 1E CC, as its receipts cannot be printed",
    "garbage": "noise on the line in the middle",
    "slow": "asks for more time (04 FF with a new T4)",
    "clear_pan": "card number and tracks in clear in fields, tags, display and receipts",
    "unknown_fields": "an unknown BMP at the end of the result, unknown tags in it",
    "unknown_field_first": "an unknown BMP before the amount: the rest cannot be read",
    "unknown_command": "a command that no till knows, in the middle",
    "line_receipts": "receipts line by line (06 D1), not marked whose they are",
    "no_receipt_number": "the result names its trace number alone",
    "no_numbers": "the result names neither receipt nor trace number",
}
LOCKS = {  # terminal status (ch. 11): money commands end with 06 1E and this code
    "initialisation_needed": 0x51,
    "memory_full": 0xB1,
    "diagnosis_needed": 0xC2,
    "card_left": 0xDC,
    "out_of_order": 0xDF,
    "remote_service": 0xE0,
    "reader_broken": 0xE2,
    "end_of_day_needed": 0xF0,
}
CURES = {
    0x0693: ("initialisation_needed",),
    0x0670: ("diagnosis_needed",),
    0x0650: ("end_of_day_needed", "memory_full"),
    0x06B0: ("card_left",),
}
LENIENT = {  # what some terminals let pass, and this one does not unless it is told to
    "any_password": "every password is taken",
    "no_log_on_needed": "money moves without a registration, and after 06 02",
    "any_currency": "money moves in another currency than the registered one",
    "zero_amounts": "0.00 is approved",
    "currency_always_told": "06 00 is answered with a currency though none was sent",
    "bare_reversals": "a reversal tells no BMP 37 and prints no receipt",
}
STANDING = {
    **{name: f"terminal status {code:02X}" for name, code in LOCKS.items()},
    "busy": "answers every command with 84 9C, status 9C",
    "bare_repeat": "06 20 is completed without a result",
    "forgetful": "06 20 ends with 64, as if there never was a transaction",
    "day_end_last": "06 20 tells of an end of day, with its totals",
    "reversal_refused": "06 30 ends with B5",
    "registration_refused": "06 00 is answered 84 1E (wrong currency)",
    "dead": "hears nothing and says nothing, though the line stands",
    "unplugged": "the line is away (TCP: refused; serial: nothing comes)",
    "fragments": "every message comes byte by byte",
    "duplicates": "every message comes twice",
    "bad_crc": "serial: each frame is damaged the first time",
    "nak": "serial: each of our frames is answered NAK the first time",
    "bare_completions": "05 01, 06 00 and 06 20 end with 06 0F 00 and no word more",
    "abort_completed": "06 B0 gets a 06 0F of its own before the payment ends with 06 1E",
    **{name: f"lenient: {what}" for name, what in LENIENT.items()},
}


class Faults:
    """Safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._planned: deque[str] = deque()
        self._standing: set[str] = set()

    def plan(self, behaviour: str, count: int = 1, *, instead: bool = False) -> None:
        """For the next payments, after what is planned or ``instead`` of it. Raises ValueError for a
        behaviour that there is not."""
        if behaviour not in IN_PAYMENT:
            raise ValueError(f"no behaviour {behaviour!r}; there are {', '.join(IN_PAYMENT)}")
        with self._lock:
            if instead:
                self._planned.clear()
            self._planned.extend([behaviour] * count)

    def take(self) -> str:
        with self._lock:
            return self._planned.popleft() if self._planned else "approve"

    def set(self, name: str) -> None:
        """One of either kind; those of a payment strike in the next one. Raises ValueError."""
        if name in IN_PAYMENT:
            self.plan(name)
        elif name in STANDING:
            with self._lock:
                self._standing.add(name)
        else:
            known = ", ".join((*STANDING, *IN_PAYMENT))
            raise ValueError(f"no fault {name!r}; there are {known}")

    def clear(self, name: str | None = None) -> None:
        """One, or all, and what was planned too."""
        with self._lock:
            if name is None:
                self._standing.clear()
                self._planned.clear()
            self._standing.discard(name or "")

    def cure(self, command: int) -> None:
        """What the command mends."""
        for name in CURES.get(command, ()):
            self.clear(name)

    def __contains__(self, name: str) -> bool:
        return name in self._standing

    @property
    def status(self) -> int:
        """The terminal status that they make."""
        if "busy" in self:
            return 0x9C
        return next((code for name, code in LOCKS.items() if name in self), 0x00)

    def as_json(self) -> dict[str, list[str]]:
        with self._lock:
            return {"faults": sorted(self._standing), "planned": list(self._planned)}
