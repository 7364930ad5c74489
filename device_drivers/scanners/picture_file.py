"""A picture file as a camera would see it on white paper, and pictures made small enough to be read."""

from pathlib import Path

import cv2
import numpy as np

from device_drivers.scanners.reader_protocol import PIXELS_MAX

WHITE = 255


def read(path: Path) -> np.ndarray | None:
    """Blue, green, red (uint8, rows by columns by 3); what is transparent shows white. None when it is no
    picture. Raises OSError."""
    data = np.frombuffer(path.read_bytes(), dtype=np.uint8)
    if not data.size:
        return None
    try:
        picture = cv2.imdecode(data, cv2.IMREAD_UNCHANGED)
        if picture is None or picture.ndim != 3 or picture.shape[2] not in (2, 4):
            return cv2.imdecode(data, cv2.IMREAD_COLOR)  # this one also turns it as EXIF says
    except cv2.error:
        return None
    return _on_white(picture)


def _on_white(picture: np.ndarray) -> np.ndarray:
    depth = float(np.iinfo(picture.dtype).max) if picture.dtype.kind == "u" else 1.0
    scaled = picture.astype(np.float32) / depth
    colours, opacity = scaled[..., :-1], scaled[..., -1:]
    shown = colours * opacity + (1.0 - opacity)
    if shown.shape[2] == 1:
        shown = np.repeat(shown, 3, axis=2)
    return np.rint(shown * WHITE).astype(np.uint8)


def not_too_large(grey: np.ndarray) -> np.ndarray:
    """At most PIXELS_MAX dots, in the same proportions."""
    height, width = grey.shape
    if height * width <= PIXELS_MAX:
        return grey
    scale = (PIXELS_MAX / (height * width)) ** 0.5
    new_width = min(max(1, int(width * scale)), PIXELS_MAX)
    new_height = max(1, min(int(height * scale), PIXELS_MAX // new_width))
    return cv2.resize(grey, (new_width, new_height), interpolation=cv2.INTER_AREA)
