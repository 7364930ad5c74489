"""Codes on bent paper are read, those with a hidden square too, and nothing is read that is not there."""

import time

import cv2
import numpy as np
import pytest
import segno
from hypothesis import given, settings
from hypothesis.extra.numpy import array_shapes, arrays

from device_drivers.scanners import bent_codes, bent_grid, decoding, module_matrix
from device_drivers.scanners.decoding import Task, decode
from device_drivers.scanners.finder_patterns import RING_CORNERS, Placed
from device_drivers.scanners.reader import ATTENTION_FRAMES, Attention
from device_drivers.scanners.reader_protocol import Effort
from device_drivers.scanners.readers import read_with_zxing
from tests.device_drivers.scanners.bent_paper import Bend, bends, drawn
from tests.device_drivers.scanners.pictures import centred, photos, qr_image, qr_picture, same

BILL = "https://pay.example-estate.cn/b/" + "A7c9" * 12
QR = ("QRCODE",)
BENT = Bend(wave=(0.037, 0.037), waves=(0.75, 0.75), round=0.6, narrow=0.9, turned=0.2)


def texts(found) -> list[str]:
    return [code.text for code in found]


@settings(max_examples=25, deadline=None)
@given(bends())
def test_a_code_on_bent_paper_is_read(bend):
    assert texts(bent_codes.read(drawn(BILL, bend), QR)) == [BILL]


def test_it_is_the_bending_of_the_grid_that_reads_it(monkeypatch):
    grey = drawn(BILL, BENT)
    assert texts(bent_codes.read(grey, QR)) == [BILL]
    assert read_with_zxing(grey, QR, everything=True) == []
    monkeypatch.setattr(bent_grid, "ROUNDS", ())
    monkeypatch.setattr(bent_grid, "FURTHER_ROUNDS", ())
    monkeypatch.setattr(bent_grid, "THREE_PLACES", ())  # the first grid stays flat
    assert bent_codes.read(grey, QR) == []


def test_the_place_of_a_bent_code_is_told():
    grey = cv2.copyMakeBorder(drawn(BILL, BENT), 100, 0, 200, 0, cv2.BORDER_REPLICATE)
    (code,) = bent_codes.read(grey, QR)
    inked = cv2.findNonZero((grey[100:, 200:] < 90).astype(np.uint8))
    x, y, across, down = cv2.boundingRect(inked)
    assert abs(code.box.x - x - 200) < 15 and abs(code.box.y - y - 100) < 15
    assert abs(code.box.width - across) < 50 and abs(code.box.height - down) < 50


def test_a_code_of_two_dots_a_module_in_a_large_picture_is_read():
    code = qr_image(segno.make_qr(BILL, error="m"), 2)
    grey = cv2.GaussianBlur(centred(code, (1600, 1200)), (0, 0), 0.7)
    (found,) = bent_codes.read(grey, QR)
    assert found.text == BILL
    assert abs(found.box.x + found.box.width / 2 - 800) < 4


@pytest.mark.parametrize("turned", [0, 1, 2, 3])
def test_one_whole_square_is_enough_to_find_two_whose_frames_are_open(turned, monkeypatch):
    """Glare takes a side of a frame away: the ring inside it runs out and is none any more."""
    grey = qr_picture(BILL, scale=6)
    dots = np.argwhere(grey == 0)
    (top, left), (_bottom, right) = dots.min(0), dots.max(0)
    grey[top : top + 6, left : right + 1] = 255
    grey = np.ascontiguousarray(np.rot90(grey, turned))
    assert texts(bent_codes.read(grey, QR)) == [BILL]
    monkeypatch.setattr(bent_codes.finder_kin, "kin_of", lambda *args: [])
    assert bent_codes.read(grey, QR) == []


def test_a_sheet_rolled_by_a_radian_to_each_side_is_read():
    bend = Bend(wave=(0.0, 0.0), waves=(1.0, 1.0), round=1.05, narrow=0.9, turned=0.3)
    assert texts(bent_codes.read(drawn(BILL, bend), QR)) == [BILL]


