"""A way to an ESC/POS printer of the USB printer class, through python-escpos and pyusb.

It never resets the device and never waits without end, both of which python-escpos does by default.
"""

import contextlib
import errno
import time
from typing import Any

from escpos import printer as transports
from escpos.exceptions import Error as EscposError

from device_drivers.errors import NotReachable
from device_drivers.printers.escpos_links import READ_MAX, SendStopped

PRINTER_CLASS = 7
CHUNK = 4096


class _UsbTransport(transports.Usb):
    """python-escpos's USB printer without its set_configuration and reset on open."""

    def _configure_usb(self) -> None:
        import usb.util

        device: Any = self.device
        try:
            configuration = device.get_active_configuration()
        except Exception:
            device.set_configuration()  # a device that was never configured has none to get
            configuration = device.get_active_configuration()
        for interface in configuration:
            if interface.bInterfaceClass != PRINTER_CLASS:
                continue
            for endpoint in interface:
                incoming = usb.util.endpoint_direction(endpoint.bEndpointAddress)
                if incoming == usb.util.ENDPOINT_IN:
                    self.in_ep = endpoint.bEndpointAddress
                else:
                    self.out_ep = endpoint.bEndpointAddress
            return


class UsbLink:
    """``vendor`` and ``product`` as lsusb shows them."""

    def __init__(self, vendor: int, product: int) -> None:
        self._ids = (vendor, product)
        self._place = f"USB {vendor:04x}:{product:04x}"
        self._transport: Any = None

    def open(self, timeout_s: float) -> None:
        self.close()
        try:
            import usb.core
        except ImportError as problem:
            detail = f"{self._place}: pyusb is not installed ({problem})"
            raise NotReachable(detail, "printer.not_reachable") from problem
        try:
            transport = _UsbTransport(*self._ids, timeout=1000)
            transport.open()
        except (EscposError, usb.core.USBError, usb.core.NoBackendError) as problem:
            raise NotReachable(f"{self._place}: {problem}", "printer.not_reachable") from problem
        self._transport = transport

    def send(self, data: bytes, timeout_s: float) -> None:
        import usb.core

        end = time.monotonic() + timeout_s
        sent, stalled = 0, False
        while sent < len(data):
            left_ms = int((end - time.monotonic()) * 1000)
            if self._transport is None or left_ms <= 0:
                raise SendStopped(f"{self._place} takes no more bytes", sent)
            device, endpoint = self._transport.device, self._transport.out_ep
            try:
                sent += device.write(endpoint, data[sent : sent + CHUNK], left_ms)
            except usb.core.USBTimeoutError:
                continue
            except usb.core.USBError as problem:
                if not stalled and problem.errno == errno.EPIPE:
                    stalled = True
                    self._clear_halt(endpoint)
                    continue
                raise SendStopped(f"{self._place}: {problem}", sent, gone=True) from problem

    def receive(self, timeout_s: float) -> bytes:
        import usb.core

        if self._transport is None:
            raise NotReachable(f"{self._place} is closed", "printer.not_reachable")
        device, endpoint = self._transport.device, self._transport.in_ep
        try:
            # pyusb takes 0 for "no end".
            return bytes(device.read(endpoint, READ_MAX, max(1, int(timeout_s * 1000))))
        except usb.core.USBTimeoutError:
            return b""
        except usb.core.USBError as problem:
            if problem.errno == errno.EPIPE:
                self._clear_halt(endpoint)
                return b""
            raise NotReachable(f"{self._place}: {problem}", "printer.not_reachable") from problem

    def _clear_halt(self, endpoint: int) -> None:
        """A stalled endpoint stays so until the host clears it (USB 2.0, 9.4.5)."""
        import usb.core

        with contextlib.suppress(usb.core.USBError):
            self._transport.device.clear_halt(endpoint)

    def close(self) -> None:
        transport, self._transport = self._transport, None
        if transport is not None:
            transport.close()
