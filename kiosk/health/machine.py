"""How the computer in the kiosk is: heat, processor, memory, disk, clock, line. From the kernel's files.

What cannot be read is not told. It asks no device and waits for nothing.
"""

import re
import shutil
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Literal

from contract.heartbeat import MachineReport
from device_drivers.status import Condition, Level
from kiosk.texts.conditions import condition

HOT_C, DISK_LOW_MB, MEMORY_LOW_PERCENT = 80, 500, 5
_MB = 1024 * 1024
_NUMBER = re.compile("-?[0-9]{1,18}")
_UP = 0x1  # RTF_UP (linux/route.h)


class Machine:
    """``root``: where the kernel's files are; ``data``: a folder on the disk that matters;
    ``clock_offset_s``: how far its own clock is from the right time."""

    def __init__(
        self, data: Path, clock_offset_s: Callable[[], float], root: Path = Path("/")
    ) -> None:
        self._data, self._clock_offset_s, self._root = data, clock_offset_s, root
        self._spent: tuple[int, int] | None = self._processor()

    def report(self) -> MachineReport:
        memory = self._memory()
        try:
            disk = shutil.disk_usage(self._data)
        except OSError:
            disk = None
        network, signal = self._line()
        return MachineReport(
            temperature_c=self._temperature(),
            cpu_percent=self._load(),
            memory_free_mb=memory.get("MemAvailable"),
            memory_total_mb=memory.get("MemTotal"),
            disk_free_mb=disk.free // _MB if disk else None,
            disk_total_mb=disk.total // _MB if disk else None,
            clock_offset_s=round(self._clock_offset_s()),
            network=network,
            signal_dbm=signal,
        )

    def _text(self, name: str) -> str:
        try:
            return (self._root / name).read_text(encoding="utf-8", errors="replace")
        except OSError:
            return ""

    def _temperature(self) -> int | None:
        """Of the hottest part that tells it sensibly."""
        zones = sorted(self._root.glob("sys/class/thermal/thermal_zone*/temp"))
        told = [self._text(str(zone.relative_to(self._root))).strip() for zone in zones]
        heats = [round(int(text) / 1000) for text in told if _NUMBER.fullmatch(text)]
        return max((heat for heat in heats if 0 < heat < 150), default=None)

    def _processor(self) -> tuple[int, int] | None:
        """Ticks in all, and of them idle, since the machine started (proc(5))."""
        ticks = [int(part) for part in self._text("proc/stat").partition("\n")[0].split()[1:9]]
        return (sum(ticks), ticks[3] + ticks[4]) if len(ticks) >= 5 else None

    def _load(self) -> int | None:
        """Of all cores, since it was asked last."""
        before, now = self._spent, self._processor()
        self._spent = now
        if before is None or now is None or now[0] <= before[0]:
            return None
        idle = (now[1] - before[1]) / (now[0] - before[0])
        return min(100, max(0, round(100 * (1 - idle))))

    def _memory(self) -> dict[str, int]:
        found = {}
        for line in self._text("proc/meminfo").splitlines():
            name, _, value = line.partition(":")
            number = value.split()[:1]
            if number and _NUMBER.fullmatch(number[0]):
                found[name] = int(number[0]) // 1024
        return found

    def _line(self) -> tuple[Literal["wired", "wireless", "none"] | None, int | None]:
        """By which interface the machine reaches others."""
        table = self._text("proc/net/route").splitlines()[1:]
        if not table and not self._text("proc/net/route"):
            return None, None
        name = next(iter(_with_default(table)), "")
        if not name:
            return "none", None
        for line in self._text("proc/net/wireless").splitlines():
            radio, _, values = line.strip().partition(":")
            if radio == name:
                return "wireless", _signal(values.split())
        return "wired", None


def _with_default(table: Iterable[str]) -> Iterable[str]:
    for line in table:
        parts = line.split()
        if len(parts) > 3 and parts[1] == "00000000" and int(parts[3], 16) & _UP:
            yield parts[0]


def _signal(values: list[str]) -> int | None:
    """The level column; some drivers tell it relative to 256."""
    level = values[2].rstrip(".") if len(values) > 2 else ""
    if not _NUMBER.fullmatch(level):
        return None
    number = int(level)
    return number - 256 if 100 < number < 256 else max(-200, min(100, number))


def conditions_of(machine: MachineReport | None) -> list[Condition]:
    """What of it somebody should see to before it stops the kiosk."""
    if machine is None:
        return []
    found = []
    if machine.temperature_c is not None and machine.temperature_c >= HOT_C:
        found.append(condition(Level.WARNING, "machine.hot", degrees=machine.temperature_c))
    if machine.disk_free_mb is not None and machine.disk_free_mb < DISK_LOW_MB:
        found.append(condition(Level.WARNING, "machine.disk_low", mb=machine.disk_free_mb))
    free, whole = machine.memory_free_mb, machine.memory_total_mb
    if free is not None and whole and 100 * free < MEMORY_LOW_PERCENT * whole:
        found.append(condition(Level.WARNING, "machine.memory_low", mb=free))
    return found
