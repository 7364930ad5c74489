"""What the terminal tells the ECR: states, results, receipts (PA00P015 ch. 3)."""

from datetime import timedelta, timezone

from simulators.zvt_terminal.bank import Transaction
from simulators.zvt_terminal.wire import bcd, lllvar, llvar, message, tlv

TERMINAL_ID = "99999999"
VERSION = b"LobbyPay simulator 1"
CARD_NAME, CARD_TYPE = b"Mastercard", 6
MASKED_PAN = bytes.fromhex("559883eeeeee8074")
BEIJING = timezone(timedelta(hours=8))
INSERT_CARD, ENTER_PIN, ASKING_BANK, TAKE_CARD, STOPPED = 0x0A, 0x01, 0x04, 0x0B, 0x0D
DECLINED_BY_HOST, STOPPED_CODE, NO_RECEIPT = 0x05, 0x6C, 0x64
ALREADY_REVERSED, CANNOT_REVERSE = 0xB4, 0xB5


def step(code: int) -> bytes:
    """04 FF."""
    return message(0x04FF, bytes([code]))


def prolonged(code: int, minutes: int) -> bytes:
    """04 FF with a longer T4."""
    return message(0x04FF, bytes([code]) + bcd(str(minutes), 1))


def registered(currency: int) -> bytes:
    """06 0F that ends 06 00."""
    data = b"\x19\x00" + b"\x29" + bcd(TERMINAL_ID, 4) + b"\x49" + bcd(str(currency), 2)
    return message(0x060F, data)


def state(code: int) -> bytes:
    """06 0F that ends 05 01: software version and terminal status."""
    return message(0x060F, lllvar(VERSION) + bytes([code]))


def result(done: Transaction, *, code: int, amount_minor: int | None = None) -> bytes:
    """04 0F: everything about one transaction."""
    amount = done.amount_minor if amount_minor is None else amount_minor
    local = done.moment.astimezone(BEIJING)
    data = (
        b"\x27"
        + bytes([code])
        + b"\x04"
        + bcd(str(amount), 6)
        + b"\x49"
        + bcd(str(done.currency), 2)
        + b"\x0c"
        + bcd(local.strftime("%H%M%S"), 3)
        + b"\x0d"
        + bcd(local.strftime("%m%d"), 2)
        + b"\x22"
        + llvar(MASKED_PAN)
        + b"\x87"
        + bcd(str(done.receipt), 2)
        + b"\x0b"
        + bcd(str(done.trace), 3)
        + b"\x29"
        + bcd(TERMINAL_ID, 4)
        + b"\x3b"
        + f"{750000 + done.trace:<8d}".encode()
        + b"\x8a"
        + bytes([CARD_TYPE])
        + b"\x8b"
        + llvar(CARD_NAME)
    )
    if done.state == "reversed":
        data += b"\x37" + bcd(str(done.trace), 3)
    return message(0x040F, data)


def receipt(done: Transaction, kind: int) -> bytes:
    """06 D3: a receipt as a block of lines; ``kind`` 1 merchant, 2 customer."""
    lines = (
        "LobbyPay SIMULATOR",
        f"Terminal      {TERMINAL_ID}",
        f"Receipt           {done.receipt:04d}",
        f"Trace           {done.trace:06d}",
        "Card  559883******8074",
        f"Amount  {done.amount_minor // 100}.{done.amount_minor % 100:02d}",
        done.state.upper(),
    )
    block = tlv("25", b"".join(tlv("07", line.encode("cp437")) for line in lines))
    content = tlv("1f07", bytes([kind])) + block
    return message(0x06D3, b"\x06" + tlv("", content))


def totals(done: list[Transaction]) -> bytes:
    """04 0F of the end of day: BMP 60, receipt range, then count and sum of each kind of card."""
    counted = [t for t in done if t.state == "approved"]
    first, last = (counted[0].receipt, counted[-1].receipt) if counted else (0, 0)
    total = sum(t.amount_minor for t in counted)
    empty = bcd("0", 1) + bcd("0", 6)
    mine = bcd(str(min(99, len(counted))), 1) + bcd(str(total), 6)
    kinds = [empty, empty, mine, empty, empty, empty, empty]
    body = bcd(str(first), 2) + bcd(str(last), 2) + b"".join(kinds)
    return message(0x040F, b"\x27\x00" + b"\x04" + bcd(str(total), 6) + b"\x60" + lllvar(body))


def completed() -> bytes:
    return message(0x060F)


def aborted(code: int) -> bytes:
    return message(0x061E, bytes([code]))
