"""The USB link on a device that pyusb would give: bounded, and never reset."""

import pytest

from device_drivers.errors import NotReachable
from device_drivers.printers.escpos_links import SendStopped
from device_drivers.printers.escpos_usb import UsbLink

usb_core = pytest.importorskip("usb.core")


class Endpoint:
    def __init__(self, address: int) -> None:
        self.bEndpointAddress = address


class Interface(list):
    def __init__(self, kind: int, *endpoints: int) -> None:
        super().__init__(Endpoint(e) for e in endpoints)
        self.bInterfaceClass = kind


class PrinterOnUsb:
    """Takes at most 64 bytes a write, like a full-speed bulk endpoint with little memory."""

    class backend:  # noqa: N801 - pyusb's own name
        __module__ = "usb.backend.libusb0"

    def __init__(self) -> None:
        self.taken = b""
        self.waits_ms: list[int] = []
        self.stuck = False

    def get_active_configuration(self):
        return [Interface(3, 0x81), Interface(7, 0x83, 0x02)]

    def reset(self):
        raise AssertionError("a printer must not be reset when it is opened")

    def write(self, endpoint, data, timeout_ms):
        assert endpoint == 0x02
        self.waits_ms.append(timeout_ms)
        if self.stuck:
            raise usb_core.USBTimeoutError("timed out")
        self.taken += data[:64]
        return min(len(data), 64)

    def read(self, endpoint, size, timeout_ms):
        assert endpoint == 0x83
        self.waits_ms.append(timeout_ms)
        raise usb_core.USBTimeoutError("timed out")


@pytest.fixture
def printer(monkeypatch):
    device = PrinterOnUsb()
    monkeypatch.setattr(usb_core, "find", lambda **ids: device)
    monkeypatch.setattr("usb.util.dispose_resources", lambda device: None)
    return device


@pytest.fixture
def link(printer):
    link = UsbLink(0x04B8, 0x0202)
    link.open(1.0)
    yield link
    link.close()


def test_all_bytes_arrive_however_little_is_taken_at_a_time(printer, link):
    link.send(b"x" * 1000, 5.0)
    assert printer.taken == b"x" * 1000
    assert all(0 < wait <= 5000 for wait in printer.waits_ms)


def test_silence_is_empty_and_never_waited_for_without_end(printer, link):
    assert link.receive(0) == b""
    assert printer.waits_ms == [1]


def test_a_stuck_printer_stops_the_sending(printer, link):
    printer.stuck = True
    with pytest.raises(SendStopped) as caught:
        link.send(b"x" * 100, 0.5)
    assert caught.value.sent == 0


def test_no_such_device_is_not_reachable(monkeypatch):
    monkeypatch.setattr(usb_core, "find", lambda **ids: None)
    with pytest.raises(NotReachable, match="04b8:0202"):
        UsbLink(0x04B8, 0x0202).open(1.0)
