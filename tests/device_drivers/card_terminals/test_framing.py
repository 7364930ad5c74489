"""Serial frames: third-party vectors, damage, and bytes in any pieces."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from device_drivers.card_terminals.zvt.framing import Frame, FrameReader, Signal, crc, frame

DATA = Path(__file__).parents[2] / "data" / "zvt"
VECTORS = json.loads((DATA / "serial_frames.json").read_text("utf-8"))["vectors"]


def messages(raw: bytes) -> list[bytes]:
    return [f.message for f in FrameReader().feed(raw) if isinstance(f, Frame)]


@pytest.mark.parametrize("vector", VECTORS, ids=lambda v: v["apdu"][:6])
def test_frames_of_others(vector: dict[str, str]) -> None:
    message, framed = bytes.fromhex(vector["apdu"]), bytes.fromhex(vector["frame"])
    assert frame(message) == framed
    assert messages(framed) == [message]


def test_the_crc_is_kermit() -> None:
    assert crc(b"123456789") == 0x2189


@given(st.lists(st.binary(max_size=40), max_size=5), st.integers(1, 7))
def test_frames_come_through_in_any_pieces(sent: list[bytes], size: int) -> None:
    stream = b"\x06".join(frame(message) for message in sent)
    reader = FrameReader()
    found = [
        one for at in range(0, len(stream), size) for one in reader.feed(stream[at : at + size])
    ]
    assert [f.message for f in found if isinstance(f, Frame)] == sent
    assert not reader.inside


@given(st.binary(min_size=1, max_size=30), st.data())
def test_a_changed_byte_is_noticed(message: bytes, data: st.DataObject) -> None:
    framed = bytearray(frame(message))
    at = data.draw(st.integers(0, len(framed) - 1))
    framed[at] ^= 1 << data.draw(st.integers(0, 7))
    assert messages(bytes(framed)) != [message]


@given(st.binary(max_size=200))
def test_noise_never_breaks_the_reader(noise: bytes) -> None:
    reader = FrameReader()
    reader.feed(noise)
    reader.give_up()
    assert reader.feed(frame(b"\x80\x00\x00")) == [Frame(b"\x80\x00\x00")]


def test_a_damaged_frame_asks_for_another() -> None:
    framed = frame(b"\x06\x70\x00")
    assert FrameReader().feed(framed[:-1] + bytes([framed[-1] ^ 1])) == [Signal.DAMAGED]


def test_a_crc_may_hold_the_framing_bytes() -> None:
    with_dle = next(
        m for n in range(65536) if crc((m := n.to_bytes(2, "big")) + b"\x03") & 0xFF == 0x10
    )
    with_etx = next(m for n in range(65536) if crc((m := n.to_bytes(2, "big")) + b"\x03") == 0x0310)
    assert messages(frame(with_dle) + frame(with_etx)) == [with_dle, with_etx]
