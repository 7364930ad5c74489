"""What the simulated printer says by itself (ESC/POS GS a): every change, however short."""

from simulators.receipt_printer.device import Printer
from simulators.receipt_printer.status import automatic
from tests.device_drivers.waiting import wait_until


def test_a_fault_that_came_and_went_before_anybody_looked_is_told(tmp_path):
    printer, told = Printer(tmp_path), []
    printer.answer = told.append
    printer.engine.automatic_status = True
    well = automatic(printer.faults)
    printer.faults.set("paper_out")
    out = automatic(printer.faults)
    printer.faults.set("slow")  # no bit of the status
    printer.faults.clear()
    printer.start()
    assert wait_until(lambda: len(told) >= 2)
    assert told == [out, well]
