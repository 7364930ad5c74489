"""Draws the kiosk's icons: white shapes on nothing, coloured on the screen. Run after changing one."""

import math
from collections.abc import Callable
from pathlib import Path

from PIL import Image, ImageDraw

TARGET = Path(__file__).resolve().parent.parent / "assets" / "icons"
SIDE = 256  # a power of two: every graphics chip can halve it again and again
OVERSAMPLING = 4
WHITE = 255

Pen = ImageDraw.ImageDraw


def _s(value: float) -> float:
    """Icons are thought of on a field of 24 x 24."""
    return value * SIDE * OVERSAMPLING / 24


def line(pen: Pen, points: list[tuple[float, float]], width: float = 2.0) -> None:
    """A line with round ends and corners."""
    scaled = [(_s(x), _s(y)) for x, y in points]
    pen.line(scaled, fill=WHITE, width=round(_s(width)), joint="curve")
    half = _s(width) / 2
    for x, y in scaled:
        pen.ellipse((x - half, y - half, x + half, y + half), fill=WHITE)


def box(
    pen: Pen, x: float, y: float, w: float, h: float, *, radius: float = 2, width: float = 2
) -> None:
    edge = (_s(x), _s(y), _s(x + w), _s(y + h))
    pen.rounded_rectangle(edge, _s(radius), outline=WHITE, width=round(_s(width)))


def block(pen: Pen, x: float, y: float, w: float, h: float, radius: float = 0.5) -> None:
    pen.rounded_rectangle((_s(x), _s(y), _s(x + w), _s(y + h)), _s(radius), fill=WHITE)


def disc(pen: Pen, x: float, y: float, radius: float, fill: int = WHITE) -> None:
    pen.ellipse((_s(x - radius), _s(y - radius), _s(x + radius), _s(y + radius)), fill=fill)


def ring(pen: Pen, x: float, y: float, radius: float, width: float = 2) -> None:
    edge = (_s(x - radius), _s(y - radius), _s(x + radius), _s(y + radius))
    pen.ellipse(edge, outline=WHITE, width=round(_s(width)))


def check(pen: Pen) -> None:
    line(pen, [(5, 12.5), (10, 17.5), (19.5, 7)], 2.8)


def cross(pen: Pen) -> None:
    line(pen, [(6, 6), (18, 18)], 2.8)
    line(pen, [(18, 6), (6, 18)], 2.8)


def back(pen: Pen) -> None:
    line(pen, [(15, 5), (8, 12), (15, 19)], 2.4)


def forward(pen: Pen) -> None:
    line(pen, [(9, 5), (16, 12), (9, 19)], 2.4)


def down(pen: Pen) -> None:
    line(pen, [(5, 9), (12, 16), (19, 9)], 2.4)


def up(pen: Pen) -> None:
    line(pen, [(5, 15), (12, 8), (19, 15)], 2.4)


def backspace(pen: Pen) -> None:
    line(pen, [(8.5, 5), (21, 5), (21, 19), (8.5, 19), (2.5, 12), (8.5, 5)], 1.8)
    line(pen, [(11.5, 9), (17, 15)], 1.8)
    line(pen, [(17, 9), (11.5, 15)], 1.8)


def waiting(pen: Pen) -> None:
    for x in (5.5, 12, 18.5):
        disc(pen, x, 12, 1.9)


def wrench(pen: Pen) -> None:
    line(pen, [(5.5, 18.5), (13.5, 10.5)], 3.6)
    ring(pen, 15.8, 8.2, 4.4, 2.6)
    pen.polygon([(_s(x), _s(y)) for x, y in ((15.4, 8.6), (17.6, 0.8), (23.2, 6.4))], fill=0)


def heart(pen: Pen) -> None:
    disc(pen, 8.2, 9.2, 4.4)
    disc(pen, 15.8, 9.2, 4.4)
    shape = ((4.4, 11.4), (12, 20.4), (19.6, 11.4), (12, 8.2))
    pen.polygon([(_s(x), _s(y)) for x, y in shape], fill=WHITE)


def warning(pen: Pen) -> None:
    line(pen, [(12, 4.5), (12, 13.5)], 3)
    disc(pen, 12, 18.8, 1.8)


def question(pen: Pen) -> None:
    edge = (_s(7.2), _s(3.6), _s(16.8), _s(12.6))
    pen.arc(edge, 180, 80, fill=WHITE, width=round(_s(2.4)))
    line(pen, [(12.6, 11.3), (12, 12.6), (12, 15)], 2.4)
    disc(pen, 12, 19.2, 1.6)


