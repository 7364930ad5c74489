"""What the terminal's messages say (PA00P015 ch. 3), as the driver's own types. Never sends anything."""

from dataclasses import dataclass, field

from device_drivers.card_terminals.interface import CardResult, Outcome
from device_drivers.card_terminals.zvt import apdu, fields, tables, texts, tlv
from device_drivers.card_terminals.zvt.apdu import Apdu
from device_drivers.card_terminals.zvt.currencies import LETTERS
from device_drivers.card_terminals.zvt.fields import Fields
from device_drivers.card_terminals.zvt.tables import CARD_TYPES, TERMINAL_STATUS
from device_drivers.card_terminals.zvt.values import CP437, Unreadable, counted, text

ALREADY_REVERSED = 0xB4
_PARTLY_DELIVERED = 0x9D
_LINE_TEXT, _LONG_TRACE, _LOCKS = 0x07, 0x1F2B, 0x1F55
_SOFTWARE, _DEVICE_NAME, _TERMINAL_ID = 0x1F41, 0x1F40, 0x1F44
_RECEIPT_NO, _NONE_OPEN = 0x08, "ffff"


def outcome(code: int) -> Outcome:
    if code == 0:
        return Outcome.APPROVED
    return Outcome.CANCELLED if code == texts.ABORTED else Outcome.DECLINED


def card_result(read: Fields) -> CardResult | None:
    """A status information (04 0F, 3.1); None without a result code: then nothing is explicit."""
    code = read.number(fields.RESULT)
    if code is None:
        return None
    currency = read.number(fields.CURRENCY)
    long_trace = read.tag(_LONG_TRACE)
    return CardResult(
        outcome=outcome(code),
        code=f"{code:02X}",
        message=texts.result_message(code),
        amount_minor=read.number(fields.AMOUNT),
        currency=None if currency is None else LETTERS.get(currency, f"{currency:03}"),
        receipt_no=read.text(fields.RECEIPT_NO),
        trace_no=read.text(fields.TRACE) or (str(long_trace.value) if long_trace else ""),
        terminal_id=read.text(fields.TERMINAL_ID),
        authorisation_code=read.text(fields.AUTHORISATION),
        card_name=_card_name(read),
        masked_pan=read.text(fields.CARD_NUMBER),
        date=read.text(fields.DATE),
        time=read.text(fields.TIME),
    )


def _card_name(read: Fields) -> str:
    kind = read.number(fields.CARD_TYPE)
    return read.text(fields.CARD_NAME) or CARD_TYPES.get(kind or 0, "")


def aborted(data: bytes) -> CardResult:
    """The result that an abort (06 1E, 3.3) carries; its first byte says why."""
    code = data[0] if data else 0xFF
    # An abort is never an approval, whatever its code.
    result = Outcome.CANCELLED if code == texts.ABORTED else Outcome.DECLINED
    message = texts.result_message(code or 0xFF)
    return CardResult(result, f"{code:02X}", message)


@dataclass(frozen=True)
class Refusal:
    """A negative answer 84 xx. ``code`` is xx; ``result`` why (ch. 10), which may follow as data, as in
    ``84 1E 03 6F 09 78``. xx itself is never one of the bank's own codes."""

    code: int
    result: int | None = None

    @property
    def detail(self) -> str:
        """For the log."""
        known = tables.ANSWER_CODES.get(apdu.NEGATIVE_CLASS << 8 | self.code)
        known = known or tables.RESULT_CODES.get(self.code)
        said = f"{self.code:02X} {known.en}" if known else f"{self.code:02X}"
        return said if self.result is None else f"{said}: {texts.result_detail(self.result)}"


def refusal(answer: Apdu) -> Refusal:
    """The data behind 84 9D are fields (2.2.9), those behind the others begin with a result code."""
    code = answer.command & 0xFF
    has_result = bool(answer.data) and code != _PARTLY_DELIVERED
    return Refusal(code, answer.data[0] if has_result else None)


