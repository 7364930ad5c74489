"""What a message says, as data for people: every field named, card data masked. Never sends anything."""

from device_drivers.card_terminals.masking import HIDDEN
from device_drivers.card_terminals.zvt import answers, apdu, explain, fields, tables, texts, vendors
from device_drivers.card_terminals.zvt.apdu import Apdu
from device_drivers.card_terminals.zvt.explain import Said
from device_drivers.card_terminals.zvt.receipts import printed_block, printed_line
from device_drivers.card_terminals.zvt.values import CP437, Unreadable, decoded, text

_PASSWORDS = frozenset({"password", "old_password", "new_password"})
_WRONG_CURRENCY = 0x6F
_SENDERS = {"ecr": "till to terminal", "pt": "terminal to till"}


def describe(message: Apdu, characters: str = CP437) -> Said:
    """The message as JSON may hold it. Never raises."""
    known = tables.COMMANDS.get(message.command)
    said: Said = {
        "command": f"{message.command >> 8:02X} {message.command & 0xFF:02X}",
        "name": known.name if known else _name(message),
    }
    if known and known.sender in _SENDERS:
        said["direction"] = _SENDERS[known.sender]
    said["data_bytes"] = len(message.data)
    try:
        said |= _content(message, known, characters)
    except Unreadable as problem:
        said["problem"] = str(problem)
    return said


def _name(message: Apdu) -> str:
    if vendors.is_command(message.command):
        return vendors.name(message.command)
    if message.command >> 8 == apdu.NEGATIVE_CLASS:
        return "positive answer" if message.is_yes else "negative answer"
    return "unknown"


def _content(message: Apdu, known: tables.Command | None, characters: str) -> Said:
    data = message.data
    match message.command:
        case apdu.COMPLETION:
            return _completion(data, characters)
        case apdu.ABORT:
            return _abort(data, characters)
        case apdu.INTERMEDIATE_STATUS:
            return _step(data, characters)
        case apdu.PRINT_LINE:
            printed = printed_line(data, characters)
            attribute = explain.print_attribute(data[0]) if data else []
            return explain.printed(printed) | {"attribute": attribute}
        case apdu.PRINT_BLOCK:
            return explain.printed(printed_block(data, characters)) | _problem(data, characters)
        case apdu.POSITIVE if data:
            return _answer_data(data, characters)
    if message.command >> 8 == apdu.NEGATIVE_CLASS:
        return _negative(message)
    if known is None:
        if vendors.is_command(message.command):
            return vendors.describe(message)
        return {"problem": "a command that is not in the tables"}
    return _fixed_and_fields(message, known, characters)


def _problem(data: bytes, characters: str) -> Said:
    problem = fields.read(data, characters).problem
    return {"problem": problem} if problem else {}


def _answer_data(data: bytes, characters: str) -> Said:
    """Behind 80 00 may be fields, a key, or bytes for a modem: only fields are read."""
    read = fields.read(data, characters)
    return {} if read.problem else explain.fields_of(read, apdu.POSITIVE)


def _negative(message: Apdu) -> Said:
    """What is refused, and behind it a result code that says why, or fields."""
    if message.is_yes:
        return {"problem": "data behind a positive answer"} if message.data else {}
    said = explain.answer(message)
    refused = answers.refusal(message)
    if refused.result is None:
        return said | explain.fields_of(fields.read(message.data), message.command)
    said |= explain.result(refused.result, of_payment=False)
    if refused.result == _WRONG_CURRENCY and len(message.data) >= 3:
        said |= explain.currency(message.data[1:3].hex())
    return said


def _fixed_and_fields(message: Apdu, known: tables.Command, characters: str) -> Said:
    said: Said = {}
    at = 0
    for fixed in known.fixed:
        left = len(message.data) - at
        if fixed.length is None:
            said[fixed.name] = text(message.data[at:], characters)
            return said
        if left < fixed.length and fixed.optional:
            break
        raw = message.data[at : at + fixed.length]
        if len(raw) < fixed.length:
            raise Unreadable(f"{fixed.name} expected")
        said[fixed.name] = HIDDEN if fixed.name in _PASSWORDS else _fixed(raw)
        said |= explain.fixed(fixed.name, raw)
        at += fixed.length
    read = fields.read(message.data[at:], characters)
    return said | explain.fields_of(read, message.command)


def _fixed(raw: bytes) -> int | str:
    return decoded(raw, "binary" if len(raw) == 1 else "BCD")


def _completion(data: bytes, characters: str) -> Said:
    """The completion of a status enquiry has another layout, which the driver tells apart as here."""
    state = answers.told_state(data)
    if state is not None:
        return explain.state(state) | explain.fields_of(state.rest, apdu.COMPLETION)
    return explain.fields_of(fields.read(data, characters), apdu.COMPLETION)


def _abort(data: bytes, characters: str) -> Said:
    if not data:
        return {"problem": "result code expected"}
    said = explain.result(data[0])
    rest = data[1:]
    if data[0] == _WRONG_CURRENCY and len(rest) >= 2 and rest[0] != 0x49:
        said |= explain.currency(rest[:2].hex())  # untagged in payments (3.3)
        rest = rest[2:]
    return said | explain.fields_of(fields.read(rest, characters), apdu.ABORT)


def _step(data: bytes, characters: str) -> Said:
    if not data:
        return {"problem": "status expected"}
    step = texts.step(data[0], answers.display_text(data, characters))
    said: Said = {"status": step.code, "step": step.kind.value, "text": step.text}
    if step.terminal_text:
        said["terminal_text"] = step.terminal_text
    minutes = answers.t4_minutes(data)
    if minutes is not None:
        said["t4_minutes"] = minutes
    read = fields.read(data[1 if minutes is None else 2 :], characters)
    return said | explain.fields_of(read, apdu.INTERMEDIATE_STATUS)
