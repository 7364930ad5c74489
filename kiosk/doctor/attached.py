"""Finds what is plugged in: serial ports, cameras, printers, and input devices, with their lasting names.

It only reads what the kernel and udev tell; it opens no device. ``root`` is another place for tests.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from serial.tools import list_ports

USB_PRINTER_CLASS = "07"  # bInterfaceClass, USB device class definition for printing devices 1.1
_ABS_MT_POSITION_X = 0x35  # linux/input-event-codes.h
_BTN_TOUCH = 0x14A
_KEY_A = 30
BUS_USB = "0003"
ROOT = Path("/")


@dataclass(frozen=True)
class Attached:
    """``kind``: serial, camera, usb_printer, touch, keyboard. ``id_path``: udev's ID_PATH, the socket
    that it is plugged into; empty where udev made no name. ``usb``: vendor:product."""

    kind: str
    device: str
    name: str = ""
    by_path: str = ""
    id_path: str = ""
    usb: str = ""


def attached(root: Path = ROOT) -> list[Attached]:
    return [*serial_ports(root), *cameras(root), *usb_printers(root), *inputs(root)]


def serial_ports(root: Path = ROOT) -> Iterator[Attached]:
    """Pseudo terminals are left out, and so are the board's ports that nothing is behind (no id)."""
    names = _names(root / "dev/serial/by-path", root)
    for port in sorted(list_ports.comports()) if root == ROOT else _ports_by_path(names):
        if port.vid is None and port.device not in names:
            continue
        by_path = names.get(port.device, "")
        usb = f"{port.vid:04x}:{port.pid:04x}" if port.vid is not None else ""
        id_path = re.sub(r"-port\d+$", "", Path(by_path).name)
        yield Attached("serial", port.device, port.description or "", by_path, id_path, usb)


@dataclass(frozen=True)
class _Port:
    device: str
    description: str = ""
    vid: int | None = None
    pid: int | None = None


def _ports_by_path(names: dict[str, str]) -> list[_Port]:
    return [_Port(device) for device in sorted(names)]


def cameras(root: Path = ROOT) -> Iterator[Attached]:
    """The first node of each camera: the others carry no picture (v4l2 metadata)."""
    names = _names(root / "dev/v4l/by-path", root)
    for node in sorted((root / "sys/class/video4linux").glob("video*")):
        if _read(node / "index") not in ("", "0"):
            continue
        device = f"/dev/{node.name}"
        by_path = names.get(device, "")
        id_path = re.sub(r"-video-index\d+$", "", Path(by_path).name)
        yield Attached("camera", device, _read(node / "name"), by_path, id_path)


def usb_printers(root: Path = ROOT) -> Iterator[Attached]:
    devices = root / "sys/bus/usb/devices"
    for interface in sorted(devices.glob("*:*")):
        if _read(interface / "bInterfaceClass") != USB_PRINTER_CLASS:
            continue
        owner = devices / interface.name.partition(":")[0]
        usb = f"{_read(owner / 'idVendor')}:{_read(owner / 'idProduct')}"
        nodes = sorted((interface / "usbmisc").glob("lp*"))
        device = f"/dev/usb/{nodes[0].name}" if nodes else f"usb {usb}"
        name = f"{_read(owner / 'manufacturer')} {_read(owner / 'product')}".strip()
        yield Attached("usb_printer", device, name, usb=usb)


def inputs(root: Path = ROOT) -> Iterator[Attached]:
    """Touch screens, and USB keyboards, for a scanner that passes for one."""
    names = _names(root / "dev/input/by-path", root)
    for block in _read(root / "proc/bus/input/devices").split("\n\n"):
        event = re.search(r"^H: Handlers=.*\b(event\d+)", block, re.MULTILINE)
        kind = _input_kind(block)
        if not event or not kind:
            continue
        device = f"/dev/input/{event[1]}"
        name = re.search(r'^N: Name="(.*)"', block, re.MULTILINE)
        usb = re.search(r"^I: .*Vendor=(\w+) Product=(\w+)", block, re.MULTILINE)
        by_path = names.get(device, "")
        id_path = re.sub(r"-event(-\w+)?$", "", Path(by_path).name)
        told = f"{usb[1]}:{usb[2]}" if usb else ""
        yield Attached(kind, device, name[1] if name else "", by_path, id_path, told)


def _input_kind(block: str) -> str:
    if _ABS_MT_POSITION_X in _bits(block, "ABS") or _BTN_TOUCH in _bits(block, "KEY"):
        return "touch"
    if re.search(rf"^I: Bus={BUS_USB}", block, re.MULTILINE) and _KEY_A in _bits(block, "KEY"):
        return "keyboard"
    return ""


def _bits(block: str, name: str) -> set[int]:
    """The kernel prints a bitmap as hex words of 64 bits, the highest first."""
    found = re.search(rf"^B: {name}=(.*)$", block, re.MULTILINE)
    bits: set[int] = set()
    for position, word in enumerate(reversed(found[1].split() if found else [])):
        number = int(word, 16)
        bits |= {64 * position + bit for bit in range(64) if number >> bit & 1}
    return bits


def _names(folder: Path, root: Path) -> dict[str, str]:
    """Device node -> udev's name by the socket. Newer udev gives a socket two names: the plain one."""
    names: dict[str, str] = {}
    for link in sorted(folder.glob("*"), key=lambda path: ("usbv" in path.name, path.name)):
        target = link.resolve()
        device = "/" + str(target.relative_to(root.resolve())) if root != ROOT else str(target)
        names.setdefault(device, "/" + str(link.relative_to(root)))
    return names


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return ""