@dataclass(frozen=True)
class TerminalState:
    """The answer to 05 01. ``code`` as in ch. 11."""

    code: int
    software: str = ""
    device_name: str = ""
    terminal_id: str = ""
    locks: bytes = b""  # tag 1F55: why it does not serve, a bit each
    rest: Fields = field(default_factory=Fields)


def terminal_state(data: bytes) -> TerminalState:
    """The state that a completion (06 0F) of a status enquiry tells (2.56).

    Terminals that leave the status out end the enquiry like any other command: with nothing, or with
    fields alone. They are ready, as one that is not would refuse or abort; a result code among the
    fields (27) says more. Raises Unreadable.
    """
    state = told_state(data)
    if state is not None:
        return state
    read = fields.read(data)
    if read.problem:
        raise Unreadable(f"terminal status expected; {read.problem}")
    return _state(read.number(fields.RESULT) or texts.READY, "", read)


def told_state(data: bytes) -> TerminalState | None:
    """``[LLLVAR version] status [06 TLV]``, as only a status enquiry ends (2.56); None if a completion
    is not laid out so. What can be read as fields to its last byte is taken for fields."""
    software, at = "", 0
    if len(data) >= 3 and all(byte >> 4 == 0xF for byte in data[:3]):
        try:
            version, at = counted(data, 0, 3)
        except Unreadable:
            return None
        software = text(version)
        if at >= len(data):
            return None
    elif not data or not (len(data) == 1 or _begins_with_status(data)):
        return None
    return _state(data[at], software, fields.read(data[at + 1 :]))


def _begins_with_status(data: bytes) -> bool:
    if data[0] in TERMINAL_STATUS and data[1] == fields.TLV and not fields.read(data[1:]).problem:
        return True
    return bool(fields.read(data).problem)


def _state(code: int, software: str, read: Fields) -> TerminalState:
    return TerminalState(
        code,
        software or _tag_text(read, _SOFTWARE),
        _tag_text(read, _DEVICE_NAME),
        _tag_text(read, _TERMINAL_ID) or read.text(fields.TERMINAL_ID),
        _bits(read.tag(_LOCKS)),
        read,
    )


def _bits(node: tlv.Node | None) -> bytes:
    if node is None:
        return b""
    return bytes([node.value]) if isinstance(node.value, int) else bytes.fromhex(node.value)


def _tag_text(read: Fields, tag: int) -> str:
    node = read.tag(tag)
    return str(node.value).strip() if node else ""


def t4_minutes(data: bytes) -> int | None:
    """The minutes that an intermediate status (04 FF, 3.7) grants, if it does.

    Some terminals leave them out and go on with field 06: then reading from there uses up the rest.
    """
    if len(data) < 2:
        return None
    rest = data[1:]
    if rest[0] == fields.TLV and len(rest) > 1 and not fields.read(rest).problem:
        return None
    return int(rest[:1].hex()) if rest[:1].hex().isdigit() else None


def display_text(data: bytes, characters: str = CP437) -> str:
    """What the terminal wants to be shown with an intermediate status (3.7, tags 24 and 07)."""
    rest = data[1:] if t4_minutes(data) is None else data[2:]
    nodes = fields.read(rest, characters).nodes
    lines = (str(node.value).strip() for node in tlv.walk(nodes) if node.tag == _LINE_TEXT)
    return "\n".join(line for line in lines if line)


def open_reservations(data: bytes) -> tuple[str, ...]:
    """Receipt numbers that the answer (06 1E B8) to the question for them carries (2.10)."""
    read = fields.read(data[1:])
    numbers = [str(node.value) for node in tlv.walk(read.nodes) if node.tag == _RECEIPT_NO]
    numbers = numbers or [read.text(fields.RECEIPT_NO)]
    return tuple(dict.fromkeys(n for n in numbers if n and n != _NONE_OPEN))
