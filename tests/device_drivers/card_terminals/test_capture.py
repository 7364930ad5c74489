"""Captures of all sorts: whole, broken, both directions, with acknowledgements and noise between."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from device_drivers.card_terminals.zvt import apdu, commands
from device_drivers.card_terminals.zvt.apdu import Apdu
from device_drivers.card_terminals.zvt.capture import pieces
from device_drivers.card_terminals.zvt.capture_text import read
from device_drivers.card_terminals.zvt.decode import decoded
from device_drivers.card_terminals.zvt.framing import frame

DATA = Path(__file__).parents[2] / "data" / "zvt"
PAY = commands.authorise(11000, "EUR")
DONE = Apdu(apdu.COMPLETION)
LONG = Apdu(apdu.PRINT_BLOCK, b"\x06\x82\x01\x00" + bytes(256))


def told(raw: bytes) -> list[str]:
    """Each piece in short: its place, and its command, signal or problem."""
    return [
        f"{piece.at} {piece.signal or (f'{piece.message.command:04X}' if piece.message else '')}"
        + (f" ({piece.problem})" if piece.problem else "")
        for piece in pieces(raw)
    ]


def test_bare_messages_with_acknowledgements_between() -> None:
    raw = PAY.encode() + b"\x06" + b"\x80\x00\x00" + b"\x15\x06" + DONE.encode() + b"\x06"
    assert told(raw) == ["0 0601", "13 ACK", "14 8000", "17 NAK", "18 ACK", "19 060F", "22 ACK"]


def test_a_message_that_breaks_off_before_another() -> None:
    raw = LONG.encode()[:100] + DONE.encode() + PAY.encode()
    assert told(raw) == [
        "0 06D3 (the message says that it has 265 bytes, 100 are there)",
        "100 060F",
        "103 0601",
    ]


def test_a_message_that_breaks_off_at_the_end_is_read_as_far_as_it_goes() -> None:
    last = list(pieces(b"\x06\x0f\x00" + PAY.encode()[:10]))[-1]
    assert last.message == Apdu(0x0601, PAY.data[:7])
    assert last.problem == "the message says that it has 13 bytes, 10 are there"


def test_noise_between_messages() -> None:
    raw = b"\xde\xad\xbe" + DONE.encode() + b"\xff\xff" + PAY.encode()
    assert told(raw) == [
        "0  (3 bytes that are no message)",
        "3 060F",
        "6  (2 bytes that are no message)",
        "8 0601",
    ]


def test_frames_of_both_directions_with_noise_and_halves() -> None:
    whole, half = frame(PAY.encode()), frame(LONG.encode())[:40]
    damaged = bytearray(frame(DONE.encode()))
    damaged[-1] ^= 0xFF
    raw = whole + b"\x06" + b"\xaa\xbb" + half + whole + b"\x15" + damaged + b"\x10\x02\x06"
    at = len(whole)
    assert told(raw) == [
        "0 0601",
        f"{at} ACK",
        f"{at + 1}  (2 bytes that belong to no frame)",
        f"{at + 3}  (a frame broke off after 40 bytes)",
        f"{at + 43} 0601",
        f"{2 * at + 43} NAK",
        f"{2 * at + 44}  (a frame whose check value is wrong)",
        f"{2 * at + 44 + len(damaged)}  (a frame broke off after 3 bytes)",
    ]


def test_a_frame_whose_message_lies_about_its_length() -> None:
    assert told(frame(b"\x06\x0f\x05\x27\x00")) == [
        "0 060F (its length is not that of the 5 bytes in the frame)"
    ]


def test_makers_own_commands_and_unknown_ones() -> None:
    assert told(b"\x0f\xa0\x01\x00") == ["0 0FA0"]
    assert told(b"\x77\x66\x02\x00\x00") == ["0 7766"]


@pytest.mark.parametrize(
    "text",
    [
        "06 0F 00",
        "060f00\n",
        "06-0F-00",
        "0x06, 0x0F, 0x00",
        "PT> 06 0F 00   # completion",
        "-> 06:0f:00",
        "06 0F\n00",
    ],
)
def test_hex_in_many_styles(text: str) -> None:
    assert read(text.encode()).data == b"\x06\x0f\x00"


def test_bytes_are_taken_as_they_are_and_a_text_that_is_no_hex_is_told() -> None:
    assert read(b"\x06\x0f\x00").data == b"\x06\x0f\x00"
    assert read(b"060").problems == ("an odd number of hex digits",)
    assert read(b"060f00\nhello").problems == ("line 2 is no hex",)


CAPTURES = json.loads((DATA / "captures.json").read_text("utf-8"))["captures"]
SHORT = [c["hex"] for c in CAPTURES if 0 < int(c["hex"][4:6], 16) < 0xFF]


@pytest.mark.parametrize("hex_text", SHORT)
def test_a_message_of_wrong_length_is_told_and_no_command_is_made_up(hex_text: str) -> None:
    """Of captures of a real terminal, each length that is too small or a little too great."""
    right = bytes.fromhex(hex_text)
    own = f"{right[0]:02X} {right[1]:02X}"
    behind = apdu.YES.encode() + DONE.encode() + apdu.YES.encode()
    for length in range(min(0xFE, right[2] + 10)):
        if length == right[2]:
            continue
        raw = right[:2] + bytes([length]) + right[3:] + behind
        said = list(decoded(raw))
        assert any("problem" in entry for entry in said), length
        well = {entry["command"] for entry in said if "problem" not in entry and "command" in entry}
        assert well <= {own, "80 00", "06 0F"}, length


@pytest.mark.parametrize("more", range(1, 9))
def test_a_message_that_says_too_much_does_not_swallow_the_next(more: int) -> None:
    raw = bytearray(PAY.encode())
    raw[2] += more
    found = told(bytes(raw) + apdu.YES.encode() + DONE.encode() + apdu.YES.encode())
    if more in (3, 6, 9):  # then it ends where another begins: only its fields tell
        assert found[0] == "0 0601"
        return
    assert found == [
        f"0 0601 (the message says that it has {13 + more} bytes, 13 are there)",
        "13 8000",
        "16 060F",
        "19 8000",
    ]


def test_messages_in_messages_take_no_more_than_their_length() -> None:
    raw = Apdu(apdu.PRINT_BLOCK, apdu.YES.encode() * 20_000).encode() + b"\x11\x22"
    assert list(pieces(raw))


def test_a_long_capture_of_nothing_but_noise_takes_no_more_than_its_length() -> None:
    for noise in (b"\x06", b"\x15\x06", b"\x10\x02", b"\x10\x10", b"\x84", b"\x06\x01", b"\x11"):
        assert list(pieces(noise * 20_000))


MESSAGES = st.builds(
    Apdu, st.sampled_from([0x0601, 0x040F, 0x06D3, 0x8000]), st.binary(max_size=300)
)


@given(st.lists(MESSAGES, min_size=1, max_size=5), st.booleans())
def test_whole_captures_are_read_whole(messages: list[Apdu], serial: bool) -> None:
    parts = [frame(m.encode()) if serial else m.encode() for m in messages]
    raw = b"\x06".join(parts) if serial else b"".join(parts)
    if serial or not any(b"\x10\x02" in part for part in parts):
        assert [p.message for p in pieces(raw) if not p.signal] == messages
        assert not any(p.problem for p in pieces(raw))


@given(st.lists(st.one_of(MESSAGES.map(Apdu.encode), st.binary(max_size=40)), max_size=5))
def test_every_byte_of_a_capture_is_in_one_piece(parts: list[bytes]) -> None:
    raw = b"".join(parts)
    found = list(pieces(raw))
    assert [p.at for p in found] == sorted({p.at for p in found})
    assert all(p.message is not None or p.signal or p.problem for p in found)
    assert bool(found) == bool(raw)
