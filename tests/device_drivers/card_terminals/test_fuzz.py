"""Whatever a terminal sends, only typed errors come out."""

import contextlib
import json

from hypothesis import given, settings
from hypothesis import strategies as st

from device_drivers.card_terminals.zvt import answers, apdu, fields, receipts, tables
from device_drivers.card_terminals.zvt.decode import decoded
from device_drivers.card_terminals.zvt.describe import describe
from device_drivers.card_terminals.zvt.values import Unreadable
from device_drivers.errors import ProtocolError

COMMANDS = st.one_of(st.sampled_from(sorted(tables.COMMANDS)), st.integers(0, 0xFFFF))
NUMBERS = st.sampled_from(sorted(tables.BMPS))
FIELDS = st.lists(st.tuples(NUMBERS, st.binary(max_size=12)), max_size=6).map(
    lambda parts: b"".join(bytes([number]) + rest for number, rest in parts)
)


@given(st.binary(max_size=300))
def test_parsing_a_message(raw: bytes) -> None:
    try:
        message = apdu.parse(raw)
    except ProtocolError:
        return
    assert apdu.parse(message.encode()) == message


@given(st.one_of(FIELDS, st.binary(max_size=200)))
def test_reading_fields(raw: bytes) -> None:
    read = fields.read(raw)
    result = answers.card_result(read)
    assert result is None or result.code


@given(COMMANDS, st.one_of(FIELDS, st.binary(max_size=200)))
def test_describing(command: int, data: bytes) -> None:
    json.dumps(describe(apdu.Apdu(command, data)))


@given(st.binary(max_size=100))
def test_answers(data: bytes) -> None:
    with contextlib.suppress(Unreadable):
        answers.terminal_state(data)
    answers.aborted(data)
    receipts.printed_line(data)
    receipts.printed_block(data)
    answers.display_text(data)
    answers.open_reservations(data)
    answers.t4_minutes(data)


@settings(max_examples=200)
@given(st.binary(max_size=200))
def test_decoding_a_capture(raw: bytes) -> None:
    json.dumps(list(decoded(raw)))
