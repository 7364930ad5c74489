"""What the kiosk and its reader process say to each other: both sides' one source of truth.

The picture travels in shared memory, a request and its answer through pipes. Nothing in an answer
is trusted: it is bounded in length and checked again by the side that asked.
"""

import struct
from dataclasses import dataclass
from enum import IntEnum

KINDS = ("QRCODE", "CODE128")
READER_NAMES = ("zxing-cpp", "pyzbar")

# sequence, width, height, effort, mask of readers to leave out; x, y, width, height of where to look
REQUEST = struct.Struct("<IIIIIIIII")
ANSWER = struct.Struct("<II")  # sequence, length of the JSON that follows
ANSWER_LENGTH_MAX = 65_536
READY_SEQUENCE = 0  # the first answer, unasked, says that the process has started

PICTURE_OFFSET = 64  # shared memory: byte 0 is the reader at work (index + 1, or 0), then pixels
PIXELS_MAX = 24_000_000


class Effort(IntEnum):
    """How much a picture is worth. Milliseconds are for 1280 x 720 without a code."""

    GLANCE = 0  # 0.3 ms: where a code was a moment ago, else the picture at half size
    LOOK = 1  # 2 ms: the whole picture once; more only where a code was seen and not read
    TRY = 2  # 10 ms: as LOOK, and one way of enhancing the picture or bent paper, another each time
    THOROUGH = 3  # 100 ms: every reader, every way; for stills and a resident who waits


@dataclass(frozen=True)
class Box:
    x: int
    y: int
    width: int
    height: int

    def scaled(self, across: float, down: float) -> "Box":
        return Box(
            round(self.x * across),
            round(self.y * down),
            round(self.width * across),
            round(self.height * down),
        )

    def moved(self, x: int, y: int) -> "Box":
        return Box(self.x + x, self.y + y, self.width, self.height)

    def grown(self, share: float, width: int, height: int) -> "Box":
        """Larger by a share of itself on each side, within a picture of ``width`` by ``height``."""
        across, down = round(self.width * share), round(self.height * share)
        left, top = max(0, self.x - across), max(0, self.y - down)
        right = min(width, self.x + self.width + across)
        bottom = min(height, self.y + self.height + down)
        return Box(left, top, max(0, right - left), max(0, bottom - top))
