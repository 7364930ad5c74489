"""The jack of a headset, as ALSA tells the kernel's input layer: a switch that is on while one is
plugged in.

Its node is called "... Headphone" or "... Front Headphone" in /proc/bus/input/devices. It is not grabbed:
others may listen too. Never tried on real hardware.
"""

import fcntl
from collections.abc import Callable

from device_drivers.input_devices.node import InputNode, Opened
from device_drivers.scanners.key_events import EVENT

EVIOCGSW_8 = 0x8008451B  # _IOC(_IOC_READ, 'E', 0x1b, 8): the state of all switches
_EV_SW, HEADPHONE_INSERT = 0x05, 0x02  # linux/input-event-codes.h
# a headset with a microphone may report the other switches as well; the headphone's is always there


def plugged_now(fd: int) -> bool:
    """Whether one is plugged in already. Raises OSError for what is no input device."""
    state = bytearray(8)
    fcntl.ioctl(fd, EVIOCGSW_8, state)
    return bool(state[0] >> HEADPHONE_INSERT & 1)


class HeadsetJack:
    """``on_plug`` is called on the jack's own thread, at first with how it is; a jack that is gone
    counts as empty."""

    def __init__(self, path: str, on_plug: Callable[[bool], None]) -> None:
        self._on_plug = on_plug
        self._plugged = False
        self._rest = b""
        self.node = InputNode(
            path, grabbed=False, on_open=self._opened, on_bytes=self._read, on_gone=self._gone
        )
        self.start, self.close = self.node.start, self.node.close

    def _opened(self, opened: Opened) -> None:
        self._rest = b""
        self._now(False if opened.simulated else plugged_now(opened.fd))

    def _read(self, data: bytes) -> None:
        data = self._rest + data
        whole = len(data) - len(data) % EVENT.size
        self._rest = data[whole:]
        for _, _, kind, code, value in EVENT.iter_unpack(data[:whole]):
            if kind == _EV_SW and code == HEADPHONE_INSERT:
                self._now(bool(value))

    def _gone(self) -> None:
        self._now(False)

    def _now(self, plugged: bool) -> None:
        if plugged != self._plugged:
            self._plugged = plugged
            self._on_plug(plugged)
