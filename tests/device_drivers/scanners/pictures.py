"""Pictures for tests: codes drawn by segno, and the photos with what they say."""

import csv
import io
from pathlib import Path

import cv2
import numpy as np
import segno
from PIL import Image

PHOTOS = Path(__file__).parents[2] / "data" / "qr"


def qr_picture(text: str, scale: int = 6, size: tuple[int, int] = (640, 480)) -> np.ndarray:
    """A grey picture with one code in its middle."""
    return centred(qr_image(segno.make_qr(text, error="m"), scale), size)


def qr_image(code: segno.QRCode, scale: int = 6) -> np.ndarray:
    data = io.BytesIO()
    code.save(data, kind="png", scale=scale, border=4)
    return np.array(Image.open(data).convert("L"))


def centred(code: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    width, height = size
    page = np.full((height, width), 170, np.uint8)
    top, left = (height - code.shape[0]) // 2, (width - code.shape[1]) // 2
    page[top : top + code.shape[0], left : left + code.shape[1]] = code
    return page


def write(folder: Path, name: str, grey: np.ndarray) -> Path:
    """Appears whole: written aside, then renamed."""
    part = folder / f".{name}"
    part.write_bytes(cv2.imencode(".png", grey)[1].tobytes())
    return part.rename(folder / name)


def photos() -> list[tuple[Path, str]]:
    with (PHOTOS / "manifest.csv").open(newline="", encoding="utf-8") as file:
        return [(PHOTOS / row["file"], row["expected_text"]) for row in csv.DictReader(file)]


def same(read: str, expected: str) -> bool:
    """The manifest keeps texts with their line ends made alike."""
    return " ".join(read.split()) == " ".join(expected.split())
