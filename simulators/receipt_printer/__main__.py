"""``python -m simulators.receipt_printer``: the simulated printer as a process of its own.

Its first line says in JSON where it can be reached. Steered over HTTP: ``POST /fault {"name"}`` (and
``after_dots`` for jam_midway), ``POST /clear {"name"?}``, ``GET /state``.
"""

import argparse
import json
import signal
from pathlib import Path
from typing import Any

from simulators.control import ControlServer, host_and_port
from simulators.receipt_printer.cables import PtyCable, TcpCable
from simulators.receipt_printer.device import Printer

FONT = Path(__file__).parents[2] / "assets" / "fonts" / "built" / "LobbySans-Regular.otf"
WIDTHS = {58: 384, 80: 576}


def main() -> None:
    options = _options()
    printer = Printer(
        options.out,
        width=WIDTHS[options.paper_mm],
        font=options.font,
        dots_per_second=options.dots_per_second,
        charset=options.charset,
    )
    ready: dict[str, Any] = {"simulator": "receipt_printer", "out": str(options.out)}
    if options.pty:
        pty = PtyCable(printer, options.pty)
        ready["pty"] = str(pty.link)
        pty.start()
    else:
        tcp = TcpCable(printer, *host_and_port(options.tcp))
        ready["host"], ready["port"] = tcp.address
        tcp.start()
    printer.start()

    def fault(body: dict[str, Any]) -> dict[str, Any]:
        printer.faults.set(body["name"], int(body.get("after_dots", 200)))
        return printer.state()

    def clear(body: dict[str, Any]) -> dict[str, Any]:
        printer.faults.clear(body.get("name"))
        return printer.state()

    control = ControlServer(options.control, {"fault": fault, "clear": clear}, printer.state)
    control.start()
    ready["control"] = control.url
    print(json.dumps(ready), flush=True)
    signal.sigwait({signal.SIGTERM, signal.SIGINT})


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m simulators.receipt_printer")
    cable = parser.add_mutually_exclusive_group()
    cable.add_argument("--tcp", default="127.0.0.1:9100", help="host:port; port 0 picks a free one")
    cable.add_argument("--pty", type=Path, help="serial: the path that leads to the pty")
    parser.add_argument("--control", default="127.0.0.1:0", help="host:port of the control server")
    parser.add_argument("--out", type=Path, required=True, help="folder for the receipts")
    parser.add_argument("--paper-mm", type=int, choices=tuple(WIDTHS), default=58)
    parser.add_argument("--font", type=Path, default=FONT, help="for its own characters")
    parser.add_argument("--charset", choices=("gb18030", "gbk"), default="gb18030")
    parser.add_argument("--dots-per-second", type=float, default=0, help="0: at once; real: 800")
    return parser.parse_args()


if __name__ == "__main__":
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM, signal.SIGINT})
    main()
