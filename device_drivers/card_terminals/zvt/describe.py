"""What a message says, as data for people: every field named, card data masked. Never sends anything."""

from typing import Any

from device_drivers.card_terminals.zvt import answers, apdu, fields, tables, texts, tlv
from device_drivers.card_terminals.zvt.apdu import Apdu
from device_drivers.card_terminals.zvt.fields import Fields
from device_drivers.card_terminals.zvt.mask import HIDDEN
from device_drivers.card_terminals.zvt.values import Unreadable, decoded, text

_PASSWORDS = frozenset({"password", "old_password", "new_password"})


def describe(message: Apdu) -> dict[str, Any]:
    """The message as JSON may hold it. Never raises."""
    known = tables.COMMANDS.get(message.command)
    said: dict[str, Any] = {
        "command": f"{message.command >> 8:02X} {message.command & 0xFF:02X}",
        "name": known.name if known else _answer_name(message),
        "data_bytes": len(message.data),
    }
    try:
        said |= _content(message, known)
    except Unreadable as problem:
        said["problem"] = str(problem)
    return said


def _answer_name(message: Apdu) -> str:
    if message.command >> 8 == apdu.NEGATIVE_CLASS:
        return "positive answer" if message.is_yes else "negative answer"
    return "unknown"


def _content(message: Apdu, known: tables.Command | None) -> dict[str, Any]:
    match message.command:
        case apdu.COMPLETION:
            return _completion(message.data)
        case apdu.ABORT:
            return _abort(message.data)
        case apdu.INTERMEDIATE_STATUS:
            return _step(message.data)
        case apdu.PRINT_LINE:
            return {"lines": answers.printed_line(message.data)}
        case apdu.PRINT_BLOCK:
            block = answers.printed_block(message.data)
            return {"receipt": block.kind, "lines": list(block.lines)}
    if message.command >> 8 == apdu.NEGATIVE_CLASS:
        return {"meaning": texts.result_detail(message.command & 0xFF)}
    if known is None:
        return {}
    return _fixed_and_fields(message, known)


def _fixed_and_fields(message: Apdu, known: tables.Command) -> dict[str, Any]:
    said: dict[str, Any] = {}
    at = 0
    for fixed in known.fixed:
        left = len(message.data) - at
        if fixed.length is None:
            said[fixed.name] = text(message.data[at:])
            return said
        if left < fixed.length and fixed.optional:
            break
        raw = message.data[at : at + fixed.length]
        if len(raw) < fixed.length:
            raise Unreadable(f"{fixed.name} expected")
        said[fixed.name] = HIDDEN if fixed.name in _PASSWORDS else _fixed(raw)
        at += fixed.length
    return said | _fields(fields.read(message.data[at:]))


def _fixed(raw: bytes) -> int | str:
    return decoded(raw, "binary" if len(raw) == 1 else "BCD")


def _completion(data: bytes) -> dict[str, Any]:
    """The completion of a status enquiry has another layout; what reads without a rest is right."""
    read = fields.read(data)
    looks_like_state = len(data) == 1 or data[:1] in (b"\xf0", b"\xf1") or bool(read.problem)
    if data and looks_like_state:
        try:
            state = answers.terminal_state(data)
        except Unreadable:
            return _fields(read)
        return {
            "terminal_status": f"{state.code:02X}",
            "software": state.software,
            "device_name": state.device_name,
            "terminal_id": state.terminal_id,
        }
    return _fields(read)


def _abort(data: bytes) -> dict[str, Any]:
    if not data:
        return {"problem": "result code expected"}
    meaning = {"result_code": f"{data[0]:02X}", "meaning": texts.result_detail(data[0])}
    return meaning | _fields(fields.read(data[1:]))


def _step(data: bytes) -> dict[str, Any]:
    if not data:
        return {"problem": "status expected"}
    step = texts.step(data[0])
    said: dict[str, Any] = {"status": step.code, "step": step.kind.value, "text": step.text}
    minutes = answers.t4_minutes(data)
    if minutes is not None:
        said["t4_minutes"] = minutes
    return said


def _fields(read: Fields) -> dict[str, Any]:
    said: dict[str, Any] = {
        tables.BMPS[number].name: value for number, value in read.values.items()
    }
    if fields.AMOUNT in read.values:
        said["amount_minor"] = read.number(fields.AMOUNT)
    code = read.number(fields.RESULT)
    if code is not None:
        said["meaning"] = texts.result_detail(code)
    if read.totals:
        said["totals"] = dict(read.totals)
    if read.nodes:
        said["tlv"] = [_node(node) for node in read.nodes]
    if read.problem:
        said["problem"] = read.problem
    return said


def _node(node: tlv.Node) -> dict[str, Any]:
    said: dict[str, Any] = {"tag": f"{node.tag:02X}", "name": node.name}
    if node.children:
        said["tlv"] = [_node(child) for child in node.children]
    else:
        said["value"] = node.value
    return said