def test_the_perspective_by_two_squares_alone_stays_gentle():
    """A dot's error in a corner must not pull the far side of the code away."""
    size = 41
    corners = [np.array(RING_CORNERS, np.float64) * 4 + [left, 0] for left in (0, 4 * (size - 7))]
    corners[1][2] += [0.8, -0.8]
    placed = Placed(((0, 0), (1, 0)), tuple(corners), (size,), 0.0)
    grid = bent_grid.first_grid(placed, size)[bent_grid.MARGIN : -bent_grid.MARGIN]
    far = grid[-1, bent_grid.MARGIN : -bent_grid.MARGIN]
    assert np.abs(far[:, 1] - 4 * (size - 0.5)).max() < 4 * 6


@pytest.mark.parametrize("corner", [(0, 0), (1, 0), (0, 1)])
@pytest.mark.parametrize("colour", [90, 255])
def test_a_code_with_one_square_hidden_is_read(corner, colour):
    grey = qr_picture(BILL, scale=6)
    dots = np.argwhere(grey == 0)
    (top, left), (bottom, right) = dots.min(0), dots.max(0)
    edges = (left, right), (top, bottom)
    across, down = (edges[n][corner[n]] + (18, -18)[corner[n]] for n in (0, 1))
    cv2.circle(grey, (int(across), int(down)), 26, colour, -1)
    assert read_with_zxing(grey, QR, everything=True) == []
    assert texts(bent_codes.read(grey, QR)) == [BILL]


def test_blur_of_half_a_module_is_taken_back(monkeypatch):
    """A single module between others is then no darker or brighter than they are."""
    grey = cv2.GaussianBlur(qr_picture(BILL, scale=6), (0, 0), 3.4)
    assert texts(bent_codes.read(grey, QR)) == [BILL]
    monkeypatch.setattr(module_matrix, "SPREADS", ())
    monkeypatch.setattr(bent_codes, "SHARPER", ())
    assert bent_codes.read(grey, QR) == []


@pytest.mark.parametrize("version", [1, 2, 6, 7, 14, 25])
def test_codes_of_every_kind_of_size_are_read(version):
    code = segno.make_qr("SIZE", version=version, error="q")
    side = 4 * code.symbol_size()[0] + 40
    grey = centred(qr_image(code, 4), (side, side))
    assert texts(bent_codes.read(grey, QR)) == ["SIZE"]


def test_a_grid_that_lies_right_keeps_every_promise():
    code = segno.make_qr("1", version=20, error="h", mask=5)
    modules = np.array([list(row) for row in code.matrix], np.uint8)
    assert module_matrix.promise(2.0 * modules - 1) == pytest.approx(1)
    shifted = np.roll(modules, 1, axis=1)
    assert module_matrix.promise(2.0 * shifted - 1) < bent_codes.PROMISE_TO_GO_ON


def test_nothing_wrong_is_read_in_real_photos():
    for path, text in photos():
        grey = cv2.imread(str(path), cv2.IMREAD_GRAYSCALE)
        until = time.monotonic() + 3
        for code in bent_codes.read(grey, QR, until):
            assert same(code.text, text), path.name


def test_a_part_of_a_split_code_is_left_alone_on_bent_paper_too():
    part = segno.make_sequence("one sentence in three codes, please", symbol_count=3)[0]
    parts = []
    assert bent_codes.read(centred(qr_image(part), (640, 480)), QR, parts=parts) == []
    assert len(parts) == 1


def test_other_kinds_are_not_looked_for():
    assert bent_codes.read(qr_picture(BILL), ("CODE128",)) == []
    assert bent_codes.read_frame(qr_picture(BILL), ("CODE128",), 0) == []


@given(arrays(np.uint8, array_shapes(min_dims=2, max_dims=2, min_side=1, max_side=60)))
def test_any_small_picture_is_taken_without_an_error(grey):
    assert isinstance(bent_codes.read(grey, QR), list)
    assert isinstance(bent_codes.read_frame(grey, QR, 1), list)


@pytest.mark.parametrize("shape", [(1, 1), (1, 400), (16, 16), (720, 1280), (3000, 2000)])
def test_every_size_of_picture_is_taken(shape):
    assert bent_codes.read(np.zeros(shape, np.uint8), QR) == []
    assert bent_codes.read_frame(np.zeros(shape, np.uint8), QR, 2) == []


