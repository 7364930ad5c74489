"""Values of fields in words: bits, codes, currencies, texts for resident and staff. Pure."""

from typing import Any

from device_drivers.card_terminals.zvt import apdu, commands, fields, staff, tables, texts, tlv
from device_drivers.card_terminals.zvt.answers import TerminalState
from device_drivers.card_terminals.zvt.currencies import LETTERS
from device_drivers.card_terminals.zvt.fields import Fields
from device_drivers.card_terminals.zvt.receipts import Printed

Said = dict[str, Any]

_PAYMENT_TYPE, _SERVICE_BYTE = 0x19, 0x03
_READ_CARD = 0x06C0
_SERVICE_BITS = {
    commands.REGISTER: "register",
    commands.REPEAT_RECEIPT: "repeat_receipt",
    commands.STATUS_ENQUIRY: "status_enquiry",
}


def bits(table: str, value: int) -> list[str]:
    """Each bit that the table knows, as ``name: what it means now``."""
    rows = tables.BITS[table]
    return [f"{name}: {one if value & bit else zero}" for bit, (name, zero, one) in rows.items()]


def result(code: int, of_payment: bool = True) -> Said:
    """A result code (ch. 10): its name, what the resident reads if it ended a payment (only a status
    information or an abort does), and what staff are told."""
    said: Said = {"result_code": f"{code:02X}"}
    meaning = texts.result_meaning(code)
    said["meaning"] = texts.both(meaning) if meaning else "unknown code"
    if of_payment:
        said["resident"] = texts.result_message(code)
    condition = staff.result_condition(code)
    if condition is not None:
        said["staff"] = {"level": condition.level.value, "remedy": condition.remedy}
    return said


def answer(message: apdu.Apdu) -> Said:
    """A negative answer 84 xx: what xx says of the command. It is no result of the bank's."""
    code = message.command & 0xFF
    known = tables.ANSWER_CODES.get(message.command) or tables.RESULT_CODES.get(code)
    return {"answer_code": f"{code:02X}", "answer": texts.both(known) if known else "unknown code"}


def state(told: TerminalState) -> Said:
    """The answer to 05 01 (ch. 11)."""
    said: Said = {"terminal_status": f"{told.code:02X}"}
    meaning = tables.TERMINAL_STATUS.get(told.code)
    said["meaning"] = texts.both(meaning) if meaning else "unknown status"
    for name in ("software", "device_name", "terminal_id"):
        said[name] = getattr(told, name)
    conditions = staff.state_conditions(told)
    if conditions:
        said["conditions"] = [
            {"level": c.level.value, "code": c.code, "staff": c.staff, "remedy": c.remedy}
            for c in conditions
        ]
    return said


def currency(digits: str) -> Said:
    letters = LETTERS.get(int(digits)) if digits.isascii() and digits.isdigit() else None
    return {"currency": digits, "currency_letters": letters or "unknown"}


def fixed(name: str, raw: bytes) -> Said:
    """More about a field that stands at the head of a command."""
    if name == "config_byte":
        return {"config_bits": bits("config_byte", raw[0])}
    return currency(raw.hex()) if name == "currency" else {}


def printed(part: Printed) -> Said:
    kind = tables.VALUES["1F07"].get(part.kind or 0, "not said")
    return {"receipt": kind, "lines": list(part.lines), "last": part.last}


def print_attribute(value: int) -> list[str]:
    """PA00P015 3.5."""
    if value == 0xFF:
        return ["line feeds"]
    if value == 0x80:
        return ["reserved"]
    names = (
        (value & 0x80, "last line of the receipt"),
        (value & 0xC0 == 0x40, "centred"),
        (value & 0xA0 == 0x20, "double width"),
        (value & 0x90 == 0x10, "double height"),
        (value & 0x0F, f"indented by {value & 0x0F}"),
    )
    return [name for holds, name in names if holds]


def fields_of(read: Fields, command: int) -> Said:
    """All fields by name; codes also in words."""
    said: Said = {tables.BMPS[number].name: value for number, value in read.values.items()}
    if fields.AMOUNT in read.values:
        said["amount_minor"] = read.number(fields.AMOUNT)
    if fields.CURRENCY in read.values:
        said |= currency(read.text(fields.CURRENCY))
    code = read.number(fields.RESULT)
    if code is not None:
        said |= result(code, of_payment=command == apdu.STATUS_INFORMATION)
    said |= _by_command(read, command)
    kind = read.number(fields.CARD_TYPE)
    if kind in tables.CARD_TYPES:
        said["card_type_name"] = tables.CARD_TYPES[kind]
    if read.totals:
        said["totals"] = dict(read.totals)
    if read.nodes:
        said["tlv"] = [node_of(node) for node in read.nodes]
    if read.problem:
        said["problem"] = read.problem
    return said


def _by_command(read: Fields, command: int) -> Said:
    """Fields whose meaning depends on the command."""
    said: Said = {}
    kind, service = read.number(_PAYMENT_TYPE), read.number(_SERVICE_BYTE)
    if kind is not None and command == apdu.COMPLETION:
        said["status_bits"] = [m.en for bit, m in tables.STATUS_BYTE.items() if kind & bit]
    elif kind is not None and command == apdu.STATUS_INFORMATION:
        said["payment_made"] = tables.VALUES["payment_made"].get(kind & 0xF0, "unknown")
    elif kind is not None and command == _READ_CARD:
        said["reads"] = tables.VALUES["read_card"].get(kind & 0xF0, "stripe")
    elif kind is not None:
        said["payment_asked"] = tables.VALUES["payment_asked"].get(kind >> 4, "unknown")
    if service is not None and command in _SERVICE_BITS:
        said["service_bits"] = bits(f"service_byte.{_SERVICE_BITS[command]}", service)
    return said


def node_of(node: tlv.Node) -> Said:
    tag = f"{node.tag:02X}"
    said: Said = {"tag": tag, "name": node.name}
    if node.children:
        return said | {"tlv": [node_of(child) for child in node.children]}
    said["value"] = node.value
    if isinstance(node.value, int):
        meaning = tables.VALUES.get(tag, {}).get(node.value)
        if meaning:
            said["meaning"] = meaning
        if tag in tables.BITS:
            said["bits"] = bits(tag, node.value)
    if node.tag == 0x41 and node.value in tables.CARD_TYPES:
        said["meaning"] = tables.CARD_TYPES[int(node.value)]
    return said
