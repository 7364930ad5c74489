"""What the reader process makes of pictures, tried here on pictures that are known to be harmless."""

import time

import cv2
import numpy as np
import pytest
import segno
from hypothesis import given
from hypothesis.extra.numpy import array_shapes, arrays

from device_drivers.scanners import decoding
from device_drivers.scanners.decoding import Task, decode
from device_drivers.scanners.enhancing import LAST_TREATMENTS, TREATMENTS, Treatment
from device_drivers.scanners.interface import CODE_LENGTH_MAX
from device_drivers.scanners.reader_protocol import Box, Effort
from device_drivers.scanners.readers import read_with_zxing, undo_wrong_guess
from tests.device_drivers.scanners.pictures import centred, photos, qr_image, qr_picture, same

READERS = ("zxing-cpp", "pyzbar")


def found(grey: np.ndarray, kinds=("QRCODE",), readers=READERS):
    return decode(grey, Task(kinds, readers))


def test_each_reader_reads_a_plain_code_and_says_its_name():
    for reader in READERS:
        codes = found(qr_picture("https://pay.example/b/1"), readers=(reader,))
        assert [(c.text, c.kind, c.reader) for c in codes] == [
            ("https://pay.example/b/1", "QRCODE", reader)
        ]


def test_chinese_text_is_read_right_by_each_reader():
    for reader in READERS:
        codes = found(qr_picture("翠湖花园3栋2单元"), readers=(reader,))
        assert [c.text for c in codes] == ["翠湖花园3栋2单元"]


def test_the_second_reader_is_asked_only_when_the_first_finds_nothing():
    asked = []
    grey = qr_picture("CODE")
    decode(grey, Task(("QRCODE",), READERS, before_reader=asked.append))
    assert asked == ["zxing-cpp"]


def test_a_code_longer_than_allowed_is_not_handed_on():
    long = "A" * (CODE_LENGTH_MAX + 1)
    assert found(qr_picture(long, scale=4, size=(900, 900))) == []


def test_other_kinds_are_left_out():
    micro = segno.make_micro("12345")
    assert found(centred(qr_image(micro, 10), (640, 480))) == []


def test_part_of_a_code_of_several_parts_breaks_nothing():
    part = segno.make_sequence("one sentence in three codes, please", symbol_count=3)[0]
    assert found(centred(qr_image(part), (640, 480)), readers=("pyzbar",)) == []


def test_a_wrong_guess_of_the_character_set_is_undone():
    assert undo_wrong_guess("Britain’s".encode().decode("shift_jis")) == "Britain’s"
    assert undo_wrong_guess("翠湖花园") == "翠湖花园"
    assert undo_wrong_guess("plain") == "plain"


def held_at(x: int, y: int, scale: int = 4) -> np.ndarray:
    """A frame of a lobby with a code at a place in it."""
    frame = np.full((720, 1280), 150, np.uint8)
    code = qr_image(segno.make_qr("https://pay.example/b/1"), scale)
    frame[y : y + code.shape[0], x : x + code.shape[1]] = code
    return frame


@pytest.mark.parametrize("effort", list(Effort))
def test_every_effort_finds_a_plain_code_and_says_where(effort):
    (code,) = decode(held_at(700, 300), Task(("QRCODE",), READERS, effort))
    box = code.box
    assert abs(box.x - 716) <= 4 and abs(box.y - 316) <= 4 and abs(box.width - 100) <= 8


def test_a_glance_looks_where_the_code_was_and_nowhere_else():
    near = decode(held_at(700, 300), Task(("QRCODE",), READERS, Effort.LOOK))[0].box
    glance = Task(("QRCODE",), READERS, Effort.GLANCE, near=near)
    (moved,) = decode(held_at(730, 320), glance)
    assert abs(moved.box.x - 746) <= 4
    assert decode(held_at(60, 40), glance) == []


@pytest.mark.parametrize("box", [Box(0, 0, 0, 0), Box(1270, 710, 900, 900), Box(5000, 9, 3, 3)])
def test_a_place_outside_the_picture_breaks_nothing(box):
    assert decode(held_at(60, 40), Task(("QRCODE",), READERS, Effort.GLANCE, near=box)) == []


def test_a_bright_code_on_dark_ground_is_read_when_there_is_time():
    bright = 255 - qr_picture("BRIGHT")
    assert [c.text for c in found(bright)] == ["BRIGHT"]


def test_each_treatment_keeps_a_plain_code_readable_and_in_its_place():
    frame = held_at(700, 300)
    for turn, treatment in enumerate(TREATMENTS):
        made = treatment.apply(frame)
        assert made is not None, treatment.name
        assert made.grey.dtype == np.uint8 and made.grey.flags.c_contiguous
        codes = read_with_zxing(made.grey, ("QRCODE",), one_threshold=treatment.dark_and_bright)
        (code,) = codes
        assert abs(code.box.scaled(1 / made.across, 1 / made.down).x - 716) <= 5, (turn, treatment)


def test_trying_ends_when_the_time_is_over():
    noise = np.random.default_rng(1).integers(0, 255, (720, 1280)).astype(np.uint8)
    asked = []
    task = Task(("QRCODE",), READERS, until=time.monotonic(), before_reader=asked.append)
    assert decode(noise, task) == []
    assert asked == ["zxing-cpp"]


@given(arrays(np.uint8, array_shapes(min_dims=2, max_dims=2, min_side=1, max_side=40)))
def test_any_small_picture_is_taken_without_an_error(grey):
    assert isinstance(decode(grey, Task(("QRCODE",), READERS)), list)


def test_photos_in_bad_light_and_out_of_shape_are_read_when_there_is_time():
    hard = [(path, text) for path, text in photos() if path.name.startswith("boof-")]
    for path, text in hard:
        grey = cv2.imread(str(path), cv2.IMREAD_GRAYSCALE)
        assert [same(code.text, text) for code in found(grey)] == [True], path.name
    assert len(hard) >= 6


def test_a_camera_frame_is_never_given_the_last_ways(monkeypatch):
    tried = []
    never = Treatment("counted", lambda grey: tried.append(grey))
    monkeypatch.setattr(decoding, "LAST_TREATMENTS", (never,))
    empty = np.full((480, 640), 128, np.uint8)
    for turn in range(2 * len(TREATMENTS)):
        for effort in (Effort.GLANCE, Effort.LOOK, Effort.TRY):
            decode(empty, Task(("QRCODE",), READERS, effort, turn=turn))
    assert tried == []
    decode(empty, Task(("QRCODE",), READERS, Effort.THOROUGH))
    assert len(tried) == 1


@pytest.mark.parametrize("treatment", (*TREATMENTS, *LAST_TREATMENTS), ids=lambda t: t.name)
@pytest.mark.parametrize("shape", [(1, 1), (1, 400), (16, 16), (720, 1280)])
def test_every_way_takes_every_picture(treatment: Treatment, shape: tuple[int, int]):
    made = treatment.apply(np.zeros(shape, np.uint8))
    assert made is None or made.grey.dtype == np.uint8
