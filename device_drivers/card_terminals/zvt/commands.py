"""The commands that we send (PA00P015 ch. 2), as messages. Never sends anything."""

from device_drivers.card_terminals.interface import CardResult
from device_drivers.card_terminals.zvt import tlv
from device_drivers.card_terminals.zvt.apdu import Apdu
from device_drivers.card_terminals.zvt.currencies import NUMBERS
from device_drivers.card_terminals.zvt.values import bcd

AUTHORISE, REVERSE, REFUND = 0x0601, 0x0630, 0x0631
REGISTER, LOG_OFF, REPEAT_RECEIPT, STATUS_ENQUIRY = 0x0600, 0x0602, 0x0620, 0x0501
INITIALISE, DIAGNOSIS, END_OF_DAY, TOTALS = 0x0693, 0x0670, 0x0650, 0x0610
RESERVE, OPEN_RESERVATIONS, BOOK, CANCEL_RESERVATION = 0x0622, 0x0623, 0x0624, 0x0625
SHOW_TEXT = 0x06E0
SHOWN_LINES_MAX, SHOWN_LINE_MAX = 8, 99
ABORT_FROM_ECR = Apdu(0x06B0)

# We print payment and administration receipts (02, 04), want intermediate status (08), nobody pays
# or administers at the terminal itself (10, 20), receipts come as 06 D1 and 06 D3 (80). Without 10
# some terminals answer 06 20 with nothing.
CONFIG_BYTE = 0xBE
_ACCEPTED_COMMANDS = tlv.encode(0x26, tlv.encode(0x0A, b"\x06\xd3"))


def currency(letters: str) -> bytes:
    return bcd(str(NUMBERS[letters]), 2)


def _amount(amount_minor: int, letters: str) -> bytes:
    return b"\x04" + bcd(str(amount_minor), 6) + b"\x49" + currency(letters)


def register(password: bytes, letters: str) -> Apdu:
    """2.1. The service byte 0 leaves the terminal's own menu and texts as they are."""
    tags = b"\x06" + bytes([len(_ACCEPTED_COMMANDS)]) + _ACCEPTED_COMMANDS
    service = b"\x03\x00"
    return Apdu(REGISTER, password + bytes([CONFIG_BYTE]) + currency(letters) + service + tags)


def authorise(amount_minor: int, letters: str) -> Apdu:
    """2.2. ``amount_minor`` in minor units, at most twelve digits."""
    return Apdu(AUTHORISE, _amount(amount_minor, letters))


def reverse(password: bytes, payment: CardResult, amount_minor: int, letters: str) -> Apdu:
    """2.9. The payment is named by its receipt number, by its trace number where the terminal gave no
    other; one that knows payments by receipts alone refuses that (84 83). Raises ValueError if it has
    neither, see ``checks.reversible``."""
    receipt, trace = payment.receipt_no, payment.trace_no
    named = b"\x87" + bcd(receipt, 2) if receipt else b"\x0b" + bcd(trace, 3)
    return Apdu(REVERSE, password + named + _amount(amount_minor, letters))


def refund(password: bytes, amount_minor: int, letters: str) -> Apdu:
    """2.15. A credit that is tied to no sale."""
    return Apdu(REFUND, password + _amount(amount_minor, letters))


def reserve(amount_minor: int, letters: str) -> Apdu:
    """2.8, pre-authorisation: holds the amount on the card, takes nothing."""
    return Apdu(RESERVE, _amount(amount_minor, letters))


def book(receipt_no: str, amount_minor: int, letters: str) -> Apdu:
    """2.13. Takes ``amount_minor`` of what was reserved and frees the rest."""
    return Apdu(BOOK, b"\x87" + bcd(receipt_no, 2) + _amount(amount_minor, letters))


def cancel_reservation(receipt_no: str, letters: str) -> Apdu:
    """2.14. Frees all that was reserved."""
    return Apdu(CANCEL_RESERVATION, b"\x87" + bcd(receipt_no, 2) + b"\x49" + currency(letters))


def ask_open_reservations() -> Apdu:
    """2.10, its special form: receipt number FFFF. It ends with 06 1E B8 in any case."""
    return Apdu(OPEN_RESERVATIONS, b"\x87\xff\xff")


def repeat_receipt(password: bytes, printed: bool = False) -> Apdu:
    """2.20. Service byte: send the result again (01), print nothing (02) unless ``printed``."""
    return Apdu(REPEAT_RECEIPT, password + (b"\x03\x01" if printed else b"\x03\x03"))


def show_text(lines: tuple[str, ...], seconds: int, characters: str) -> Apdu:
    """2.26. ``seconds`` 0: until something else is shown. What the characters lack becomes ``?``."""
    shown = (line.encode(characters, "replace")[:SHOWN_LINE_MAX] for line in lines)
    fields = (
        bytes([0xF1 + index, 0xF0 | len(line) // 10, 0xF0 | len(line) % 10]) + line
        for index, line in enumerate(list(shown)[:SHOWN_LINES_MAX])
    )
    return Apdu(SHOW_TEXT, bytes([0xF0, seconds]) + b"".join(fields))


def status_enquiry(password: bytes) -> Apdu:
    """2.56. Service byte 04: further status as TLV; the software version is sent too."""
    return Apdu(STATUS_ENQUIRY, password + b"\x03\x04")


def with_password(command: int, password: bytes) -> Apdu:
    return Apdu(command, password)
