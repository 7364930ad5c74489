"""What the terminal tells the ECR: states, results, receipts (PA00P015 ch. 3)."""

from collections.abc import Iterator
from datetime import timedelta, timezone

from simulators.zvt_terminal.bank import Transaction
from simulators.zvt_terminal.wire import bcd, lllvar, llvar, message, tlv

TERMINAL_ID = "99999999"
VERSION = b"LobbyPay simulator 1"
CARD_NAME, CARD_TYPE = b"Mastercard", 6
MASKED_PAN = bytes.fromhex("559883eeeeee8074")
CLEAR_PAN = "5598831234568074"  # no bank's: its check digit is right, its account is not
BEIJING = timezone(timedelta(hours=8))
MERCHANT, CUSTOMER = 1, 2
INSERT_CARD, ENTER_PIN, ASKING_BANK, TAKE_CARD, STOPPED = 0x0A, 0x01, 0x04, 0x0B, 0x0D
UNDOING, EXPIRED, WRONG_PIN, PIN_BLOCKED = 0x05, 0x09, 0x15, 0x18
DECLINED_BY_HOST, STOPPED_CODE, NO_RECEIPT = 0x05, 0x6C, 0x64
EXPIRED_CODE, WRONG_PIN_CODE, PIN_BLOCKED_CODE = 0x78, 0x37, 0x4B
ALREADY_REVERSED, CANNOT_REVERSE, RESERVATION, CANNOT_PRINT = 0xB4, 0xB5, 0xB8, 0xCC
NOT_LOGGED_ON, WRONG_CURRENCY, NOT_ALLOWED, WRONG_AMOUNT = 0x6B, 0x6F, 0x83, 0xB7
_NOT_BY_AMOUNT = ("no_amount",)


def _container(*nodes: bytes) -> bytes:
    return b"\x06" + tlv("", b"".join(nodes))


def step(code: int, text: str = "") -> bytes:
    """04 FF; a text of the terminal's own in tag 24."""
    if not text:
        return message(0x04FF, bytes([code]))
    return message(0x04FF, bytes([code]) + _container(tlv("24", tlv("07", text.encode("cp437")))))


def prolonged(code: int, minutes: int) -> bytes:
    """04 FF with a longer T4."""
    return message(0x04FF, bytes([code]) + bcd(str(minutes), 1))


def registered(currency: int | None) -> bytes:
    """06 0F that ends 06 00; with the currency only if the till named one (2.1)."""
    told = b"" if currency is None else b"\x49" + bcd(str(currency), 2)
    return message(0x060F, b"\x19\x00" + b"\x29" + bcd(TERMINAL_ID, 4) + told)


def state(code: int) -> bytes:
    """06 0F that ends 05 01: software version and terminal status."""
    return message(0x060F, lllvar(VERSION) + bytes([code]))


def failed(code: int) -> bytes:
    """04 0F of a try that failed, as with a wrong PIN."""
    return message(0x040F, b"\x27" + bytes([code]))


def result(done: Transaction, *, code: int, fault: str = "") -> bytes:
    """04 0F: everything about one transaction, and what the fault makes of it."""
    local = done.moment.astimezone(BEIJING)
    amount = done.amount_minor + (fault == "wrong_amount")
    receipt = (done.receipt + (fault == "wrong_receipt")) % 10000
    data = b"\x27" + bytes([code])
    if fault == "unknown_field_first":
        data += b"\xc0\x01\x02"
    if fault not in _NOT_BY_AMOUNT:
        data += b"\x04" + bcd(str(amount), 6)
    data += b"\x49" + bcd(str(done.currency), 2)
    data += b"\x0c" + bcd(local.strftime("%H%M%S"), 3) + b"\x0d" + bcd(local.strftime("%m%d"), 2)
    if fault not in ("no_receipt_number", "no_numbers"):
        data += b"\x87" + bcd(str(receipt), 2)
    if fault != "no_numbers":
        data += b"\x0b" + bcd(str(done.trace), 3)
    data += b"\x29" + bcd(TERMINAL_ID, 4) + b"\x3b" + f"{750000 + done.trace:<8d}".encode()
    data += b"\x8a" + bytes([CARD_TYPE]) + b"\x8b" + llvar(CARD_NAME)
    data += _card_in_clear() if fault == "clear_pan" else b"\x22" + llvar(MASKED_PAN)
    if done.original and fault != "no_original":
        data += b"\x37" + bcd(str(done.original), 3)
    if fault == "unknown_fields":
        data += _container(tlv("ff40", b"\x01\x02\x03"), tlv("1f7e", b"new"), tlv("df", b"?"))
        data += b"\xc0\x01\x02"
    return message(0x040F, data)


