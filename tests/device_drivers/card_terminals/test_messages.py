"""Captured messages of real terminals say what they are known to say."""

import json
from pathlib import Path
from typing import Any

import pytest

from device_drivers.card_terminals.interface import Outcome
from device_drivers.card_terminals.zvt import answers, apdu, commands, fields, receipts, tlv
from device_drivers.card_terminals.zvt.describe import describe
from device_drivers.card_terminals.zvt.values import bcd
from device_drivers.errors import ProtocolError

DATA = Path(__file__).parents[2] / "data" / "zvt"
CAPTURES = json.loads((DATA / "captures.json").read_text("utf-8"))["captures"]
BY_COMMAND = {c["expected"]["command"]: bytes.fromhex(c["hex"]) for c in CAPTURES}


@pytest.mark.parametrize("capture", CAPTURES, ids=lambda c: c["expected"]["command"])
def test_every_capture_is_read_whole(capture: dict[str, Any]) -> None:
    raw = bytes.fromhex(capture["hex"])
    message = apdu.parse(raw)
    assert message.encode() == raw
    said = describe(message)
    assert said["command"].replace(" ", "") == capture["expected"]["command"].split()[0]
    assert "problem" not in said
    expected = capture["expected"]
    if "amount_minor" in expected:
        assert said["amount_minor"] == expected["amount_minor"]
    if "currency" in expected:
        assert int(said["currency"]) == expected["currency"]
    if "config_byte" in expected:
        assert said["config_byte"] == expected["config_byte"]
    if "timeout_s" in expected:
        assert said["timeout"] == expected["timeout_s"]


def test_a_captured_result() -> None:
    message = apdu.parse(BY_COMMAND["040F status information"])
    read = fields.read(message.data)
    assert read.problem == ""
    result = answers.card_result(read)
    assert result is not None
    assert result.outcome is Outcome.APPROVED
    assert (result.amount_minor, result.currency) == (2500, "EUR")
    assert (result.receipt_no, result.trace_no) == ("0231", "000975")
    assert (result.terminal_id, result.authorisation_code) == ("52523535", "750071")
    assert (result.date, result.time) == ("0405", "225558")
    assert (result.card_name, result.masked_pan) == ("MasterCard", "559883******8074")
    assert read.text(0x2A) == "804011926"
    assert read.text(0x0E) == "2405"


def test_a_captured_receipt() -> None:
    message = apdu.parse(BY_COMMAND["06D3 print text block"])
    assert len(message.data) > 0xFF
    block = receipts.printed_block(message.data)
    assert block.kind == receipts.CUSTOMER
    assert block.lines[1].strip() == "** Customer Receipt **"
    assert "Card No.:               xxxxxxxxxxxx8074" in block.lines


def test_a_captured_state() -> None:
    message = apdu.parse(BY_COMMAND["060F completion of status enquiry"])
    state = answers.terminal_state(message.data)
    assert state.code == 0
    assert state.software == "GER-APP-v2.0.9;cS02.01.01-10.10-2-2;CC26"
    assert (state.device_name, state.terminal_id) == ("cVEND plug", "52523535")


def test_a_captured_abort() -> None:
    message = apdu.parse(BY_COMMAND["061E abort"])
    assert answers.aborted(message.data).code == "B8"


def test_an_abort_is_never_an_approval() -> None:
    assert answers.aborted(b"\x00").outcome is Outcome.DECLINED


def test_the_registration_of_an_unattended_till() -> None:
    message = commands.register(bcd("123456", 3), "EUR")
    assert message.encode().hex() == "060010123456be09780300060626040a0206d3"


def test_the_authorisation() -> None:
    assert commands.authorise(11000, "EUR").encode().hex() == "06010a04000000011000490978"


def test_an_unknown_field_ends_reading_and_keeps_what_was_read() -> None:
    read = fields.read(bytes.fromhex("2700c0870042"))
    assert read.number(fields.RESULT) == 0
    assert fields.RECEIPT_NO not in read.values
    assert "C0" in read.problem


def test_unknown_tags_are_skipped_whole() -> None:
    read = fields.read(bytes.fromhex("060eff4004deadbeef1f1f0200421400"))
    assert read.problem == ""
    assert [node.tag for node in read.nodes] == [0xFF40, 0x1F1F, 0x14]
    assert read.nodes[0].value == "(4 bytes)"


def test_containers_in_containers_without_end_are_not_followed() -> None:
    raw = b""
    for _ in range(3000):
        raw = tlv.encode(0x60, raw)
    read = fields.read(tlv.encode(0x06, raw))
    assert read.problem == ""
    assert len(list(tlv.walk(read.nodes))) == tlv.DEPTH_MAX + 1


def test_a_broken_container_loses_nothing_behind_it() -> None:
    read = fields.read(bytes.fromhex("06061401ff1505002700"))
    assert read.number(fields.RESULT) == 0
    assert [node.tag for node in read.nodes] == [0x14]
    assert "06" in read.problem
    assert "15" in read.problem


def test_two_byte_tags_that_look_like_three() -> None:
    read = fields.read(bytes.fromhex("06091f8206000001234567"))
    assert read.problem == ""
    assert read.nodes[0].tag == 0x1F82


def test_totals_of_a_day() -> None:
    kinds = "".join(f"{n:02x}" + f"{n * 100:012d}" for n in range(7))
    read = fields.read(bytes.fromhex("60f0f5f3" + "0001" + "0042" + kinds))
    assert read.totals["receipt_to"] == 42
    assert (read.totals["visa_count"], read.totals["visa_total"]) == (4, 400)


@pytest.mark.parametrize(
    ("data", "minutes"),
    [("0a", None), ("0a05", 5), ("0a0506022400", 5), ("0a0606240407024f4b", None)],
)
def test_a_terminal_may_ask_for_more_time(data: str, minutes: int | None) -> None:
    assert answers.t4_minutes(bytes.fromhex(data)) == minutes


@pytest.mark.parametrize("raw", ["", "06", "060f", "060f01", "060fff00", "060f0000"])
def test_a_length_that_is_wrong_is_an_error(raw: str) -> None:
    with pytest.raises(ProtocolError):
        apdu.parse(bytes.fromhex(raw))


@pytest.mark.parametrize("length", [0, 1, 0xFE, 0xFF, 0x100, 65535])
def test_lengths_of_one_and_three_bytes(length: int) -> None:
    message = apdu.Apdu(0x06D3, b"\x10" * length)
    encoded = message.encode()
    assert len(encoded) == length + (3 if length < 0xFF else 5)
    assert apdu.parse(encoded) == message
