"""Picture files as people have them: transparent, deep, huge, and broken."""

import cv2
import numpy as np
import pytest

from device_drivers.scanners import picture_file
from device_drivers.scanners.reader_protocol import PIXELS_MAX
from kiosk.commands.scan import main
from tests.device_drivers.scanners.pictures import qr_picture


def saved(folder, name, picture):
    path = folder / name
    path.write_bytes(cv2.imencode(path.suffix, picture)[1].tobytes())
    return path


@pytest.mark.parametrize("hidden", [0, 255])
@pytest.mark.parametrize("depth", [np.uint8, np.uint16])
def test_what_is_transparent_is_white_whatever_colour_hides_there(tmp_path, capsys, hidden, depth):
    """Black dots on nothing, as design programs save a code."""
    grey = qr_picture("TRANSPARENT")
    top = np.iinfo(depth).max
    code = np.zeros((*grey.shape, 4), depth)
    code[..., :3] = np.where(grey[..., None] < 100, 0, hidden * (top // 255))
    code[..., 3] = np.where(grey < 100, top, 0)
    path = saved(tmp_path, "code.png", code)
    assert picture_file.read(path).shape == (*grey.shape, 3)
    assert main([str(path)]) == 0
    assert '"text": "TRANSPARENT"' in capsys.readouterr().out


@pytest.mark.parametrize(
    ("height", "width"),
    [(4899, 4899), (4900, 4900), (3999, 6001), (6000, 4001), (24_000_001, 1), (1, 24_000_001)],
)
def test_a_picture_that_is_made_small_enough_is_small_enough(height, width):
    grey = np.full((height, width), 200, np.uint8)
    smaller = picture_file.not_too_large(grey)
    assert 0 < smaller.size <= PIXELS_MAX
    assert (smaller is grey) is (grey.size <= PIXELS_MAX)


def test_a_photo_above_the_limit_is_read(tmp_path, capsys):
    photo = np.full((4900, 4901), 170, np.uint8)
    code = qr_picture("LARGE", scale=20, size=(1600, 1600))
    photo[1000:2600, 1000:2600] = code
    path = saved(tmp_path, "large.jpg", photo)
    assert main([str(path)]) == 0
    said = capsys.readouterr().out
    assert '"text": "LARGE"' in said and "error" not in said


@pytest.mark.parametrize("content", [b"", b"no picture", b"\x89PNG\r\n\x1a\n" + b"\0" * 40])
def test_what_is_no_picture_is_none(tmp_path, content):
    path = tmp_path / "x.png"
    path.write_bytes(content)
    assert picture_file.read(path) is None


def test_grey_and_plain_colour_stay_as_they_are(tmp_path):
    grey = qr_picture("PLAIN")
    assert (picture_file.read(saved(tmp_path, "g.png", grey))[..., 0] == grey).all()
    colour = cv2.cvtColor(grey, cv2.COLOR_GRAY2BGR)
    assert (picture_file.read(saved(tmp_path, "c.png", colour)) == colour).all()