def test_time_that_is_over_ends_it():
    begun = []
    real = bent_grid.bent_grids

    def counted(*args):
        begun.append(args)
        return real(*args)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(bent_grid, "bent_grids", counted)
        hidden = drawn(BILL, BENT)
        hidden[200:360, 200:360] = 128  # more than can be corrected
        assert bent_codes.read(hidden, QR, until=time.monotonic()) == []
    assert len(begun) == 1


@pytest.mark.parametrize(("promise", "further"), [(0.7, 0), (0.9, len(bent_grid.FURTHER_ROUNDS))])
def test_only_a_grid_that_promises_much_is_bent_further(promise, further, monkeypatch):
    laid = []
    real = bent_grid.bent_grids

    def counted(*args):
        for one in real(*args):
            laid.append(one)
            yield one

    monkeypatch.setattr(bent_grid, "bent_grids", counted)
    monkeypatch.setattr(module_matrix, "promise", lambda certainty: promise)
    monkeypatch.setattr(bent_codes.symbol_correction, "corrected", lambda *args: None)
    monkeypatch.setattr(bent_codes, "_different", lambda attempts: list(attempts)[:1])
    at_once = promise >= bent_codes.PROMISE_AT_ONCE
    until = time.monotonic() if at_once else float("inf")  # one grid is laid
    assert bent_codes.read(drawn(BILL, BENT), QR, until=until) == []
    assert len(laid) == len(bent_grid.ROUNDS) + 1 + further


def test_a_still_is_read_as_bent_only_when_nothing_lighter_reads_it(monkeypatch):
    asked = []
    monkeypatch.setattr(decoding.bent_codes, "read_frame", lambda *args: [])
    monkeypatch.setattr(decoding.bent_codes, "read", lambda *args: asked.append(args) or [])
    decode(qr_picture("PLAIN"), Task(QR, ("zxing-cpp",)))
    assert asked == []
    decode(drawn(BILL, BENT), Task(QR, ("zxing-cpp",)))
    assert len(asked) == 1


def test_a_bent_code_that_is_seen_in_a_frame_and_not_read_is_read_at_once():
    assert texts(decode(drawn(BILL, BENT), Task(QR, ("zxing-cpp",), Effort.LOOK))) == [BILL]


def test_a_code_that_was_seen_and_not_read_makes_the_next_frames_looked_at():
    attention = Attention()
    assert attention.effort_for(Effort.GLANCE) is Effort.GLANCE
    attention.after(seen_unread=True)
    assert attention.effort_for(Effort.GLANCE) is Effort.LOOK
    assert attention.effort_for(Effort.TRY) is Effort.TRY
    attention.after(seen_unread=False)
    assert attention.effort_for(Effort.GLANCE) is Effort.GLANCE


def test_a_code_that_nobody_can_read_does_not_cost_more_for_ever():
    attention = Attention()
    for _ in range(ATTENTION_FRAMES + 1):
        attention.after(seen_unread=True)
    assert attention.effort_for(Effort.GLANCE) is Effort.GLANCE


def test_a_frame_tells_of_a_code_that_it_shows_and_that_is_not_read():
    grey = qr_picture(BILL, scale=6)
    dots = np.argwhere(grey == 0)
    (top, left), (bottom, right) = dots.min(0), dots.max(0)
    middle = grey[(top + bottom) // 2 - 60 :, (left + right) // 2 - 60 :][:120, :120]
    middle[:] = np.random.default_rng(1).integers(0, 2, (120, 120)) * 255
    task = Task(QR, ("zxing-cpp",), Effort.LOOK)
    assert decode(grey, task) == []
    assert task.unread
    task = Task(QR, ("zxing-cpp",), Effort.LOOK)
    assert decode(np.full((480, 640), 128, np.uint8), task) == [] and task.unread == []


def test_of_the_frames_that_are_tried_every_other_is_looked_at_for_bent_paper(monkeypatch):
    asked = []
    monkeypatch.setattr(decoding.bent_codes, "read", lambda *args: pytest.fail("too slow"))
    monkeypatch.setattr(
        decoding.bent_codes, "read_frame", lambda grey, kinds, turn, parts: asked.append(turn) or []
    )
    empty = np.full((480, 640), 128, np.uint8)
    for turn in range(6):
        for effort in (Effort.GLANCE, Effort.LOOK, Effort.TRY):
            decode(empty, Task(QR, ("zxing-cpp",), effort, turn=turn))
    assert asked == [0, 1, 2]
