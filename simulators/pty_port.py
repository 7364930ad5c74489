"""A serial port that comes and goes: a pty, with a symbolic link to it as udev makes for a device."""

import os
import select
import threading
import tty
from pathlib import Path


class PtyPort:
    """Plugged in from the beginning. Reading and writing raise OSError or ValueError when it is unplugged
    meanwhile."""

    def __init__(self, link: Path) -> None:
        self.link = link
        self._master = self._slave = -1
        self._plugged = threading.Event()
        self.plug_in()

    @property
    def plugged(self) -> bool:
        return self._plugged.is_set()

    def plug_in(self) -> None:
        if self.plugged:
            return
        self._master, self._slave = os.openpty()
        tty.setraw(self._slave)
        self.link.unlink(missing_ok=True)
        self.link.symlink_to(os.ttyname(self._slave))
        self._plugged.set()

    def unplug(self) -> bool:
        """The port vanishes: whoever has it open gets an error. False where it was gone already."""
        if not self.plugged:
            return False
        self._plugged.clear()
        self.link.unlink(missing_ok=True)
        os.close(self._slave)
        os.close(self._master)
        return True

    def read(self, size: int, within_s: float) -> bytes:
        """What came within this time, nothing where nothing did. Waits while it is unplugged."""
        self._plugged.wait()
        ready, _, _ = select.select([self._master], [], [], within_s)
        return os.read(self._master, size) if ready else b""

    def write(self, data: bytes) -> None:
        os.write(self._master, data)
