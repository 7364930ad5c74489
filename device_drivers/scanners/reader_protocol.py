"""What the kiosk and its reader process say to each other: both sides' one source of truth.

The picture travels in shared memory, a request and its answer through pipes. Nothing in an answer
is trusted: it is bounded in length and checked again by the side that asked.
"""

import struct
from enum import IntFlag

KINDS = ("QRCODE", "CODE128")
READER_NAMES = ("zxing-cpp", "pyzbar")

REQUEST = struct.Struct(
    "<IIIII"
)  # sequence, width, height, Wish flags, mask of readers to leave out
ANSWER = struct.Struct("<II")  # sequence, length of the JSON that follows
ANSWER_LENGTH_MAX = 65_536
READY_SEQUENCE = 0  # the first answer, unasked, says that the process has started

PICTURE_OFFSET = 64  # shared memory: byte 0 is the reader at work (index + 1, or 0), then pixels
PIXELS_MAX = 24_000_000


class Wish(IntFlag):
    QUICK = 0
    THOROUGH = 1  # every reader, every trick: for stills and every few frames of a camera
