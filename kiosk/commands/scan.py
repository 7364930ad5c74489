"""``lobbypay scan DIR|FILE|DEVICE``: the kiosk's own reader on pictures or a camera, one JSON a line.

Each code says what it is (a bill, a unit, a payment code, ...) and which reader found it. It only looks:
it opens no connection, changes nothing, and never prints a payment code or a badge in full.
"""

import argparse
import json
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np

from contract.plain_text import whole_number
from contract.scan_kind import classify, for_display
from device_drivers.errors import DeviceError
from device_drivers.scanners import picture_file
from device_drivers.scanners.capture import Capture
from device_drivers.scanners.frame_sources import (
    PICTURE_SUFFIXES,
    VIDEO_SUFFIXES,
    CameraWishes,
    open_source,
    picture_names,
)
from device_drivers.scanners.interface import Scan
from device_drivers.scanners.picture_file import not_too_large
from device_drivers.scanners.reader_process import ReaderProcess
from device_drivers.scanners.reader_protocol import KINDS, READER_NAMES

STILL_DEADLINE_S = 5.0
CAMERA_WAIT_S = 10.0
EXIT_BAD_USE = 2


def main(argv: list[str]) -> int:
    """Returns the exit code: 0, or 2 for a path or device that cannot be looked at."""
    parser = argparse.ArgumentParser(
        prog="lobbypay scan", description="Read the codes on pictures or before a camera."
    )
    parser.add_argument("target", help="folder of pictures, picture, video, camera number or path")
    parser.add_argument("--frames", type=int, default=0, help="camera: stop after so many frames")
    parser.add_argument("--kinds", default="QRCODE", help=f"of {', '.join(KINDS)}, by commas")
    parser.add_argument("--readers", default=",".join(READER_NAMES), help="in order, by commas")
    options = parser.parse_args(argv)
    kinds, readers = options.kinds.split(","), options.readers.split(",")
    if not set(kinds) <= set(KINDS) or not set(readers) <= set(READER_NAMES):
        return _refuse(f"kinds are {', '.join(KINDS)}; readers are {', '.join(READER_NAMES)}")
    reader = ReaderProcess(kinds, readers, STILL_DEADLINE_S)
    try:
        return _scan(options.target, options.frames, reader)
    except KeyboardInterrupt:
        return 0
    except BrokenPipeError:
        # Whoever read the lines has seen enough; nothing may be written any more, not at exit either.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except DeviceError as problem:
        return _refuse(problem.detail)
    finally:
        reader.close()


def _scan(target: str, frames: int, reader: ReaderProcess) -> int:
    path = Path(target)
    camera = whole_number(target, digits_max=3)
    if camera is not None or path.is_char_device():
        return _scan_camera(target if camera is None else camera, frames, reader)
    if path.is_dir():
        names = picture_names(path)
        if not names:
            return _refuse(f"there are no pictures ({', '.join(PICTURE_SUFFIXES)}) in {target}")
        reader.start()
        for name in names:
            _say(_read_file(path / name, reader))
        return 0
    if not path.exists():
        return _refuse(f"there is no picture, folder or camera at {target}")
    if path.suffix.lower() in VIDEO_SUFFIXES:
        return _scan_video(path, frames, reader)
    reader.start()
    _say(_read_file(path, reader))
    return 0


def _read_file(path: Path, reader: ReaderProcess) -> dict:
    try:
        picture = picture_file.read(path)
    except OSError as problem:
        return {"file": str(path), "codes": [], "ms": 0.0, "error": str(problem)}
    if picture is None:
        return {"file": str(path), "codes": [], "ms": 0.0, "error": "no picture that can be read"}
    return _read_picture(str(path), cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY), reader)


def _read_picture(name: str, grey: np.ndarray, reader: ReaderProcess) -> dict:
    grey = not_too_large(grey)
    begun = time.perf_counter()
    line: dict = {"file": name, "codes": []}
    try:
        found = reader.read(np.ascontiguousarray(grey))
        line["codes"] = [_code(scan) for scan in found]
    except DeviceError as problem:
        line["error"] = f"{problem.code}: {problem.detail}"
    line["ms"] = round((time.perf_counter() - begun) * 1000, 2)
    return line


def _code(scan: Scan) -> dict:
    means = classify(scan.text).kind.value
    return {
        "text": for_display(scan.text),
        "kind": scan.kind,
        "means": means,
        "reader": scan.reader,
    }


def _scan_video(path: Path, frames: int, reader: ReaderProcess) -> int:
    reader.start()
    capture = cv2.VideoCapture(str(path))
    try:
        number = 0
        while not frames or number < frames:
            good, picture = capture.read()
            if not good:
                break
            number += 1
            grey = cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY)
            _say(_read_picture(f"{path}#{number}", grey, reader))
    finally:
        capture.release()
    return 0 if number else _refuse(f"{path} is no video file that can be read")


def _scan_camera(device: int | str, frames: int, reader: ReaderProcess) -> int:
    for number, grey in enumerate(_camera_frames(device, reader), start=1):
        _say(_read_picture(f"{device}#{number}", grey, reader))
        if frames and number >= frames:
            break
    return 0


def _camera_frames(device: int | str, reader: ReaderProcess) -> Iterator[np.ndarray]:
    # Opened once here first, so that a camera that is not there is said at once.
    open_source(device, CameraWishes()).close()
    reader.start()
    capture = Capture(lambda: open_source(device, CameraWishes()))
    capture.start()
    sequence = 0
    try:
        while frame := capture.newer_than(sequence, CAMERA_WAIT_S):
            sequence = frame.sequence
            yield cv2.cvtColor(frame.picture, cv2.COLOR_BGR2GRAY)
        raise DeviceError(f"camera {device} gives no picture", "camera.not_reachable")
    finally:
        capture.stop()


def _say(line: dict) -> None:
    print(json.dumps(line, ensure_ascii=False), flush=True)


def _refuse(reason: str) -> int:
    print(f"lobbypay scan: {reason}", file=sys.stderr)
    return EXIT_BAD_USE


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
