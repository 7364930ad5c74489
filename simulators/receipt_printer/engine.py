"""The print engine: carries out commands on paper in their order, and stops when it must.

Real-time requests are answered at once by whoever receives them; everything else waits in a queue.
"""

import queue
import threading
import time
from collections.abc import Callable

from PIL import Image

from simulators.receipt_printer import status
from simulators.receipt_printer.faults import Faults
from simulators.receipt_printer.paper import LINE, Paper, Style
from simulators.receipt_printer.presenter import Presenter
from simulators.receipt_printer.receipts import Receipts
from simulators.receipt_printer.tokens import Token

MAKER, MODEL = "LobbyPay simulator", "LobbyPay ESC/POS"
QR_LEVELS = {48: "l", 49: "m", 50: "q", 51: "h"}
QUERIES = ("GS r", "GS I", "GS a", "GS \xe0", "GS ( H")
SLICE_DOTS = 24  # a picture is printed in slices, so that it can jam in the middle
SLOW = 100.0  # dots a second


class Engine(threading.Thread):
    def __init__(
        self,
        paper: Paper,
        receipts: Receipts,
        faults: Faults,
        reply: Callable[[bytes], None],
        dots_per_second: float = 0,
        charset: str = "gb18030",
        presenter: Presenter | None = None,
    ) -> None:
        super().__init__(name="print-engine", daemon=True)
        self.tokens: queue.Queue[Token] = queue.Queue()
        self.unknown: list[str] = []
        self.automatic_status = False
        self.waiting_bytes = 0
        self._counting = threading.Lock()  # the cable adds, the engine takes away
        self.on_begin: Callable[[], None] = lambda: None  # a receipt begins
        self._begun = False
        self._paper, self._receipts, self._faults, self._reply = paper, receipts, faults, reply
        self._speed = dots_per_second
        self._charset = charset
        self._presenter = presenter
        self._forgotten = (
            0  # how often the buffers were cleared: what began before is not gone on with
        )
        self._style = Style()
        self._line: list[tuple[str, Style]] = []
        self._line_height: int | None = None
        self._qr = {"module": 3, "level": "l", "data": b""}
        self._notes: list[str] = []
        self._raw = bytearray()

    def run(self) -> None:
        while True:
            token = self.tokens.get()
            forgotten = self._forgotten
            self._wait_until_able()
            if forgotten != self._forgotten:
                continue
            if token.name not in QUERIES:
                self._raw += token.raw
            self._do(token)
            with self._counting:
                self.waiting_bytes = max(0, self.waiting_bytes - len(token.raw))

    def take(self, token: Token) -> None:
        """The next command, carried out in its turn."""
        with self._counting:
            self.waiting_bytes += len(token.raw)
        self.tokens.put(token)

    def drop_waiting(self) -> None:
        """What was received and not done is forgotten (DLE ENQ 2, DLE DC4 8, switched off)."""
        self._forgotten += 1
        self.waiting_bytes = 0
        while not self.tokens.empty():
            self.tokens.get_nowait()

    def switched_off(self) -> None:
        self.drop_waiting()
        self._style, self._line, self._line_height = Style(), [], None
        self.automatic_status = False

    def _wait_until_able(self) -> None:
        with self._faults.changed:
            self._faults.changed.wait_for(lambda: not self._faults.stopped)

    def _advance(self, dots: int) -> None:
        """Called after dots were printed: takes the time, and jams where it was told to."""
        speed = SLOW if "slow" in self._faults else self._speed
        if speed:
            time.sleep(dots / speed)
        self._faults.midway(self._paper.length)
        self._wait_until_able()

    def _do(self, token: Token) -> None:
        name, args = token.name, token.args
        style = self._style
        if name in ("text", "GS v 0") and not self._begun:
            self._begun = True
            self.on_begin()
        if name == "text":
            self._line.append((self._decode(args), style))
        elif name == "LF":
            self._end_line()
        elif name == "ESC @":
            self._style, self._line, self._line_height = Style(), [], None
        elif name == "ESC a":
            self._style = Style(style.bold, style.wide, style.high, args[0] % 48 % 3)
        elif name in ("ESC E", "ESC G"):
            self._style = Style(bool(args[0] & 1), style.wide, style.high, style.align)
        elif name == "ESC !":
            wide, high = 1 + (args[0] >> 5 & 1), 1 + (args[0] >> 4 & 1)
            self._style = Style(bool(args[0] & 8), wide, high, style.align)
        elif name == "GS !":
            wide, high = 1 + (args[0] >> 4 & 7), 1 + (args[0] & 7)
            self._style = Style(style.bold, wide, high, style.align)
        elif name in ("ESC 2", "ESC 3"):
            self._line_height = args[0] if args else None
        else:
            self._do_paper(name, args)

    def _do_paper(self, name: str, args: bytes) -> None:
        if name in ("ESC d", "ESC J"):
            self._flush()
            dots = args[0] * (self._line_height or LINE + 6) if name == "ESC d" else args[0]
            self._paper.feed(dots)
            self._advance(dots)
        elif name == "GS v 0":
            self._raster(args)
        elif name == "GS ( k":
            self._two_dimensional(args[2:])
        elif name in ("GS V", "ESC i", "ESC m"):
            self._cut(args)
        elif name == "GS I":
            answer = {66: MAKER, 67: MODEL}.get(args[0], "")
            self._reply(b"_" + answer.encode("ascii") + b"\0")
        elif name == "GS r":
            self._reply(status.paper_in_order(self._faults) if args[0] in (1, 49) else b"\0")
        elif name == "GS ( H" and args[2:4] == b"\x30\x30":
            self._reply(b"\x37\x22" + args[4:8] + b"\0")
        elif name in ("GS a", "GS \xe0"):
            # A kiosk printer reports in six bytes (GS E0), any other in four (GS a).
            if (name == "GS a") == (self._presenter is None):
                self.automatic_status = bool(args[0])
                if self.automatic_status:
                    self._reply(self.newest_status())
        elif name == "GS e" and self._presenter:
            self._reply(self._presenter.command(args))
        elif name.startswith(("unknown", "GS k")):
            self.unknown.append(name)

    def newest_status(self) -> bytes:
        """What it says by itself when anything changes."""
        if self._presenter:
            return status.full(self._faults, self._presenter.ticket)
        return status.automatic(self._faults)

    def _decode(self, text: bytes) -> str:
        if self._charset == "gb18030":
            return text.decode("gb18030", "replace")
        shown, at = "", 0
        while at < len(text):
            size = 2 if text[at] >= 0x81 and at + 1 < len(text) else 1
            shown += text[at : at + size].decode("gbk", "replace")
            at += size
        return shown

    def _end_line(self) -> None:
        before = self._paper.length
        self._notes.append("".join(text for text, _ in self._line))
        self._paper.line(self._line, self._line_height)
        self._line = []
        self._advance(self._paper.length - before)

    def _flush(self) -> None:
        if self._line:
            self._end_line()

    def _raster(self, args: bytes) -> None:
        self._flush()
        wide_bytes, height = args[1] + 256 * args[2], args[3] + 256 * args[4]
        size = (wide_bytes * 8, height)
        dots = Image.frombytes("1", size, bytes(255 - byte for byte in args[5:]))
        if args[0] & 3:
            dots = dots.resize((size[0] * (1 + (args[0] & 1)), height * (1 + (args[0] >> 1 & 1))))
        self._notes.append(f"[raster {dots.width} x {dots.height}]")
        forgotten = self._forgotten
        for top in range(0, dots.height, SLICE_DOTS):
            if forgotten != self._forgotten:
                return
            bottom = min(top + SLICE_DOTS, dots.height)
            self._paper.picture(dots.crop((0, top, dots.width, bottom)), self._style.align)
            self._advance(bottom - top)

    def _two_dimensional(self, args: bytes) -> None:
        """GS ( k for QR codes (cn 49): module size, level, store, print."""
        kind, function, rest = args[0], args[1], args[2:]
        if kind != 49:
            self.unknown.append(f"GS ( k {kind}")
        elif function == 67:
            self._qr["module"] = rest[0]
        elif function == 69:
            self._qr["level"] = QR_LEVELS.get(rest[0], "l")
        elif function == 80:
            self._qr["data"] = rest[1:]
        elif function == 81:
            self._flush()
            before = self._paper.length
            data = bytes(self._qr["data"])
            self._notes.append(f"[qr] {data.decode('utf-8', 'replace')}")
            self._paper.qr(data, self._qr["module"], self._qr["level"], self._style.align)
            self._advance(self._paper.length - before)

    def _cut(self, args: bytes) -> None:
        self._flush()
        if len(args) == 2:
            self._paper.feed(args[1])
        if "cutter_at_cut" in self._faults:
            self._faults.clear("cutter_at_cut")
            self._faults.set("cutter")
            self._wait_until_able()
        if not self._paper.length:
            return
        self._receipts.save(self._paper.cut(), self._notes, bytes(self._raw))
        if self._presenter:
            self._presenter.cut()
        self._notes, self._raw, self._begun = [], bytearray(), False
