"""Bytes of a serial scanner become codes, however they arrive and whatever is between them."""

from hypothesis import given
from hypothesis import strategies as st

from device_drivers.scanners import code_text
from device_drivers.scanners.serial_framing import BUFFER_MAX, CodeLines, LineShape
from device_drivers.scanners.serial_profiles import PROFILES

PLAIN = LineShape()


def whole(data: bytes, shape: LineShape = PLAIN) -> list[bytes]:
    lines = CodeLines(shape)
    return lines.feed(data, 0.0) + lines.idle(10.0)


@given(st.lists(st.binary(min_size=1, max_size=40), max_size=6), st.data())
def test_any_fragmentation_gives_the_same_codes(codes, data):
    stream = b"".join(code + b"\r\n" for code in codes)
    lines = CodeLines(LineShape())
    found, at = [], 0
    while at < len(stream):
        step = data.draw(st.integers(1, 9))
        found += lines.feed(stream[at : at + step], 0.0)
        at += step
    assert found == whole(stream)


@given(st.binary(max_size=6000))
def test_no_noise_raises_or_grows_the_buffer(noise):
    lines = CodeLines(LineShape(prefix=b"\x02", suffix=b"\x03"))
    for code in lines.feed(noise, 0.0) + lines.idle(1.0):
        code_text.of_bytes(code)
        assert len(code) <= BUFFER_MAX


def test_a_burst_of_several_codes():
    assert whole(b"A1\rB2\nC3\r\n") == [b"A1", b"B2", b"C3"]


def test_a_pause_ends_a_code_without_terminator():
    lines = CodeLines(LineShape(idle_s=0.15))
    assert lines.feed(b"62123", 0.0) == []
    assert lines.idle(0.1) == []
    assert lines.idle(0.2) == [b"62123"]
    assert lines.idle(0.5) == []


def test_what_comes_after_a_pause_is_another_code():
    lines = CodeLines(LineShape(idle_s=0.15))
    lines.feed(b"AB", 0.0)
    assert lines.feed(b"CD\r", 1.0) == [b"AB", b"CD"]


def test_an_endless_line_is_dropped_whole_and_the_next_code_is_read():
    assert whole(b"x" * 10_000 + b"\rGOOD\r") == [b"GOOD"]


def test_noise_before_the_prefix_is_cut_off_and_lines_without_it_are_dropped():
    shape = LineShape(prefix=b"\x02", suffix=b"\x03")
    assert whole(b"\xff\xfe\x02CODE\x03\rnoise\r", shape) == [b"CODE"]


def test_newlands_answers_to_commands_are_no_codes():
    shape = LineShape(answer=PROFILES["newland"].answer)
    assert whole(b"\x02\x010000#SCNTRG\x06;\x03628812345\r", shape) == [b"628812345"]
