"""What is put together at a start: what drivers get beyond their own tables, what the copy forgets."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from contract.messages import Method
from device_drivers.printers.interface import PrintOutcome
from device_drivers.printers.memory import Memory
from kiosk.bootstrap import make_devices, start
from kiosk.central import identity
from kiosk.central.open_bills import OpenBillsCopy
from kiosk.core.effects import Record
from kiosk.journal_opening import open_journal
from kiosk.settings import Device, Server, Settings
from simulators.receipt_printer.cables import TcpCable
from simulators.receipt_printer.device import Printer
from tests.device_drivers.printers.receipts import FONTS, needs_fonts, receipt
from tests.device_drivers.waiting import wait_until
from tests.kiosk.core.story import Story, account, bill

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))


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


def test_what_the_server_has_not_heard_of_yet_is_not_offered_again_after_a_restart(tmp_path):
    """The power went between the approval on disk and the copy."""
    me = identity.Identity("id-1", "K03", "lakeside", KEY)
    identity.save(tmp_path, me)
    journal = open_journal(tmp_path, me.seal, lambda: datetime.now(UTC))
    story = Story.paying(Method.CARD).terminal_says("approved")
    for effect in story.did(Record):
        journal.append_payment(effect.record)
    journal.close()
    copy = OpenBillsCopy(tmp_path / "open_bills.sqlite3")
    copy._replace([account(bill(9, 30000), bill(10, 33208), bill(11, 100))])
    nowhere = Server(url="https://127.0.0.1:9", timeout_s=1.0)
    start(Settings(data_dir=tmp_path, server=nowhere), tmp_path / "kiosk.toml").close()
    assert [b.period for b in copy.account("3-2-1201").bills] == ["2026-11"]
    copy.close()
