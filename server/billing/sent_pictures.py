"""Pictures that people send: looked at for what they are, whole, and turned upright."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import BinaryIO

from PIL import Image, ImageFile, ImageOps


class NoPicture(Exception):
    """It is none of the kinds, or torn."""


class TooManyPixels(Exception):
    """It would need too much memory."""


def opened(file: BinaryIO, kinds: Sequence[str], pixels_max: int, mode: str) -> Image.Image:
    """The picture in ``mode`` (RGB, RGBA). ``kinds``: as Pillow calls them. Raises NoPicture and
    TooManyPixels."""
    try:
        with _whole_ones_only(), Image.open(file, formats=tuple(kinds)) as found:
            if found.width * found.height > pixels_max:
                raise TooManyPixels
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
