"""Whether the touch screen is there, from the kernel's list of input devices. It opens no device.

The window system opens the touch screen and takes it up again when it comes back (Xorg by udev, Wayland
by libinput); Kivy only hears the window's pointer. So a touch screen that vanished needs no restart, but
staff must know: nobody can touch anything meanwhile.
"""

import struct
from collections.abc import Callable
from pathlib import Path

from device_drivers.status import DeviceStatus, Level
from kiosk.texts.conditions import condition

LISTED = Path("/proc/bus/input/devices")
DIRECT = 1  # INPUT_PROP_DIRECT: what is touched is what is meant (linux/input-event-codes.h)
WORD = 8 * struct.calcsize("l")
ABS_X, ABS_MT_POSITION_X = 0x00, 0x35

MISSING = "touch.missing"


class TouchWatch:
    """``name`` is part of the screen's name in the list; empty means any touch screen. ``required``:
    there must be one; otherwise one that was never seen is not missed (a desk with a mouse)."""

    def __init__(self, name: str = "", *, required: bool, listed: Path = LISTED) -> None:
        self._name, self._listed = name.lower(), listed
        self._expected = required

    def probe(self) -> DeviceStatus:
        found = self._found()
        self._expected = self._expected or bool(found)
        missing = self._expected and not found
        gone = (condition(Level.ERROR, MISSING),) if missing else ()
        return DeviceStatus("touch", model=found or self._name, conditions=gone)

    def _found(self) -> str:
        try:
            text = self._listed.read_text(encoding="utf-8", errors="replace")
        except OSError:
            return ""
        names = touch_screens(text)
        return next((name for name in names if self._name in name.lower()), "")


def touch_screens(listed: str) -> list[str]:
    """The names of the touch screens in the kernel's list (one paragraph a device)."""
    found = []
    for paragraph in listed.split("\n\n"):
        lines = [line.partition(": ")[2] for line in paragraph.splitlines()]
        facts = dict(line.partition("=")[::2] for line in lines if "=" in line)
        absolute = _bits(facts.get("ABS", ""))
        is_direct = _bits(facts.get("PROP", ""))(DIRECT)
        if is_direct and (absolute(ABS_X) or absolute(ABS_MT_POSITION_X)):
            found.append(facts.get("Name", "").strip('"') or "touch screen")
    return found


def _bits(words: str) -> Callable[[int], bool]:
    """A bitmap as the kernel prints it: words of this system's long in hex, the highest first."""
    try:
        values = [int(word, 16) for word in reversed(words.split())]
    except ValueError:
        values = []
    return lambda bit: bit // WORD < len(values) and bool(values[bit // WORD] >> (bit % WORD) & 1)
