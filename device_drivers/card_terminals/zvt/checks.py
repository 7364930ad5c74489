"""What must be right before a command that moves money is built. Never sends anything."""

from device_drivers.card_terminals.interface import CANNOT_REVERSE, CardResult
from device_drivers.errors import Refused

AMOUNT_LIMIT = 10**12  # twelve digits (BMP 04)


def amount(amount_minor: int, currency: str, currency_of_terminal: str) -> None:
    """Raises Refused."""
    if currency != currency_of_terminal:
        wanted = f"the terminal is set to {currency_of_terminal}, not {currency}"
        raise Refused(wanted, "zvt.currency")
    if not 0 < amount_minor < AMOUNT_LIMIT:
        raise Refused(f"{amount_minor} is no amount that ZVT can carry", "zvt.amount")


def can_be_reversed(payment: CardResult) -> bool:
    """Whether the terminal gave a number by which 06 30 can name the payment: its receipt (BMP 87), or
    else its trace (BMP 0B)."""
    return _is_number(payment.receipt_no or payment.trace_no, 4 if payment.receipt_no else 6)


def reversible(payment: CardResult) -> None:
    """Raises Refused."""
    if not can_be_reversed(payment):
        raise Refused("it has no number to take it back by", CANNOT_REVERSE)


def _is_number(number: str, digits_max: int) -> bool:
    return number.isascii() and number.isdigit() and len(number) <= digits_max


def receipt_no(number: str) -> None:
    """Raises Refused."""
    if not _is_number(number, 4):
        raise Refused("a receipt number has one to four digits", "zvt.receipt_no")
