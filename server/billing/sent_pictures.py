"""Pictures that people send: looked at for what they are, whole, and turned upright."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import BinaryIO

from PIL import Image, ImageFile, ImageOps


class NoPicture(Exception):
    """It is none of the kinds, or torn."""


class TooManyPixels(Exception):
    """It would need too much memory."""


WHOLE_MAX = 25_000_000  # pixels of what is always unpacked as a whole: some 75 MB


def opened(
    file: BinaryIO, kinds: Sequence[str], pixels_max: int, mode: str, side: int | None = None
) -> Image.Image:
    """The picture in ``mode`` (RGB, RGBA). ``kinds``: as Pillow calls them. ``side``: in pixels; no more
    is needed of either side, so that a small file does not become hundreds of megabytes. Raises NoPicture
    and TooManyPixels."""
    try:
        with _whole_ones_only(), Image.open(file, formats=tuple(kinds)) as found:
            scales = side is not None and found.format == "JPEG"
            most = pixels_max if scales or side is None else min(pixels_max, WHOLE_MAX)
            if found.width * found.height > most:
                raise TooManyPixels
            if scales:
                found.draft(mode, (side, side))
            found.load()
            return ImageOps.exif_transpose(found).convert(mode)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as wrong:
        raise NoPicture from wrong


def bare(picture: Image.Image) -> Image.Image:
    """Nothing but the pixels goes over: no place, time or device."""
    copy = Image.new(picture.mode, picture.size)
    copy.paste(picture)
    return copy


@contextmanager
def _whole_ones_only() -> Iterator[None]:
    """The typesetter has Pillow fill up torn pictures, everywhere in the process."""
    before = ImageFile.LOAD_TRUNCATED_IMAGES
    ImageFile.LOAD_TRUNCATED_IMAGES = False
    try:
        yield
    finally:
        ImageFile.LOAD_TRUNCATED_IMAGES = before
