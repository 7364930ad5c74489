"""Finds codes in one grey picture with several readers in turn.

Runs only inside the reader process: what a camera sees is hostile and may crash a reader, so this
must never be imported by a process that matters.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import zxingcpp
from pyzbar import pyzbar

from device_drivers.scanners.interface import CODE_LENGTH_MAX

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
ZBAR_SYMBOLS = {"QRCODE": pyzbar.ZBarSymbol.QRCODE, "CODE128": pyzbar.ZBarSymbol.CODE128}
# What zbar takes UTF-8 for, when it guesses the character set of a QR code.
ZBAR_WRONG_GUESSES = ("shift_jis", "big5", "latin-1")


@dataclass(frozen=True)
class Picture:
    """Grey pixels, one byte each, row by row."""

    width: int
    height: int
    pixels: memoryview


@dataclass(frozen=True)
class Found:
    text: str
    kind: str
    reader: str


def read_with_zxing(picture: Picture, kinds: Sequence[str], thorough: bool) -> Iterator[Found]:
    shaped = picture.pixels.cast("B", shape=(picture.height, picture.width))
    formats = zxingcpp.BarcodeFormats([ZXING_FORMATS[kind] for kind in kinds])
    binarizers = [zxingcpp.Binarizer.LocalAverage]
    if thorough:
        binarizers.append(zxingcpp.Binarizer.GlobalHistogram)
    for binarizer in binarizers:
        found = zxingcpp.read_barcodes(
            # Plain: its default for reading by people writes control characters as "<ESC>".
            shaped,
            formats=formats,
            binarizer=binarizer,
            text_mode=zxingcpp.TextMode.Plain,
        )
        for code in found:
            kind = ZXING_KINDS.get(code.format)
            if code.valid and kind is not None and kind in kinds:
                yield Found(code.text, kind, "zxing-cpp")
        if found:
            return


def read_with_pyzbar(picture: Picture, kinds: Sequence[str], thorough: bool) -> Iterator[Found]:
    if not thorough:
        return
    symbols = [ZBAR_SYMBOLS[kind] for kind in kinds]
    pixels = picture.pixels.tobytes()
    for code in pyzbar.decode((pixels, picture.width, picture.height), symbols=symbols):
        try:
            text = code.data.decode("utf-8")
        except UnicodeDecodeError:
            continue
        yield Found(undo_wrong_guess(text), code.type, "pyzbar")


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


READERS: dict[str, Callable[[Picture, Sequence[str], bool], Iterator[Found]]] = {
    "zxing-cpp": read_with_zxing,
    "pyzbar": read_with_pyzbar,
}


def decode(
    picture: Picture,
    kinds: Sequence[str],
    readers: Sequence[str],
    thorough: bool,
    before_reader: Callable[[str], None],
) -> list[Found]:
    """The codes of the first reader that finds any; ``thorough`` spends much longer on a miss.

    ``before_reader`` is told each reader's name before it starts, so that a crash has a name.
    """
    for name in readers:
        before_reader(name)
        try:
            codes = list(READERS[name](picture, kinds, thorough))
        except Exception:
            # A crafted code can make a reader raise (pyzbar does at a code of several parts):
            # to us it then has nothing in it. What aborts the process is the parent's to mend.
            continue
        found = [
            code for code in codes if 0 < len(code.text) <= CODE_LENGTH_MAX and code.kind in kinds
        ]
        if found:
            return list(dict.fromkeys(found))
    return []
