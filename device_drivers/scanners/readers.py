"""The readers themselves, each one call: a grey picture in, codes out. Only in the reader process.

A reader may abort the whole process at a crafted code; what it raises is taken for "nothing found".
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import zxingcpp
from pyzbar import pyzbar

from device_drivers.scanners import segments, symbol_correction, symbol_layout
from device_drivers.scanners.finder_patterns import SIZE_MAX, SIZE_MIN
from device_drivers.scanners.reader_protocol import Box

ZXING_FORMATS = {
    "QRCODE": zxingcpp.BarcodeFormat.QRCode,
    "CODE128": zxingcpp.BarcodeFormat.Code128,
}
ZXING_KINDS = {
    zxingcpp.BarcodeFormat.QRCode: "QRCODE",
    zxingcpp.BarcodeFormat.QRCodeModel1: "QRCODE",
    zxingcpp.BarcodeFormat.QRCodeModel2: "QRCODE",
    zxingcpp.BarcodeFormat.Code128: "CODE128",
}
LEVELS = {"L": 1, "M": 0, "Q": 3, "H": 2}  # as the format information has them
ZBAR_SYMBOLS = {"QRCODE": pyzbar.ZBarSymbol.QRCODE, "CODE128": pyzbar.ZBarSymbol.CODE128}
# What zbar takes UTF-8 for, when it guesses the character set of a QR code.
ZBAR_WRONG_GUESSES = ("shift_jis", "big5", "latin-1")


@dataclass(frozen=True)
class Found:
    text: str
    kind: str
    reader: str
    box: Box


def read_with_zxing(
    grey: np.ndarray,
    kinds: Sequence[str],
    *,
    everything: bool = False,
    one_threshold: bool = False,
    clean: bool = False,
    hints: list[Box] | None = None,
    parts: list[Box] | None = None,
) -> list[Found]:
    """``everything`` also tries bright codes on dark ground, which takes half as long again; ``clean``
    is a picture of one drawn code and nothing else.

    ``hints`` is filled with the places of codes that were seen and could not be read, ``parts`` with
    those of codes that are parts of a larger text and are left out.
    """
    binarizer = zxingcpp.Binarizer.LocalAverage
    if one_threshold:
        binarizer = zxingcpp.Binarizer.GlobalHistogram
    try:
        codes = zxingcpp.read_barcodes(
            grey,
            formats=zxingcpp.BarcodeFormats([ZXING_FORMATS[kind] for kind in kinds]),
            binarizer=binarizer,
            try_invert=everything,
            is_pure=clean,
            return_errors=hints is not None,
            # Plain: its default for reading by people writes control characters as "<ESC>".
            text_mode=zxingcpp.TextMode.Plain,
        )
        found = []
        for code in codes:
            kind = ZXING_KINDS.get(code.format)
            if code.valid and kind is not None and kind in kinds:
                several = is_one_of_several(code) if kind == "QRCODE" else False
                if several and parts is not None:
                    parts.append(_box(code.position))
                if several is not False:
                    continue
                found.append(Found(code.text, kind, "zxing-cpp", _box(code.position)))
            elif hints is not None and not code.valid:
                hints.append(_box(code.position))
    except Exception:
        return []
    return found


def is_one_of_several(code: zxingcpp.Barcode) -> bool | None:
    """Whether a QR code is a part of a larger text (structured append, ISO/IEC 18004, 8): read alone it
    would pass for the whole. The reader does not say, so the mode indicator that its data begin with is
    read once more, corrected as the reader corrected it. None when that fails: it may be one."""
    light = np.asarray(code.to_image(scale=1, add_quiet_zones=False))
    extra: Any = code.extra
    level, mask = LEVELS.get(str(extra.get("ECLevel"))), extra.get("DataMask")
    height, width = light.shape
    if height != width or (height - 17) % 4 or not SIZE_MIN <= height <= SIZE_MAX:
        return None
    if level is None or mask not in range(symbol_layout.MASKS):
        return None
    return _said_to_be_a_part(light.tobytes(), height, level, mask)


@lru_cache(maxsize=16)  # a code that is held is seen alike in many frames
def _said_to_be_a_part(light: bytes, size: int, level: int, mask: int) -> bool | None:
    modules = (np.frombuffer(light, np.uint8).reshape(size, size) == 0).astype(np.uint8)
    for upright in (modules, modules.T):  # a code seen in a mirror is read too
        data = symbol_correction.first_data(upright, level, mask)
        if data is not None:
            return segments.is_one_of_several(data)
    return None


def _box(position: zxingcpp.Position) -> Box:
    corners = (
        position.top_left,
        position.top_right,
        position.bottom_right,
        position.bottom_left,
    )
    xs, ys = [c.x for c in corners], [c.y for c in corners]
    return Box(min(xs), min(ys), max(xs) - min(xs) + 1, max(ys) - min(ys) + 1)


def read_with_pyzbar(grey: np.ndarray, kinds: Sequence[str]) -> list[Found]:
    symbols = [ZBAR_SYMBOLS[kind] for kind in kinds]
    height, width = grey.shape
    found = []
    try:
        for code in pyzbar.decode((grey.tobytes(), width, height), symbols=symbols):
            try:
                text = undo_wrong_guess(code.data.decode("utf-8"))
            except UnicodeDecodeError:
                continue
            found.append(Found(text, code.type, "pyzbar", Box(*code.rect)))
    except Exception:
        # pyzbar raises at a code that is one of several parts.
        return []
    return found


def undo_wrong_guess(text: str) -> str:
    """zbar guesses a character set and often takes UTF-8 for another: take it back where it did."""
    if text.isascii():
        return text
    for charset in ZBAR_WRONG_GUESSES:
        try:
            return text.encode(charset).decode("utf-8")
        except UnicodeError:
            continue
    return text