def scan(pen: Pen) -> None:
    for x, y in ((3.5, 3.5), (20.5, 3.5), (3.5, 20.5), (20.5, 20.5)):
        inward_x, inward_y = math.copysign(4.5, 12 - x), math.copysign(4.5, 12 - y)
        line(pen, [(x + inward_x, y), (x, y), (x, y + inward_y)])
    for x, y in ((7.5, 7.5), (13.2, 7.5), (7.5, 13.2)):
        block(pen, x, y, 3.4, 3.4)
    for x, y in ((13.2, 13.2), (15.3, 15.3)):
        block(pen, x, y, 1.5, 1.5, 0.2)


def keypad(pen: Pen) -> None:
    for row in range(3):
        for column in range(3):
            block(pen, 4 + 6 * column, 4 + 6 * row, 4, 4, 1)


def card(pen: Pen) -> None:
    box(pen, 2.5, 5, 19, 14, radius=2.5)
    block(pen, 2.5, 8.5, 19, 3, 0)
    block(pen, 6, 14.5, 5, 1.6)


def phone(pen: Pen) -> None:
    box(pen, 6.5, 2, 11, 20, radius=2.5)
    block(pen, 10.5, 18, 3, 1.4, 0.7)


def printer(pen: Pen) -> None:
    line(pen, [(7, 8), (7, 3.5), (17, 3.5), (17, 8)])
    box(pen, 3, 8, 18, 9, radius=2)
    box(pen, 7, 13.5, 10, 7.5, radius=0.5)
    disc(pen, 17.6, 11, 0.9)


def office(pen: Pen) -> None:
    box(pen, 5, 3, 14, 18, radius=1)
    for y in (7, 11.5):
        for x in (8.5, 13.2):
            block(pen, x, y, 2.3, 2.3, 0.3)
    block(pen, 10.6, 16, 2.8, 5, 0.3)


def telephone(pen: Pen) -> None:
    line(pen, [(6.6, 4.2), (5, 6.5), (6.5, 11.5), (12.5, 17.5), (17.5, 19), (19.8, 17.4)], 2)
    line(pen, [(6.6, 4.2), (9.3, 8.2)], 3.2)
    line(pen, [(19.8, 17.4), (15.8, 14.7)], 3.2)


def wechat(pen: Pen) -> None:
    pen.ellipse((_s(1.5), _s(3), _s(16.5), _s(15.5)), fill=WHITE)
    pen.polygon([(_s(3.4), _s(18)), (_s(4.4), _s(12.5)), (_s(8.4), _s(14.5))], fill=WHITE)
    pen.ellipse((_s(8.6), _s(8.2), _s(23.4), _s(21)), fill=0)
    pen.ellipse((_s(9.6), _s(9.2), _s(22.5), _s(20.1)), fill=WHITE)
    pen.polygon([(_s(21.2), _s(22.4)), (_s(20.6), _s(17)), (_s(16.8), _s(19))], fill=WHITE)
    for x, y in ((6.4, 7.4), (11, 7.4), (13.7, 13.3), (18.2, 13.3)):
        disc(pen, x, y, 0.95, 0)


def alipay(pen: Pen) -> None:
    line(pen, [(4.5, 5.2), (19.5, 5.2)], 2.2)
    line(pen, [(12, 2.4), (12, 9.4)], 2.2)
    line(pen, [(5.5, 9.4), (18, 9.4), (15.6, 14), (11.5, 17.8), (5, 20.6)], 2.2)
    line(pen, [(6.6, 10.8), (9.2, 14.6), (13.4, 18), (20, 20.6)], 2.2)


def notice(pen: Pen) -> None:
    line(pen, [(3.5, 9.5), (3.5, 14.5), (7, 14.5), (16, 19), (16, 5), (7, 9.5), (3.5, 9.5)])
    line(pen, [(8, 15), (9.5, 20)], 2.4)
    line(pen, [(19.8, 9), (20.6, 12), (19.8, 15)])


def returned(pen: Pen) -> None:
    """An arrow that turns back to where it came from."""
    line(pen, [(9.5, 4.5), (4.5, 9.5), (9.5, 14.5)], 2.4)
    line(pen, [(4.5, 9.5), (15, 9.5)], 2.4)
    pen.arc((_s(10), _s(8.3), _s(20.4), _s(19.9)), -90, 90, fill=WHITE, width=round(_s(2.4)))
    line(pen, [(8, 18.7), (15.2, 18.7)], 2.4)


def clock(pen: Pen) -> None:
    ring(pen, 12, 12, 9.5)
    line(pen, [(12, 6.5), (12, 12), (16, 14.5)])


