"""From ``print`` to the last byte at the printer, against the bare transport for the same bytes, side by
side in one run: on the network (TCP) and on a serial line (pty), 58 and 80 mm, as picture and as GB18030.
These lines are as fast as memory; one more pty takes bytes as slowly as a real line of 115200 baud.

The printer is the simulated one in a process of its own, which notes when the job's last byte came. The
bare transport is python-escpos's, already open, given the finished bytes. Layout, picture and the
questions before the job are what the driver adds. Best rounds beside medians: others on the machine slow
down both.
"""

import multiprocessing
import statistics
import tempfile
import time
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path

import structlog
from escpos import printer as transports

from contract.messages import Method, PaymentState
from device_drivers.printers.escpos import create
from device_drivers.printers.escpos_receipt import encode
from device_drivers.printers.escpos_settings import read_settings
from device_drivers.printers.raster import BUILT_FONTS
from kiosk.core.receipt import Receipt, lay_out
from kiosk.runtime.receipts import document
from kiosk.texts.receipt_words import speech
from kiosk.ui.gallery.samples import CONFIG, record
from simulators.receipt_printer.cables import PtyCable, TcpCable
from simulators.receipt_printer.device import Printer

FONT_FOLDER = Path(__file__).parents[1] / "assets" / "fonts" / "built"
REGULAR = FONT_FOLDER / BUILT_FONTS["font_regular"]
BAUD = 115_200
ROUNDS, ROUNDS_SLOW = 12, 2
TAIL_BYTES = 24  # of a job: its feed and its cut
WAIT_S = 60.0


class Watched(Printer):
    """Tells when the job's last bytes came (``time.monotonic``, one clock for the whole machine)."""

    tail, seen = b"", b""
    tell: Callable[[float], None]
    byte_s = 0.0

    def receive(self, data: bytes) -> None:
        time.sleep(len(data) * self.byte_s)
        came = time.monotonic()
        self.seen = self.seen[-TAIL_BYTES:] + data
        if self.tail and self.tail in self.seen:
            self.tail = b""
            self.tell(came)
        super().receive(data)


def simulator(pipe: Connection, folder: str, line: str, width: int) -> None:
    """Hears which bytes to look out for, tells when they came; b"" is answered once all is printed."""
    printer = Watched(Path(folder), width=width, font=REGULAR)
    printer.tell = pipe.send
    if line == "tcp":
        cable = TcpCable(printer, "127.0.0.1", 0)
        place = {"connection": "network", "host": cable.address[0], "port": cable.address[1]}
    else:
        cable = PtyCable(printer, Path(folder) / "tty")
        place = {"connection": "serial", "port": str(cable.link)}
        printer.byte_s = 10 / BAUD if line == "115200" else 0.0
    printer.start()
    cable.start()
    pipe.send(place)
    while True:
        tail = pipe.recv()
        if tail:
            printer.seen, printer.tail = b"", tail
        while not tail and printer.engine.waiting_bytes:
            time.sleep(0.01)
        pipe.send(True)


def heard(pipe: Connection) -> float:
    if not pipe.poll(WAIT_S):
        raise SystemExit("the last byte never came")
    return pipe.recv()


def asked(pipe: Connection, tail: bytes) -> None:
    pipe.send(tail)
    heard(pipe)


def bare(place: dict, data: bytes, pipe: Connection) -> float:
    if place["connection"] == "network":
        raw = transports.Network(place["host"], port=place["port"])
    else:
        raw = transports.Serial(place["port"], baudrate=BAUD)
    raw.open()
    asked(pipe, data[-TAIL_BYTES:])
    begun = time.monotonic()
    raw._raw(data)
    taken = heard(pipe) - begun
    raw.close()
    return taken


def driven(settings: dict, receipt: Receipt, job: str, tail: bytes, pipe: Connection) -> float:
    driver = create(settings)
    driver.open()
    asked(pipe, tail)
    begun = time.monotonic()
    result = driver.print(document(receipt, job))
    if result.outcome != "printed":
        raise SystemExit(f"not printed: {result}")
    taken = heard(pipe) - begun
    driver.close()
    return taken


def measure(line: str, profile: str, width: int, receipt: Receipt) -> str:
    pipe, theirs = multiprocessing.Pipe()
    with tempfile.TemporaryDirectory() as folder:
        process = multiprocessing.get_context("spawn").Process(
            target=simulator, args=(theirs, folder, line, width), daemon=True
        )
        process.start()
        place = pipe.recv()
        settings = {
            **place,
            "profile": profile,
            **{key: str(FONT_FOLDER / name) for key, name in BUILT_FONTS.items()},
            "answer_timeout_s": 10.0,
            "send_timeout_s": 60.0,
            "confirm_timeout_s": 60.0,
        }
        made = read_settings(settings)
        ours, bares, encoding = [], [], []
        for number in range(ROUNDS_SLOW if line == "115200" else ROUNDS):
            begun = time.monotonic()
            data = encode(document(receipt, "x"), made.profile, made.fonts).data
            encoding.append(time.monotonic() - begun)
            bares.append(bare(place, data, pipe))
            asked(pipe, b"")
            ours.append(driven(settings, receipt, str(number), data[-TAIL_BYTES:], pipe))
            asked(pipe, b"")
        process.terminate()
        process.join()
    ratio = statistics.median(ours) / statistics.median(bares)
    return (
        f"{line:6} {profile:10} {len(data) / 1000:5.1f} kB: print / bare transport {ratio:5.2f}"
        f" ({statistics.median(ours) * 1000:.1f} / {statistics.median(bares) * 1000:.1f} ms),"
        f" best rounds {min(ours) / min(bares):.2f}"
        f" ({min(ours) * 1000:.1f} / {min(bares) * 1000:.1f} ms);"
        f" bytes made in {statistics.median(encoding) * 1000:.1f} ms"
    )


def main() -> None:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))
    paid = record(
        Method.WECHAT, PaymentState.APPROVED, channel_reference="4200002345202611241234567"
    )
    receipt = lay_out(paid, CONFIG.community, speech("zh_CN"))
    for line in ("tcp", "pty"):
        for profile, width in (("generic_58", 384), ("generic_80", 576), ("gb18030_80", 576)):
            print(measure(line, profile, width, receipt), flush=True)
    print(measure("115200", "generic_58", 384, receipt), flush=True)


if __name__ == "__main__":
    main()
