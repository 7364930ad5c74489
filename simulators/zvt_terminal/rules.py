"""What a terminal refuses: commands that are none, wrong passwords, money without log-on.

Strict, as the specification has it (PA00P015 2.1, 2.2, 2.9, ch. 10); what terminals are known to let pass
is a fault to be set (``faults.LENIENT``). It names no result code for a wrong password: 83 is ours.
"""

from simulators.zvt_terminal import responses, wire
from simulators.zvt_terminal.desk import Desk

REGISTER, STATUS, AUTHORISE, RESERVE = 0x0600, 0x0501, 0x0601, 0x0622
OPEN_RESERVATIONS, BOOK, CANCEL, REVERSE, REFUND = 0x0623, 0x0624, 0x0625, 0x0630, 0x0631
REPEAT, END_OF_DAY, DIAGNOSIS, INITIALISE, LOG_OFF = 0x0620, 0x0650, 0x0670, 0x0693, 0x0602
TOTALS, SHOW = 0x0610, 0x06E0
PROTOCOL_ERROR, UNKNOWN = 0x9A, 0x83

_WITH_PASSWORD = frozenset({REGISTER, REPEAT, REVERSE, REFUND, END_OF_DAY, INITIALISE, TOTALS})
_MOVES_MONEY = frozenset({AUTHORISE, RESERVE, BOOK, CANCEL, REVERSE, REFUND})
_NEEDS_LOG_ON = _MOVES_MONEY | {OPEN_RESERVATIONS, REPEAT, END_OF_DAY, TOTALS}
_NEEDS_AMOUNT = frozenset({AUTHORISE, RESERVE, BOOK, REFUND})
_WITHOUT_FIELDS = frozenset({SHOW, DIAGNOSIS, LOG_OFF})
KNOWN = _WITH_PASSWORD | _NEEDS_LOG_ON | _WITHOUT_FIELDS | {STATUS}
PASSWORD_BYTES = 3


def read(command: int, data: bytes) -> dict[int, bytes]:
    """The command's fields. Raises Malformed and UnknownField, to be answered with 84 9A and 84 83."""
    if command == REGISTER:
        return _registration(data)
    if command in _WITHOUT_FIELDS:
        return {}
    behind = 0
    if command in _WITH_PASSWORD or (command == STATUS and len(data) >= PASSWORD_BYTES):
        _claim(len(data) >= PASSWORD_BYTES, "a password is missing")
        behind = PASSWORD_BYTES
    return wire.fields(data[behind:])


def _registration(data: bytes) -> dict[int, bytes]:
    """``password configuration [currency [03 service byte] [06 TLV]]`` (2.1)."""
    _claim(len(data) > PASSWORD_BYTES, "the configuration is missing")
    rest = data[PASSWORD_BYTES + 1 :]
    if rest[:1] in (b"\x03", b"\x06"):
        return wire.fields(rest)
    if rest:
        _claim(len(rest) > 1 and rest[:2].hex().isdigit(), "the currency is no number")
    return wire.fields(rest[2:])


def _claim(holds: bool, what: str) -> None:
    if not holds:
        raise wire.Malformed(what)


def refusal(desk: Desk, command: int, data: bytes, told: dict[int, bytes]) -> bytes | None:
    """How the command ends before it has begun (06 1E), if it may not be carried out."""
    lenient = desk.faults
    if not _password_is_right(desk, command, data) and "any_password" not in lenient:
        return responses.aborted(responses.NOT_ALLOWED)
    if command in _NEEDS_LOG_ON and not desk.registered and "no_log_on_needed" not in lenient:
        return responses.aborted(responses.NOT_LOGGED_ON)
    currency = wire.number(told, 0x49, desk.currency)
    if command in _MOVES_MONEY and currency != desk.currency and "any_currency" not in lenient:
        return responses.aborted(responses.WRONG_CURRENCY, desk.currency)
    if command == OPEN_RESERVATIONS and told.get(0x87) != wire.NO_RECEIPT:
        return responses.aborted(responses.NOT_ALLOWED)  # the other use of 06 23 is not offered
    if command in _NEEDS_AMOUNT and not wire.number(told, 0x04) and "zero_amounts" not in lenient:
        return responses.aborted(responses.WRONG_AMOUNT)
    return None


def _password_is_right(desk: Desk, command: int, data: bytes) -> bool:
    if command not in _WITH_PASSWORD:
        return True
    return data[:PASSWORD_BYTES].hex() == desk.password
