"""The reader process: reads real photos, and its death costs a picture, not the kiosk."""

import os
import signal
from pathlib import Path

import numpy as np
import pytest
import segno

from device_drivers.errors import Timeout
from device_drivers.scanners.reader_process import ReaderDied, ReaderProcess, ReaderResting
from tests.device_drivers.scanners.pictures import centred, photos, qr_image, qr_picture, same
from tests.device_drivers.waiting import wait_until

cv2 = pytest.importorskip("cv2")
CODE = qr_picture("https://pay.example/b/1")


@pytest.fixture
def reader():
    process = ReaderProcess(deadline_s=10.0)
    yield process
    process.close()


class Clock:
    def __init__(self):
        self.now = 1000.0

    def __call__(self):
        return self.now


def test_most_photos_are_read_and_none_wrongly(reader):
    right, wrong = 0, []
    for path, expected in photos():
        codes = reader.read(cv2.imread(str(path), cv2.IMREAD_GRAYSCALE))
        right += any(same(code.text, expected) for code in codes)
        wrong += [(path.name, c.text) for c in codes if not same(c.text, expected)]
    assert wrong == []
    assert right / len(photos()) >= 0.8


def test_pictures_of_any_size_follow_each_other(reader):
    for size in ((320, 240), (1920, 1080), (333, 777), (640, 480)):
        assert [c.text for c in reader.read(qr_picture("SIZE", size=size))] == ["SIZE"]


def test_a_part_of_a_colour_picture_need_not_be_contiguous(reader):
    colour = cv2.cvtColor(CODE, cv2.COLOR_GRAY2BGR)
    assert reader.read(colour[:, :, 1])


def test_a_killed_process_costs_one_picture(reader):
    reader.read(CODE)
    first = reader.pid
    os.kill(first, signal.SIGKILL)
    with pytest.raises(ReaderDied):
        reader.read(CODE)
    assert [c.text for c in reader.read(CODE)] == ["https://pay.example/b/1"]
    assert reader.pid != first
    assert reader.failures == 1


def test_a_stuck_process_is_killed_at_the_deadline_and_replaced():
    reader = ReaderProcess(deadline_s=0.3)
    try:
        reader.start()
        stuck = reader.pid
        os.kill(stuck, signal.SIGSTOP)
        with pytest.raises(Timeout):
            reader.read(CODE)
        assert not Path(f"/proc/{stuck}").exists()
        assert wait_until(lambda: _reads(reader))
    finally:
        reader.close()


def _open_files() -> int:
    return sum(1 for _ in Path("/proc/self/fd").iterdir())


def _reads(reader: ReaderProcess) -> bool:
    try:
        return bool(reader.read(CODE))
    except Timeout:
        return False


def test_a_picture_that_takes_too_long_is_given_up():
    noise = np.random.default_rng(1).integers(0, 2, (4000, 5000), dtype=np.uint8) * 255
    reader = ReaderProcess(deadline_s=0.05)
    try:
        reader.start()
        with pytest.raises(Timeout):
            reader.read(noise)
    finally:
        reader.close()


def test_a_crafted_code_that_makes_a_reader_raise_costs_nothing():
    part = segno.make_sequence("one sentence in three codes, please", symbol_count=3)[0]
    reader = ReaderProcess(readers=("pyzbar",), deadline_s=10.0)
    try:
        assert reader.read(centred(qr_image(part), (640, 480))) == ()
        assert reader.failures == 0
        assert reader.read(CODE)
    finally:
        reader.close()


def test_a_process_that_keeps_dying_is_started_more_and_more_rarely():
    clock = Clock()
    reader = ReaderProcess(deadline_s=10.0, clock=clock)
    try:
        for _ in range(2):
            reader.start()
            os.kill(reader.pid, signal.SIGKILL)
            with pytest.raises(ReaderDied):
                reader.read(CODE)
        with pytest.raises(ReaderResting):
            reader.read(CODE)
        clock.now += 1.0
        assert reader.read(CODE)
    finally:
        reader.close()


# Found first by every Python that the reader process starts: zxing-cpp aborts, as C code does, at
# whole pictures whose corner is nearly black.
DEADLY = """
import os
import zxingcpp
harmless = zxingcpp.read_barcodes

def read_barcodes(grey, **wishes):
    if grey.shape == (480, 640) and grey[:40, :40].mean() < 20:
        os.abort()
    return harmless(grey, **wishes)

zxingcpp.read_barcodes = read_barcodes
"""


@pytest.fixture
def deadly_reader(tmp_path, monkeypatch):
    (tmp_path / "sitecustomize.py").write_text(DEADLY)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    clock = Clock()
    process = ReaderProcess(deadline_s=30.0, clock=clock)
    yield process, clock
    process.close()


def test_a_picture_that_aborts_a_reader_costs_one_restart_and_is_known_again(deadly_reader):
    reader, clock = deadly_reader
    deadly = CODE.copy()
    deadly[:60, :60] = 4
    noise = np.random.default_rng(5)
    with pytest.raises(ReaderDied):
        reader.read(deadly)
    for later_s in (0, 1, 31, 3600):
        clock.now += later_s
        again = np.clip(deadly + noise.normal(0, 3, deadly.shape), 0, 255).astype(np.uint8)
        assert {(c.text, c.reader) for c in reader.read(again)} == {
            ("https://pay.example/b/1", "pyzbar")
        }
    assert {c.reader for c in reader.read(CODE)} == {"zxing-cpp"}, "other pictures are read as ever"
    assert reader.failures == 1


def test_a_picture_that_aborts_every_reader_is_no_longer_read_at_all(tmp_path, monkeypatch):
    zbar = "from pyzbar import pyzbar\npyzbar.decode = lambda picture, symbols: os.abort()\n"
    (tmp_path / "sitecustomize.py").write_text(DEADLY + zbar)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    clock = Clock()
    deadly = CODE.copy()
    deadly[:60, :60] = 4
    reader = ReaderProcess(deadline_s=30.0, clock=clock)
    try:
        for _ in range(2):
            clock.now += 1
            with pytest.raises(ReaderDied):
                reader.read(deadly)
        clock.now += 5
        assert reader.read(deadly) == ()
        assert reader.failures == 2
    finally:
        reader.close()


def test_nothing_is_left_behind(reader):
    reader.start()
    open_before = _open_files()
    for _ in range(3):
        other = ReaderProcess(deadline_s=10.0)
        other.read(CODE)
        pid = other.pid
        other.close()
        other.close()
        assert not Path(f"/proc/{pid}").exists()
    assert _open_files() == open_before


def test_the_process_ends_when_its_parent_goes(reader):
    reader.start()
    process = reader._process
    process.stdin.close()
    assert process.wait(10) == 0
