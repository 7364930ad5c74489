"""What must be right before a command that moves money is built. Never sends anything."""

from device_drivers.errors import Refused

AMOUNT_LIMIT = 10**12  # twelve digits (BMP 04)


def amount(amount_minor: int, currency: str, currency_of_terminal: str) -> None:
    """Raises Refused."""
    if currency != currency_of_terminal:
        wanted = f"the terminal is set to {currency_of_terminal}, not {currency}"
        raise Refused(wanted, "zvt.currency")
    if not 0 < amount_minor < AMOUNT_LIMIT:
        raise Refused(f"{amount_minor} is no amount that ZVT can carry", "zvt.amount")


def receipt_no(number: str) -> None:
    """Raises Refused."""
    if not (number.isascii() and number.isdigit() and len(number) <= 4):
        raise Refused("a receipt number has one to four digits", "zvt.receipt_no")
