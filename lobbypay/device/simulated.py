"""A simulator as a process of its own that can be unplugged, left hanging, and plugged in again."""

import json
import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

from simulators.control import call

START_S = 20.0
STOP_S = 10.0


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class SimulatedDevice:
    """``unplug`` and ``plug_in`` end and start the process: its port or line goes and comes back at
    the same place. ``hang`` stops it in the middle of whatever it does."""

    def __init__(self, name: str, *options: str) -> None:
        self._command = [sys.executable, "-m", f"simulators.{name}", *options]
        self._process: subprocess.Popen[str] | None = None
        self.ready: dict[str, Any] = {}
        self.plug_in()

    def plug_in(self) -> None:
        if self._process is not None:
            return
        self._process = subprocess.Popen(
            self._command,
            stdout=subprocess.PIPE,
            text=True,
            cwd=Path(__file__).resolve().parents[2],
        )
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"{' '.join(self._command[1:3])} did not start")
        self.ready = json.loads(line)

    def unplug(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        process.send_signal(signal.SIGCONT)
        process.kill()
        process.wait(STOP_S)
        assert process.stdout is not None
        process.stdout.close()
        link = self.ready.get("pty")
        if link:
            Path(link).unlink(missing_ok=True)  # as udev does when the port goes

    def hang(self) -> None:
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)

    def go_on(self) -> None:
        if self._process is not None:
            self._process.send_signal(signal.SIGCONT)

    def ask(self, action: str, **body: Any) -> dict[str, Any]:
        """Raises OSError while it is unplugged."""
        return call(f"{self.ready['control']}/{action}", body)

    def state(self) -> dict[str, Any]:
        return call(f"{self.ready['control']}/state")

    @property
    def plugged(self) -> bool:
        return self._process is not None
