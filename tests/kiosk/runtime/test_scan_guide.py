"""The thread that looks at how a bill is held."""

import queue

import numpy as np

from kiosk.core.events import ScanHinted
from kiosk.runtime.scan_guide import ScanGuide


def picture(level: int) -> tuple[int, int, bytes]:
    return 64, 36, np.full((36, 64, 3), level, np.uint8).tobytes()


def test_it_looks_while_it_is_asked_to_and_tells_what_changes():
    heard: queue.Queue = queue.Queue()
    guide = ScanGuide(lambda: picture(3), heard.put)
    guide.start()
    guide.watch(True)
    assert heard.get(timeout=20) == ScanHinted("dark")
    guide.watch(False)
    guide.stop()
    assert heard.empty(), "the same thing is told once"


def test_a_camera_without_a_picture_and_one_that_breaks_cost_nothing():
    heard: queue.Queue = queue.Queue()
    looked = iter([None, (64, 36, b"half a picture"), picture(3), picture(3), picture(3)])
    guide = ScanGuide(lambda: next(looked, picture(3)), heard.put)
    guide.watch(True)
    guide.start()
    assert heard.get(timeout=20) == ScanHinted("dark")
    guide.stop()
