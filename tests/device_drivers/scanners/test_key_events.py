"""Key events become the text that a US keyboard would have typed, or a hole; never another text."""

from hypothesis import given
from hypothesis import strategies as st

from device_drivers.scanners.key_events import EVENT, HOLE, PLAIN, SHIFTED, KeyDecoder
from lobbypay.device.wedge_typist import (
    LEFT_CTRL,
    LEFT_SHIFT,
    SYN_DROPPED,
    event,
    press,
    typed,
)

ASCII = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=60)
CAPS_LOCK, F1, KP_ENTER = 58, 59, 96


def test_every_printable_ascii_character_has_its_key():
    assert {chr(c) for c in range(32, 127)} <= {*PLAIN.values(), *SHIFTED.values()}


@given(ASCII, st.lists(st.integers(1, 500), max_size=30))
def test_any_text_comes_back_however_the_bytes_are_cut(text, cuts):
    data = typed(text + "\r")
    decoder = KeyDecoder()
    result = b""
    for cut in cuts:
        result += decoder.feed(data[:cut])
        data = data[cut:]
    result += decoder.feed(data)
    assert result == text.encode() + b"\r"


@given(st.binary(max_size=2000), st.binary(max_size=2000))
def test_any_bytes_are_taken_without_an_error(first, second):
    decoder = KeyDecoder()
    for data in (first, second):
        assert len(decoder.feed(data)) <= (len(data) + EVENT.size) // EVENT.size


def test_a_key_that_means_nothing_here_leaves_a_hole():
    assert KeyDecoder().feed(typed("A") + press(F1) + typed("B")) == b"A" + HOLE + b"B"


def test_events_that_the_kernel_lost_leave_a_hole_until_the_next_report():
    lost = SYN_DROPPED + event(1, 30, 1) + event(0, 0, 0)
    assert KeyDecoder().feed(typed("12") + lost + typed("56\r")) == b"12" + HOLE + b"56\r"


def test_a_shift_that_was_held_when_events_were_lost_is_not_held_for_ever():
    data = event(1, LEFT_SHIFT, 1) + SYN_DROPPED + event(0, 0, 0) + press(30)
    assert KeyDecoder().feed(data) == HOLE + b"a"


def test_caps_lock_turns_letters_and_not_digits():
    assert KeyDecoder().feed(press(CAPS_LOCK) + typed("aB1!")) == b"Ab1!"


def test_the_kernels_own_repeats_and_the_number_pads_enter():
    repeat = event(1, 30, 1) + event(1, 30, 2) + event(1, 30, 2) + event(1, 30, 0)
    assert KeyDecoder().feed(repeat + press(KP_ENTER)) == b"a\r"


def test_ctrl_and_a_letter_is_a_control_character():
    held = event(1, LEFT_CTRL, 1) + press(36) + event(1, LEFT_CTRL, 0)  # Ctrl+J
    assert KeyDecoder().feed(held) == b"\n"
