"""What people hold there besides a clean bill: a unit's sticker, a bill with another code stuck over its
own, a crumpled one. Draws only; the same each time."""

import cv2
import numpy as np
import segno

from simulators.camera.scene import Sheet

CREASES, CREASE_DOTS, SHADE = 16, 4.0, 14.0
NEAR_DOTS = 330  # the code's width in the picture when it is near
STICKER_DOTS, STICKER_MARGIN = 720, 90


def sticker(code: str) -> Sheet:
    """A square sticker with a code on it, as beside a flat's door."""
    side = STICKER_DOTS - 2 * STICKER_MARGIN
    picture = np.full((STICKER_DOTS, STICKER_DOTS, 3), 252, np.uint8)
    cv2.rectangle(picture, (14, 14), (STICKER_DOTS - 14, STICKER_DOTS - 14), (89, 94, 7), 10)
    picture[STICKER_MARGIN:-STICKER_MARGIN, STICKER_MARGIN:-STICKER_MARGIN] = _drawn(code, side, 0)
    return Sheet(picture, (STICKER_DOTS / 2, STICKER_DOTS / 2), side)


def stuck_over(sheet: Sheet, code: str) -> Sheet:
    """The sheet with another code stuck over its own, a little larger, so that nothing shows through."""
    side = round(sheet.code_width * 1.12)
    left = round(sheet.code_centre[0] - side / 2)
    top = round(sheet.code_centre[1] - side / 2)
    picture = sheet.picture.copy()
    drawn = _drawn(code, side, 2)
    height, width = picture[top : top + side, left : left + side].shape[:2]
    picture[top : top + side, left : left + side] = drawn[:height, :width]
    return Sheet(picture, sheet.code_centre, sheet.code_width)


def crumpled(sheet: Sheet, seed: int = 1) -> Sheet:
    """The sheet after it was a ball in a pocket: folds around its code that bend and shade it."""
    rng = np.random.default_rng(seed)
    top, bottom, left, right = _around_code(sheet)
    flat = sheet.picture[top:bottom, left:right]
    rows, columns = np.mgrid[0 : bottom - top, 0 : right - left].astype(np.float32)
    unit = sheet.code_width / NEAR_DOTS
    shade = np.zeros_like(rows)
    from_x, from_y = columns.copy(), rows.copy()
    for _ in range(CREASES):
        angle = rng.uniform(0, np.pi)
        x, y = rng.uniform(0.1, 0.9, 2) * (right - left, bottom - top)
        sine, cosine = np.float32(np.sin(angle)), np.float32(np.cos(angle))
        across = ((columns - np.float32(x)) * sine - (rows - np.float32(y)) * cosine) / (26 * unit)
        fold = CREASE_DOTS * unit * across * np.exp(-np.abs(across))
        from_x += fold * sine
        from_y -= fold * cosine
        shade += SHADE * (np.exp(-((across * 3 - 1) ** 2)) - 1.6 * np.exp(-((across * 3) ** 2)))
    bent = cv2.remap(flat, from_x, from_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    picture = sheet.picture.copy()
    picture[top:bottom, left:right] = np.clip(bent + shade[..., None], 0, 255).astype(np.uint8)
    return Sheet(picture, sheet.code_centre, sheet.code_width)


def _around_code(sheet: Sheet) -> tuple[int, int, int, int]:
    """Top, bottom, left and right of what is seen of the sheet when it is near."""
    height, width = sheet.picture.shape[:2]
    (x, y), reach = sheet.code_centre, 2.0 * sheet.code_width
    return (
        max(0, int(y - reach)),
        min(height, int(y + reach)),
        max(0, int(x - reach)),
        min(width, int(x + reach)),
    )


def _drawn(code: str, side: int, quiet_modules: int) -> np.ndarray:
    """The code as a square of so many dots, BGR, with its quiet zone in it."""
    symbol = segno.make_qr(code, error="m")
    modules = np.array([list(row) for row in symbol.matrix_iter(border=quiet_modules)], np.uint8)
    drawn = cv2.resize((1 - modules) * 255, (side, side), interpolation=cv2.INTER_NEAREST)
    return np.repeat(drawn[..., None], 3, axis=2)
