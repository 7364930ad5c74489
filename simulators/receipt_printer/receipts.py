"""Keeps each receipt that was cut off: picture, text, and the bytes that made it."""

from pathlib import Path

import zxingcpp
from PIL import Image


class Receipts:
    """``receipt-NNN.png``, ``.txt`` and ``.bin`` in one folder, numbered from 1."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self.count = len(list(folder.glob("receipt-*.png")))  # one that starts again goes on

    def save(self, picture: Image.Image, notes: list[str], raw: bytes) -> Path:
        """``notes``: printed lines, and for what is no text what it was. Returns the picture's path."""
        self.count += 1
        stem = self._folder / f"receipt-{self.count:03d}"
        codes = [f"[qr read from the paper] {text}" for text in read_codes(picture)]
        stem.with_suffix(".txt").write_text("\n".join([*notes, *codes, ""]), encoding="utf-8")
        stem.with_suffix(".bin").write_bytes(raw)
        part = stem.with_suffix(".part")
        picture.save(part, format="PNG")
        return part.rename(stem.with_suffix(".png"))


def read_codes(picture: Image.Image) -> list[str]:
    """The QR codes on a receipt, as a phone would read them."""
    found = zxingcpp.read_barcodes(picture.convert("L"), formats=zxingcpp.BarcodeFormat.QRCode)
    return [code.text for code in found]
