"""A tactile keypad of five keys on USB (a keyboard to the kernel), such as Storm's AudioNav: up, down,
back, repeat, OK. The device is grabbed: no key of it types into the window.

Which key code is which can be set: makers differ, and some send letters or function keys. Never tried on
real hardware.
"""

import time
from collections.abc import Callable, Mapping
from enum import StrEnum
from types import MappingProxyType

from device_drivers.input_devices.node import InputNode, Opened
from device_drivers.scanners.key_events import EVENT
from device_drivers.settings import BadSetting

SAME_KEY_S = 0.2  # a key that trembles counts once (EN 301 549, 5.8: up to 0.5 s may be ignored)
_EV_KEY, _DOWN = 0x01, 1  # 0 is up, 2 the kernel's own repeat, which no resident asked for


class Key(StrEnum):
    UP = "up"
    DOWN = "down"
    BACK = "back"
    REPEAT = "repeat"  # what was said last, and where one is
    OK = "ok"


# linux/input-event-codes.h: arrows, the keys of a number pad's cross, Tab-less keypads' F keys
USUAL: Mapping[int, Key] = MappingProxyType(
    {
        103: Key.UP,
        108: Key.DOWN,
        105: Key.BACK,
        106: Key.REPEAT,
        28: Key.OK,
        96: Key.OK,
        352: Key.OK,
        353: Key.OK,  # Enter, its twin, OK, Select
        1: Key.BACK,
        14: Key.BACK,
        158: Key.BACK,  # Esc, Backspace, Back
        138: Key.REPEAT,
        59: Key.REPEAT,  # Help, F1
        72: Key.UP,
        80: Key.DOWN,
        75: Key.BACK,
        77: Key.REPEAT,  # 8, 2, 4, 6 of the number pad
    }
)


def keys_of(codes: Mapping[str, int]) -> Mapping[int, Key]:
    """The usual keys, with the site's own codes before them. Raises BadSetting for a key of another
    name."""
    named = dict(USUAL)
    for name, code in codes.items():
        if name not in set(Key):
            raise BadSetting(name, code, ", ".join(Key))
        named[code] = Key(name)
    return named


class Presses:
    """Turns what was read into keys. Pure but for the time that each call brings."""

    def __init__(self, keys: Mapping[int, Key] = USUAL) -> None:
        self._keys = keys
        self._rest = b""
        self._last: tuple[Key, float] | None = None

    def feed(self, data: bytes, now: float) -> list[Key]:
        """``now``: monotonic seconds."""
        data = self._rest + data
        whole = len(data) - len(data) % EVENT.size
        self._rest = data[whole:]
        pressed = []
        for _, _, kind, code, value in EVENT.iter_unpack(data[:whole]):
            key = self._keys.get(code)
            if kind != _EV_KEY or value != _DOWN or key is None:
                continue
            trembled = self._last and self._last[0] == key and now - self._last[1] < SAME_KEY_S
            if not trembled:
                pressed.append(key)
            self._last = key, now
        return pressed


class Keypad:
    """``on_key`` is called on the keypad's own thread. ``path``: udev's name, /dev/lobbypay-keypad."""

    def __init__(
        self, path: str, on_key: Callable[[Key], None], keys: Mapping[int, Key] = USUAL
    ) -> None:
        self._on_key, self._keys = on_key, keys
        self._presses = Presses(keys)
        self.node = InputNode(
            path, grabbed=True, on_open=self._opened, on_bytes=self._read, on_gone=lambda: None
        )
        self.start, self.close = self.node.start, self.node.close

    def _opened(self, opened: Opened) -> None:
        self._presses = Presses(self._keys)

    def _read(self, data: bytes) -> None:
        for key in self._presses.feed(data, time.monotonic()):
            self._on_key(key)
