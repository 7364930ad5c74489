"""Draws every screen from sample sessions into pictures: for people to look at, and for the tests.

``lobbypay screens --out DIR`` calls ``main``. It starts an X server of its own where there is none.
It never talks to a server, a device or a journal.
"""

import argparse
import itertools
import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from kiosk.core.events import Event
from kiosk.core.model import Session
from kiosk.ui import kivy_setup
from kiosk.ui.gallery import book
from kiosk.ui.gallery.modes import MODES
from kiosk.ui.palette import Shade
from kiosk.ui.theme import Look

FRAMES_TO_SETTLE = 8
DISPLAY_DEADLINE_S = 20
SHEET_COLUMNS = 6
SHEET_WIDTH = 360
PICTURE_COLORS = 64


class NoDisplay(RuntimeError):
    """There is no display, and Xvfb could not be started."""


class StillKiosk:
    """Stands behind the window in the gallery: the session is what it was told, touches are kept."""

    def __init__(self, session: Session):
        self.shown = session
        self.events: list[Event] = []

    def post(self, event: Event) -> None:
        self.events.append(event)

    def session(self) -> Session:
        return self.shown

    def preview(self) -> None:
        return None

    def on_frame(self, monotonic: float) -> None:
        pass


@contextmanager
def display(size: tuple[int, int]) -> Iterator[None]:
    """An X display at least as large as ``size``: our own Xvfb when DISPLAY is not set."""
    if os.environ.get("DISPLAY"):
        yield
        return
    program = shutil.which("Xvfb")
    if program is None:
        raise NoDisplay("no DISPLAY is set and Xvfb is not installed")
    reading, writing = os.pipe()
    screen = f"{max(size)}x{max(size)}x24"
    server = subprocess.Popen(
        [program, "-displayfd", str(writing), "-screen", "0", screen, "-nolisten", "tcp"],
        pass_fds=(writing,),
        stderr=subprocess.DEVNULL,
    )
    os.close(writing)
    try:
        os.environ["DISPLAY"] = f":{_display_number(reading)}"
        yield
    finally:
        os.environ.pop("DISPLAY", None)
        os.close(reading)
        server.terminate()
        server.wait(timeout=DISPLAY_DEADLINE_S)


def _display_number(reading: int) -> str:
    import select

    deadline, text = time.monotonic() + DISPLAY_DEADLINE_S, b""
    while not text.endswith(b"\n"):
        ready, _, _ = select.select([reading], [], [], max(0.0, deadline - time.monotonic()))
        piece = os.read(reading, 16) if ready else b""
        if not piece:
            raise NoDisplay("Xvfb did not come up")
        text += piece
    return text.decode().strip()


def prepare(size: tuple[int, int]) -> None:
    """Kivy's settings for a stage: before anything of Kivy is imported."""
    kivy_setup.prepare(kivy_setup.WindowWish(size=size))


class Stage:
    """One window in which scenes are shown, one after the other. Needs ``prepare`` and a display."""

    def __init__(self, session: Session, look: Look | None = None):
        from kivy.base import runTouchApp

        from kiosk.ui.app import KioskApp

        self.kiosk = StillKiosk(session)
        self.app = KioskApp(self.kiosk, look=look or Look(theme=Shade.LIGHT))
        self.app._run_prepare()
        runTouchApp(embedded=True)
        self._settle()

    def wear(self, shade: Shade) -> None:
        """Shows this palette from now on, whatever the hour."""
        self.app.look = replace(self.app.look, theme=shade)
        self.app.shade = shade

    def show(self, session: Session) -> None:
        """Lays the scene out; it is drawn by ``picture`` and ``pump``."""
        self.kiosk.shown = session
        self.app.notify()
        self._settle()

    def pump(self, seconds: float) -> None:
        """Lets the window live for a while."""
        from kivy.base import EventLoop

        end = time.monotonic() + seconds
        while time.monotonic() < end:
            EventLoop.idle()

    def paint(self) -> None:
        """Draws what is laid out and hands the picture over, as the window does: until then a software
        renderer keeps every texture that it drew, also of screens that are gone."""
        from kivy.core.window import Window

        Window.dispatch("on_draw")
        Window.dispatch("on_flip")

    def picture(self):
        """What the window shows now, as a Pillow image."""
        from kivy.core.window import Window
        from PIL import Image

        from kiosk.ui.pixels import window_pixels

        Window.dispatch("on_draw")
        width, height, pixels = window_pixels()
        return Image.frombytes("RGB", (width, height), pixels)

    def close(self) -> None:
        from kivy.base import EventLoop

        self.app.stop()
        EventLoop.close()

    def _settle(self) -> None:
        """Frames as ``EventLoop.idle`` makes them, without what costs most and nobody sees: drawing."""
        from kivy.clock import Clock
        from kivy.lang import Builder

        for _ in range(FRAMES_TO_SETTLE):
            Clock._max_fps = 0.0  # waits for no screen; each redraw sets the app's own pace again
            Clock.tick()
            Builder.sync()
            Clock.tick_draw()
            Builder.sync()


