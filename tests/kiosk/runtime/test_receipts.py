"""What is asked for comes out of a real printer, as often as it is asked for."""

import queue

from contract.messages import Method, PaymentState
from device_drivers.printers.escpos import create
from kiosk.core.effects import PrintReceipt
from kiosk.core.events import DevicesSeen
from kiosk.core.model import Action, Say
from kiosk.runtime.receipts import Receipts
from simulators.receipt_printer.cables import TcpCable
from simulators.receipt_printer.device import Printer
from tests.device_drivers.printers.receipts import FONTS, needs_fonts, settings
from tests.device_drivers.waiting import wait_until
from tests.kiosk.core.story import Story, config, devices

pytestmark = needs_fonts


def test_a_slip_in_both_languages_and_again_is_three_pieces_of_paper(tmp_path):
    device = Printer(tmp_path, font=FONTS.regular)
    device.start()
    cable = TcpCable(device, "127.0.0.1", 0)
    cable.start()
    host, port = cable.address
    driver = create(settings(connection="network", host=host, port=port))
    driver.open()
    heard: queue.Queue = queue.Queue()
    receipts = Receipts(driver, heard.put)
    record = Story.paying(Method.CARD).payment.model_copy(update={"state": PaymentState.UNKNOWN})
    for job, language in (("1", "zh_CN"), ("2", "en"), ("3", "en")):
        receipts.print(PrintReceipt(record, language, job == "3", job), config().community)
        assert heard.get(timeout=30).outcome == "printed"
    assert wait_until(lambda: len(list(tmp_path.glob("*.png"))) == 3)
    slips = [(tmp_path / f"receipt-{n:03d}.txt").read_text() for n in (1, 2, 3)]
    assert all(f"[qr read from the paper] {record.status_url}" in slip for slip in slips)
    receipts.close()
    driver.close()


def test_a_receipt_torn_by_the_end_of_the_paper_comes_again_whole_and_marked(tmp_path):
    device = Printer(tmp_path, font=FONTS.regular)
    device.start()
    cable = TcpCable(device, "127.0.0.1", 0)
    cable.start()
    host, port = cable.address
    driver = create(settings(connection="network", host=host, port=port))
    driver.open()
    heard: queue.Queue = queue.Queue()
    receipts = Receipts(driver, heard.put)
    story = Story.paying(Method.ALIPAY).server_says(PaymentState.APPROVED)
    device.faults.set("paper_out_midway")
    receipts.print(story.taps(Action.PRINT).did(PrintReceipt)[-1], config().community)
    story.plays(heard.get(timeout=30))
    assert story.visit.say is Say.NOT_PRINTED
    story.plays(DevicesSeen(devices(printer=driver.probe().level)))
    device.faults.clear()
    assert wait_until(lambda: driver.probe().level == "ok")
    story.plays(DevicesSeen(devices(printer=driver.status().level)))
    _, again = story.did(PrintReceipt)
    receipts.print(again, config().community)
    story.plays(heard.get(timeout=30))
    assert story.visit.say is Say.PRINTED
    assert wait_until((tmp_path / "receipt-002.png").exists)
    torn, whole = ((tmp_path / f"receipt-{n:03d}.txt").read_text() for n in (1, 2))
    code = f"[qr read from the paper] {story.payment.status_url}"
    assert code in whole and code not in torn
    assert again.copy
    receipts.close()
    driver.close()
