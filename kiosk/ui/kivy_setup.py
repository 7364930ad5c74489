"""Switches off Kivy's desktop habits. It must run before anything of Kivy is imported.

A lobby has no keyboard to escape with, no settings panel, no screen saver, no red dots for a second
finger, and no raw input devices read behind the window system's back (Kivy #5205, #5441, #9226).
"""

import os
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from kiosk.ui import memory


@dataclass(frozen=True)
class WindowWish:
    """How the window is to be. ``size`` in pixels; with ``fullscreen`` the display's own size wins."""

    size: tuple[int, int] = (1080, 1920)
    fullscreen: bool = False
    borderless: bool = True
    show_cursor: bool = False


class KivyAlreadyImported(RuntimeError):
    """Kivy reads its configuration once, on import: too late to change it now."""


def prepare(wish: WindowWish, home: Path | None = None) -> None:
    """Sets the environment and Kivy's configuration.

    ``home`` is where Kivy may put its files; a fresh temporary folder when not given. Raises
    KivyAlreadyImported when Kivy's window was configured elsewhere first.
    """
    if "kivy.core.window" in sys.modules:
        raise KivyAlreadyImported("call kivy_setup.prepare() before any import of kivy")
    memory.frugal()
    os.environ.update(_environment(wish, home or Path(tempfile.mkdtemp(prefix="lobbypay-ui-"))))
    _configure()


def _environment(wish: WindowWish, home: Path) -> dict[str, str]:
    width, height = wish.size
    return {
        "KIVY_HOME": str(home),
        "KIVY_NO_CONFIG": "1",
        "KIVY_NO_ARGS": "1",
        "KIVY_NO_FILELOG": "1",
        "KIVY_NO_CONSOLELOG": "1",
        "KIVY_LOG_MODE": "PYTHON",  # its own mode takes over the root logger and stderr
        "KIVY_AUDIO": "sdl2",
        "KIVY_WINDOW": "sdl2",
        "KIVY_TEXT": "sdl2",
        "KIVY_METRICS_DENSITY": "1",  # our sizes are pixels of the panel
        "KIVY_METRICS_FONTSCALE": "1",
        "KIVY_DPI": "96",
        "KCFG_KIVY_EXIT_ON_ESCAPE": "0",
        "KCFG_KIVY_PAUSE_ON_MINIMIZE": "0",
        "KCFG_KIVY_KEYBOARD_MODE": "",
        "KCFG_KIVY_LOG_LEVEL": "warning",
        "KCFG_GRAPHICS_ALLOW_SCREENSAVER": "0",
        "KCFG_GRAPHICS_FULLSCREEN": "auto" if wish.fullscreen else "0",
        "KCFG_GRAPHICS_BORDERLESS": "1" if wish.borderless else "0",
        "KCFG_GRAPHICS_RESIZABLE": "0",
        "KCFG_GRAPHICS_POSITION": "custom",
        "KCFG_GRAPHICS_LEFT": "0",
        "KCFG_GRAPHICS_TOP": "0",
        "KCFG_GRAPHICS_WIDTH": str(width),
        "KCFG_GRAPHICS_HEIGHT": str(height),
        "KCFG_GRAPHICS_MULTISAMPLES": "0",  # our shapes smooth their own edges
        "KCFG_GRAPHICS_SHOW_CURSOR": "1" if wish.show_cursor else "0",
    }


def _configure() -> None:
    from kivy.config import Config

    Config.remove_option("input", "%(name)s")
    from kiosk.ui.finger import PROVIDER

    Config.set("input", "mouse", f"{PROVIDER},disable_multitouch")