def contact_sheet(pictures: list[tuple[str, Path]], target: Path) -> None:
    """All pictures side by side, each with its name, small."""
    from PIL import Image, ImageDraw, ImageFont

    from kiosk.ui.fonts import font_file

    small = [(name, Image.open(path)) for name, path in pictures]
    for _, image in small:
        image.thumbnail((SHEET_WIDTH, SHEET_WIDTH * 4))
    wide, high = (max(image.size[i] for _, image in small) + (16, 40)[i] for i in (0, 1))
    rows = -(-len(small) // SHEET_COLUMNS)
    sheet = Image.new("RGB", (wide * SHEET_COLUMNS, high * rows), "#888888")
    pen = ImageDraw.Draw(sheet)
    font = ImageFont.truetype(str(font_file("Regular")), 18)
    for position, (name, image) in enumerate(small):
        x, y = position % SHEET_COLUMNS * wide + 8, position // SHEET_COLUMNS * high + 32
        pen.text((x, y - 28), name, fill="white", font=font)
        sheet.paste(image, (x, y))
    sheet.save(target)


def main(argv: list[str] | None = None) -> int:
    """Returns the exit code."""
    wish = _arguments(argv)
    wish.out.mkdir(parents=True, exist_ok=True)
    if wish.all:
        return book.make(wish.out)
    with display(wish.size):
        prepare(wish.size)
        from kiosk.ui.gallery.scenes import scenes

        stage = Stage(next(iter(scenes().values())))
        languages = ("zh_CN", "en") if wish.language == "both" else (wish.language,)
        for language, mode in itertools.product(languages, wish.modes):
            stage.wear(MODES[mode].shade)
            _draw_all(stage, scenes(language, MODES[mode].access), f"{language}.{mode}", wish)
        stage.close()
    return 0


def _draw_all(stage: Stage, scenes: dict[str, Session], suffix: str, wish) -> None:
    pictures = []
    for name, session in scenes.items():
        if wish.only and not any(name.startswith(prefix) for prefix in wish.only):
            continue
        path = wish.out / f"{name}.{suffix}.png"
        stage.show(session)
        picture = stage.picture()
        if wish.width:
            picture.thumbnail((wish.width, wish.width * 4))
            picture = picture.quantize(PICTURE_COLORS)
        picture.save(path)
        pictures.append((name, path))
    if pictures and not wish.no_sheet:
        contact_sheet(pictures, wish.out / f"sheet.{suffix}.png")
    print(f"{len(pictures)} screens {suffix}: {wish.out}", flush=True)


def _arguments(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="lobbypay screens", description="Draw every screen.")
    parser.add_argument("--out", type=Path, required=True, help="folder for the pictures")
    parser.add_argument(
        "--all",
        action="store_true",
        help="upright and wide, both languages, every mode, with index.html to look through them",
    )
    parser.add_argument("--language", choices=("zh_CN", "en", "both"), default="both")
    parser.add_argument("--size", type=_size, default=(1080, 1920), help="e.g. 1920x1080")
    parser.add_argument("--modes", nargs="+", choices=tuple(MODES), default=["normal"])
    parser.add_argument("--only", nargs="*", default=[], help="scenes whose names begin so")
    parser.add_argument("--width", type=int, help="make the pictures this wide, in pixels")
    parser.add_argument("--no-sheet", action="store_true", help="no contact sheet")
    return parser.parse_args(argv)


def _size(text: str) -> tuple[int, int]:
    try:
        width, height = (int(part) for part in text.lower().split("x"))
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a size like 1080x1920") from None
    return width, height


if __name__ == "__main__":
    raise SystemExit(main())
