"""A simulated printer and a driver that is connected to it, over real sockets and ptys."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from device_drivers.printers.escpos import EscposPrinter, create
from simulators.receipt_printer.cables import PtyCable, TcpCable
from simulators.receipt_printer.device import Printer
from tests.device_drivers.printers.receipts import FONTS, settings
from tests.device_drivers.waiting import wait_until


class Bench:
    """``printer``: options of the simulated printer; ``options``: the driver's settings."""

    def __init__(
        self, folder: Path, cable: str, printer: Mapping[str, Any] | None = None, **options: Any
    ) -> None:
        self.out = folder / "receipts"
        self.device = Printer(self.out, font=FONTS.regular, **(printer or {}))
        self.device.start()
        if cable == "tcp":
            line = TcpCable(self.device, "127.0.0.1", 0)
            place = {"connection": "network", "host": line.address[0], "port": line.address[1]}
        else:
            line = PtyCable(self.device, folder / "ttyPrinter")
            place = {"connection": "serial", "port": str(line.link)}
            if cable == "file":
                place = {"connection": "file", "path": str(line.link)}
        line.start()
        self._settings = settings(**place, **options)
        self.driver = self.another_driver()

    def another_driver(self) -> EscposPrinter:
        """As after a restart of the kiosk."""
        driver = create(self._settings)
        driver.open()
        return driver

    def codes(self) -> list[str]:
        """What the driver says without asking the printer."""
        return [condition.code for condition in self.driver.status().conditions]

    def probe(self) -> list[str]:
        return [condition.code for condition in self.driver.probe().conditions]

    def says(self, *codes: str) -> bool:
        """Whether the driver comes to say exactly this, by itself."""
        return wait_until(lambda: self.codes() == list(codes))

    def text(self, number: int = 1) -> str:
        """What stands on a receipt that was cut off."""
        path = self.out / f"receipt-{number:03d}.txt"
        assert wait_until((self.out / f"receipt-{number:03d}.png").exists)
        return path.read_text(encoding="utf-8")
