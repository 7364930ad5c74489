"""Types as a keyboard scanner does: key events as the kernel writes them, into a pty."""

import os
import tty
from pathlib import Path

from device_drivers.scanners.key_events import EVENT, PLAIN, SHIFTED

LEFT_SHIFT, ENTER, LEFT_CTRL = 42, 28, 29
SYN_DROPPED = EVENT.pack(0, 0, 0, 3, 0)


def event(kind: int, code: int, value: int) -> bytes:
    return EVENT.pack(1_700_000_000, 0, kind, code, value)


def press(code: int) -> bytes:
    """Down and up, each with its report; the scan code comes first, as USB keyboards send it."""
    down = event(4, 4, 0x70000 + code) + event(1, code, 1) + event(0, 0, 0)
    return down + event(1, code, 0) + event(0, 0, 0)


def typed(text: str) -> bytes:
    """The events of a scanner that types ``text`` on a US keyboard."""
    plain = {char: code for code, char in reversed(PLAIN.items())}
    shifted = {char: code for code, char in reversed(SHIFTED.items())}
    data = b""
    for char in text:
        if char == "\r":
            data += press(ENTER)
        elif char in plain:
            data += press(plain[char])
        else:
            data += event(1, LEFT_SHIFT, 1) + press(shifted[char]) + event(1, LEFT_SHIFT, 0)
    return data


class WedgeOnPty:
    """A device node by a fixed name, as udev makes it, that can vanish and come back."""

    def __init__(self, link: Path) -> None:
        self.link = link
        self._master = self._slave = -1
        self.plug_in()

    def plug_in(self) -> None:
        self._master, self._slave = os.openpty()
        tty.setraw(self._slave)
        self.link.unlink(missing_ok=True)
        self.link.symlink_to(os.ttyname(self._slave))

    def unplug(self) -> None:
        self.link.unlink()
        os.close(self._slave)
        os.close(self._master)

    def send(self, data: bytes) -> None:
        while data:
            data = data[os.write(self._master, data[:2048]) :]

    def scan(self, text: str, end: str = "\r") -> None:
        self.send(typed(text + end))
