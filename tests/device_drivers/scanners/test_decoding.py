"""What the reader process makes of pictures, tried here on pictures that are known to be harmless."""

import numpy as np
import segno

from device_drivers.scanners.decoding import Picture, decode, undo_wrong_guess
from device_drivers.scanners.interface import CODE_LENGTH_MAX
from tests.device_drivers.scanners.pictures import centred, qr_image, qr_picture

READERS = ("zxing-cpp", "pyzbar")


def found(grey: np.ndarray, kinds=("QRCODE",), readers=READERS):
    height, width = grey.shape
    picture = Picture(width, height, memoryview(grey.tobytes()))
    return decode(picture, kinds, readers, True, lambda name: None)


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
    picture = Picture(grey.shape[1], grey.shape[0], memoryview(grey.tobytes()))
    decode(picture, ("QRCODE",), READERS, True, asked.append)
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
