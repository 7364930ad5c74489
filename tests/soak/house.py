"""The house of the crash test, with devices that can be unplugged, left hanging, and plugged in again."""

import contextlib
import json
import os
import signal
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lobbypay.demo.house import free_port
from lobbypay.demo.processes import Running
from tests.crash.house import CrashHouse
from tests.kiosk.health.test_touch import KEYBOARD, TOUCH_SCREEN

# Deadlines of the drivers, in seconds of the test: short, so that many faults fit into it.
TERMINAL_TIMES = {"t3_s": 2.0, "t4_s": 8.0, "busy_limit_s": 4.0, "busy_pause_s": 0.1}
PRINTER_TIMES = {
    "connect_timeout_s": 1.0,
    "answer_timeout_s": 0.5,
    "probe_timeout_s": 0.5,
    "send_timeout_s": 2.0,
    "confirm_timeout_s": 4.0,
}


@dataclass
class SoakHouse(CrashHouse):
    """``pace``: the supervisors' times (kiosk.health.flapping.Pace), already compressed."""

    pace: dict[str, float] = field(default_factory=dict)
    _starting: threading.Lock = field(default_factory=threading.Lock)
    _hanging: set[str] = field(default_factory=set)

    @property
    def inputs(self) -> Path:
        return self.folder / "inputs"

    def start_devices(self) -> None:
        self.touch(True)
        self._printer_port, self._terminal_port = free_port(), free_port()
        for name in ("terminal", "printer", "scanner"):
            self.plug_in(name)

    def plug_in(self, name: str) -> None:
        with self._starting:
            if name == "touch":
                self.touch(True)
            elif name == "terminal":
                self.start_terminal(self._terminal_port)
            elif name == "printer":
                self.running["printer"] = self.processes.start(
                    "printer",
                    "simulators.receipt_printer",
                    *("--tcp", f"127.0.0.1:{self._printer_port}"),
                    *("--out", str(self.folder / "receipts")),
                )
            else:
                self.start_scanner()

    def unplug(self, name: str) -> None:
        if name == "touch":
            self.touch(False)
            return
        self.running[name].kill()
        if name == "scanner":
            (self.folder / "scanner").unlink(missing_ok=True)

    def hang(self, name: str) -> None:
        self._hanging.add(name)
        os.killpg(self.running[name].process.pid, signal.SIGSTOP)

    def go_on(self, name: str) -> None:
        self._hanging.discard(name)
        os.killpg(self.running[name].process.pid, signal.SIGCONT)

    def touch(self, there: bool) -> None:
        part = self.inputs.with_suffix(".part")
        part.write_text(KEYBOARD + (TOUCH_SCREEN if there else ""))
        part.rename(self.inputs)

    def control(self, name: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        """What is unplugged or hangs hears nothing."""
        if name in self._hanging:
            return {}
        with contextlib.suppress(OSError):
            return super().control(name, path, body)
        return {}

    def enrol_kiosk(self) -> None:
        super().enrol_kiosk()
        text = self.kiosk_config.read_text(encoding="utf-8")
        for table, times in (("card_terminal", TERMINAL_TIMES), ("printer", PRINTER_TIMES)):
            lines = "\n".join(f"{key} = {value}" for key, value in times.items())
            text = text.replace(f"[{table}]\n", f"[{table}]\n{lines}\n")
        self.kiosk_config.write_text(text + "\n[touch]\n", encoding="utf-8")

    def start_kiosk(self) -> Running:
        self.running["kiosk"] = self.processes.start(
            "kiosk",
            "tests.soak.kiosk_process",
            *("--config", str(self.kiosk_config), "--inputs", str(self.inputs)),
            *("--pace", json.dumps(self.pace)),
            *(("--window",) if self.window else ()),
            wait=False,
            DISPLAY=self.display,
            LIBGL_ALWAYS_SOFTWARE="1",
        )
        return self.running["kiosk"]
