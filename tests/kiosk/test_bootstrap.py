"""What is put together at a start: what drivers get beyond their own tables."""

from pathlib import Path

import pytest

from device_drivers.printers.interface import PrintOutcome
from device_drivers.printers.memory import Memory
from kiosk.runtime.devices import make_devices
from kiosk.settings import Device, Server, Settings
from simulators.receipt_printer.cables import TcpCable
from simulators.receipt_printer.device import Printer
from tests.device_drivers.printers.receipts import FONTS, needs_fonts, receipt
from tests.device_drivers.waiting import wait_until


@needs_fonts
@pytest.mark.parametrize("configured", [False, True])
def test_a_printer_remembers_its_jobs_and_its_paper_over_a_restart_of_the_kiosk(
    tmp_path, configured
):
    device = Printer(tmp_path / "paper", font=FONTS.regular)
    device.start()
    cable = TcpCable(device, "127.0.0.1", 0)
    cable.start()
    host, port = cable.address
    own = {"connection": "network", "host": host, "port": port, "answer_timeout_s": 5.0}
    kept = tmp_path / ("elsewhere.json" if configured else "printer.json")
    if configured:
        own["state_file"] = str(kept)
    settings = Settings(
        data_dir=tmp_path,
        server=Server(url="https://pay.example.com", timeout_s=8.0),
        printer=Device.model_validate({"driver": "escpos", **own}),
    )
    for outcome in (PrintOutcome.PRINTED, PrintOutcome.PRINTED):
        printer = make_devices(settings, Path("kiosk.toml")).printer
        assert printer is not None
        printer.open()
        assert printer.print(receipt("once")).outcome is outcome
        printer.close()
    Memory(kept).begin("torn")  # and the power goes
    printer = make_devices(settings, Path("kiosk.toml")).printer
    assert printer is not None
    printer.open()
    assert printer.print(receipt("torn")).outcome is PrintOutcome.UNCERTAIN
    printer.close()
    assert wait_until(lambda: device.receipts.count == 1)
    assert Memory(kept).read().used_mm > 50
