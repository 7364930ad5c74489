"""What a printer says, byte by byte: each answer by its shape, silence never as an answer."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from device_drivers.printers.escpos_answers import (
    AnswerKind,
    AnswerStream,
    automatic_reading,
    real_time_reading,
)

NEUTRAL = 0x12


def codes(reading) -> list[str]:
    return [condition.code for condition in reading.conditions]


def test_the_kinds_of_answers_are_told_apart_in_one_stream():
    stream = AnswerStream()
    said = b"\x12" + b"\x10\x00\x00\x0f" + b"\x00" + b"_TM-T88V\x00" + b"\x16"
    assert [(a.kind, a.data) for a in stream.feed(said)] == [
        (AnswerKind.REAL_TIME, b"\x12"),
        (AnswerKind.AUTOMATIC, b"\x10\x00\x00\x0f"),
        (AnswerKind.IN_ORDER, b"\x00"),
        (AnswerKind.IDENTITY, b"TM-T88V"),
        (AnswerKind.REAL_TIME, b"\x16"),
    ]


def test_a_real_time_answer_may_come_in_the_middle_of_an_automatic_one():
    kinds = [a.kind for a in AnswerStream().feed(b"\x10\x00\x12\x00\x0f")]
    assert kinds == [AnswerKind.REAL_TIME, AnswerKind.AUTOMATIC]


def test_flow_control_bytes_are_no_answers():
    assert AnswerStream().feed(b"\x11\x13") == []


@given(st.binary(max_size=300))
def test_no_noise_raises(noise):
    for answer in AnswerStream().feed(noise):
        if answer.kind is AnswerKind.AUTOMATIC:
            automatic_reading(answer.data)


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ((0x12, 0x12, 0x12, 0x12), []),
        ((0x1A, 0x12, 0x12, 0x12), ["printer.offline"]),
        ((0x1A, 0x16, 0x12, 0x12), ["printer.cover_open"]),
        ((0x1A, 0x32, 0x12, 0x72), ["printer.paper_out"]),
        ((0x12, 0x12, 0x12, 0x1E), ["printer.paper_near_end"]),
        ((0x1A, 0x52, 0x1A, 0x12), ["printer.cutter"]),
        ((0x1A, 0x52, 0x32, 0x12), ["printer.error"]),
        ((0x1A, 0x16, 0x1A, 0x7E), ["printer.paper_out", "printer.cover_open", "printer.cutter"]),
    ],
)
def test_real_time_status(answers, expected):
    assert codes(real_time_reading(*answers)) == expected


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (b"\x10\x00\x00\x0f", []),
        (b"\x18\x00\x00\x0f", ["printer.offline"]),
        (b"\x38\x00\x00\x0f", ["printer.cover_open"]),
        (b"\x18\x08\x00\x0f", ["printer.cutter"]),
        (b"\x18\x20\x00\x0f", ["printer.error"]),
        (b"\x10\x00\x03\x0f", ["printer.paper_near_end"]),
        (b"\x18\x00\x0f\x0f", ["printer.paper_out"]),
    ],
)
def test_automatic_status(status, expected):
    assert codes(automatic_reading(status)) == expected