def receipt(pen: Pen) -> None:
    teeth = [(5 + 1.75 * i, 21 if i % 2 == 0 else 19.4) for i in range(9)]
    line(pen, [(5, 21), (5, 3), (19, 3), (19, 21)][:3] + teeth[::-1])
    for y, end in ((8, 15.5), (12, 15.5), (16, 12.5)):
        line(pen, [(8.5, y), (end, y)], 1.6)


def letters(pen: Pen) -> None:
    line(pen, [(2.5, 19.5), (9, 4.5), (15.5, 19.5)], 2.6)
    line(pen, [(5, 14.5), (13, 14.5)], 2.4)
    line(pen, [(16.5, 19.5), (19.5, 12.5), (22.5, 19.5)], 1.8)
    line(pen, [(17.6, 17.3), (21.4, 17.3)], 1.6)


def contrast(pen: Pen) -> None:
    ring(pen, 12, 12, 9.5, 2.2)
    pen.pieslice((_s(4.5), _s(4.5), _s(19.5), _s(19.5)), 90, 270, fill=WHITE)


def lower(pen: Pen) -> None:
    line(pen, [(12, 3), (12, 14)], 2.6)
    line(pen, [(6.5, 9.5), (12, 15), (17.5, 9.5)], 2.6)
    line(pen, [(4, 20.5), (20, 20.5)], 2.6)


def voice(pen: Pen) -> None:
    """A mouth that speaks: a bubble with three lines of sound."""
    box(pen, 2.5, 3.5, 19, 13, radius=3.5, width=2.2)
    line(pen, [(7, 16.5), (7, 21), (12, 16.5)], 2.2)
    line(pen, [(8, 9), (8, 11)], 2.2)
    line(pen, [(12, 7.5), (12, 12.5)], 2.2)
    line(pen, [(16, 9), (16, 11)], 2.2)


def _loudspeaker(pen: Pen) -> None:
    block(pen, 2.5, 8.5, 5, 7)
    pen.polygon([(_s(6), _s(10)), (_s(12.5), _s(4)), (_s(12.5), _s(20)), (_s(6), _s(14))], WHITE)


def _arc(pen: Pen, x: float, y: float, radius: float, first: float, last: float) -> None:
    edge = (_s(x - radius), _s(y - radius), _s(x + radius), _s(y + radius))
    pen.arc(edge, first, last, fill=WHITE, width=round(_s(2.2)))


def volume(pen: Pen) -> None:
    _loudspeaker(pen)
    _arc(pen, 12.5, 12, 5, -50, 50)
    _arc(pen, 12.5, 12, 9, -50, 50)


def silent(pen: Pen) -> None:
    _loudspeaker(pen)
    line(pen, [(15.5, 9), (21.5, 15)], 2.2)
    line(pen, [(21.5, 9), (15.5, 15)], 2.2)


def repeat(pen: Pen) -> None:
    _arc(pen, 12, 12.5, 8.5, -40, 270)
    pen.polygon([(_s(12), _s(0.5)), (_s(12), _s(9.5)), (_s(6), _s(5))], WHITE)


def _face(pen: Pen) -> None:
    ring(pen, 12, 12, 10.5, 2)
    for x in (8.2, 15.8):
        disc(pen, x, 9.4, 1.5)


def face_good(pen: Pen) -> None:
    _face(pen)
    _arc(pen, 12, 12, 6, 25, 155)


def face_so_so(pen: Pen) -> None:
    _face(pen)
    line(pen, [(7.8, 16), (16.2, 16)], 2.2)


def face_bad(pen: Pen) -> None:
    _face(pen)
    _arc(pen, 12, 20.6, 6, 215, 325)


ICONS: tuple[Callable[[Pen], None], ...] = (
    check, cross, back, forward, down, up, backspace, waiting, warning, question, wrench, heart,
    scan, keypad,
    card, phone, printer, office, telephone, wechat, alipay, notice, returned, clock, receipt,
    letters, contrast, lower, voice, volume, silent, repeat,
    face_good, face_so_so, face_bad,
)  # fmt: skip


def main() -> None:
    TARGET.mkdir(parents=True, exist_ok=True)
    for draw in ICONS:
        large = Image.new("L", (SIDE * OVERSAMPLING, SIDE * OVERSAMPLING), 0)
        draw(ImageDraw.Draw(large))
        alpha = large.resize((SIDE, SIDE), Image.Resampling.LANCZOS)
        icon = Image.merge("LA", (Image.new("L", alpha.size, WHITE), alpha))
        icon.convert("RGBA").save(TARGET / f"{draw.__name__}.png", optimize=True)


if __name__ == "__main__":
    main()