def _card_in_clear() -> bytes:
    """As some terminals send it, and where."""
    pan = bytes.fromhex(CLEAR_PAN)
    track2 = bytes.fromhex(CLEAR_PAN + "d30122010000012345f0")
    track1 = f"B{CLEAR_PAN}^CHEN/MING^30122010000000000".encode()
    return (
        (b"\x22" + llvar(pan))
        + (b"\x23" + llvar(track2))
        + (b"\x24" + lllvar(b"\x01" + pan))
        + (b"\x2d" + llvar(track1))
        + (b"\x3c" + lllvar(f"Card {CLEAR_PAN}".encode()))
        + _container(tlv("1f09", track2), tlv("60", tlv("5a", pan)), tlv("ff41", pan))
    )


def receipt(
    done: Transaction, kind: int, *, clear: bool = False, by_line: bool = False
) -> Iterator[bytes]:
    """06 D3, a block of lines; or 06 D1 for each line, the last one marked."""
    head = "** Merchant copy **" if kind == MERCHANT else "** Customer copy **"
    card = (
        " ".join(CLEAR_PAN[at : at + 4] for at in range(0, 16, 4)) if clear else "559883******8074"
    )
    lines = (
        "LobbyPay SIMULATOR",
        head,
        f"Terminal      {TERMINAL_ID}",
        f"Receipt           {done.receipt:04d}",
        f"Trace           {done.trace:06d}",
        f"Card  {card}",
        f"Amount  {done.shown}",
        done.state.upper(),
    )
    if by_line:
        yield from (message(0x06D1, b"\x00" + line.encode("cp437")) for line in lines)
        yield message(0x06D1, b"\x81")
        return
    block = b"".join(tlv("07", line.encode("cp437")) for line in lines) + tlv("09", b"\x81")
    yield message(0x06D3, _container(tlv("1f07", bytes([kind])), tlv("25", block)))


def totals(done: list[Transaction], trace: int | None = None) -> bytes:
    """04 0F with BMP 60: receipt range, then count and sum of each kind of card. ``trace``: that of an
    end of day."""
    counted = [t for t in done if t.state == "approved"]
    first, last = (counted[0].receipt, counted[-1].receipt) if counted else (0, 0)
    total = sum(t.amount_minor for t in counted)
    empty = bcd("0", 1) + bcd("0", 6)
    mine = bytes([min(255, len(counted))]) + bcd(str(total), 6)
    kinds = [empty, empty, mine, empty, empty, empty, empty]
    body = bcd(str(first), 2) + bcd(str(last), 2) + b"".join(kinds)
    number = b"" if trace is None else b"\x0b" + bcd(str(trace), 3)
    said = b"\x27\x00" + b"\x04" + bcd(str(total), 6) + number + b"\x60" + lllvar(body)
    return message(0x040F, said)


def day_receipt() -> bytes:
    """06 D3: the slip of an end of day."""
    lines = tlv("07", b"** End of day **") + tlv("09", b"\x81")
    return message(0x06D3, _container(tlv("1f07", b"\x03"), tlv("25", lines)))


def open_reservations(receipts: list[int]) -> bytes:
    """06 1E B8 (2.10): the receipt numbers of open reservations, FFFF for none."""
    if len(receipts) < 2:
        number = bcd(str(receipts[0]), 2) if receipts else b"\xff\xff"
        return message(0x061E, bytes([RESERVATION]) + b"\x87" + number)
    nodes = b"".join(tlv("08", bcd(str(number), 2)) for number in receipts)
    return message(0x061E, bytes([RESERVATION]) + _container(tlv("23", nodes)))


def completed() -> bytes:
    return message(0x060F)


def aborted(code: int, currency: int | None = None) -> bytes:
    """06 1E; with the currency that would be right, untagged, when it was another (3.3)."""
    told = b"" if currency is None else bcd(str(currency), 2)
    return message(0x061E, bytes([code]) + told)
