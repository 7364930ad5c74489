"""Frames of Modbus RTU, against the frames of makers' manuals and against what is wrong with them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from device_drivers.errors import ProtocolError, Refused
from device_drivers.sensors import modbus
from simulators.io_board.device import check_of


def test_the_check_is_the_one_of_the_specification():
    assert modbus.crc16(b"123456789") == bytes.fromhex("374B")  # CRC-16/MODBUS: 0x4B37


def test_requests_are_those_of_a_board_s_manual():
    """Waveshare, Modbus RTU IO 8CH: read the eight inputs of board 1."""
    asked = modbus.read_bits(1, modbus.READ_DISCRETE_INPUTS, 0, 8)
    assert asked.frame == bytes.fromhex("01 02 00 00 00 08 79 CC")
    assert asked.answer_bytes == 6


@given(st.binary(max_size=60))
def test_both_sides_count_the_check_alike(data):
    assert modbus.crc16(data) == check_of(data)


@given(st.lists(st.booleans(), min_size=1, max_size=40))
def test_bits_come_back_as_they_were_packed(lit):
    request = modbus.write_coils(1, 0, tuple(lit))
    packed = request.frame[7:-2]
    assert modbus.bits(packed, len(lit)) == tuple(lit)


def answered(request: modbus.Request, data: bytes, **changes: int) -> bytes:
    body = bytes((changes.get("address", 1), changes.get("function", request.function))) + data
    return body + modbus.crc16(body)


READ = modbus.read_bits(1, modbus.READ_DISCRETE_INPUTS, 0, 10)


def test_an_answer_is_read():
    assert modbus.data_of(READ, answered(READ, b"\x02\x05\x02")) == b"\x05\x02"
    assert modbus.bits(b"\x05\x02", 10) == (True, False, True, *(False,) * 6, True)


def test_a_refusal_carries_its_code():
    refused = answered(READ, b"\x02", function=READ.function | 0x80)
    assert modbus.missing(READ, refused) == 0
    with pytest.raises(Refused) as caught:
        modbus.data_of(READ, refused)
    assert caught.value.code == "modbus.exception_2"


@pytest.mark.parametrize(
    "wrong",
    [
        b"",
        answered(READ, b"\x02\x05\x02")[:-1],
        answered(READ, b"\x02\x05\x02", address=2),
        answered(READ, b"\x02\x05\x02", function=1),
        answered(READ, b"\x01\x05\x02"),
        answered(READ, b"\x03\x05\x02\x01"),
    ],
)
def test_anything_else_is_no_answer(wrong):
    with pytest.raises(ProtocolError):
        modbus.data_of(READ, wrong)


@given(st.integers(0, 47))
def test_one_wrong_bit_is_found(place):
    good = bytearray(answered(READ, b"\x02\x05\x02"))
    good[place // 8 % len(good)] ^= 1 << place % 8
    with pytest.raises((ProtocolError, Refused)):
        modbus.data_of(READ, bytes(good))


def test_a_register_may_be_negative():
    assert modbus.signed(b"\xff\xce") == -50
