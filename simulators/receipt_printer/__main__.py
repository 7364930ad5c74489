"""``python -m simulators.receipt_printer``: the simulated printer as a process of its own.

Its first line says in JSON where it can be reached. Steered over HTTP: ``POST /fault {"name"}`` (with
``after_dots`` or ``late_s`` where the fault has it), ``POST /clear {"name"?}``, ``POST /reboot
{"seconds"?}``, ``POST /take`` (the receipt from the presenter), ``GET /state``; and by ``--schedule``.
"""

import argparse
import signal
from pathlib import Path
from typing import Any

from simulators.control import ENDINGS, Action, host_and_port, serve
from simulators.receipt_printer.cables import PtyCable, TcpCable
from simulators.receipt_printer.device import Printer
from simulators.receipt_printer.faults import NAMES
from simulators.schedule import Schedule, load

FONT = Path(__file__).parents[2] / "assets" / "fonts" / "built" / "LobbySans-Regular.otf"
WIDTHS = {58: 384, 80: 576}


def main() -> None:
    options = _options()
    printer = Printer(
        options.out,
        width=options.width_dots or WIDTHS[options.paper_mm],
        font=options.font,
        dots_per_second=options.dots_per_second,
        charset=options.charset,
        presenter=options.presenter,
        take_after_s=options.take_after_s,
        buffer_bytes=options.buffer_bytes,
    )
    actions = _actions(printer)
    schedule = Schedule(load(options.schedule) if options.schedule else (), actions)
    printer.engine.on_begin = schedule.count
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

    def state() -> dict[str, Any]:
        return {**printer.state(), "refused": schedule.refused}

    serve(options.control, actions, state, ready, schedule.start)


def _actions(printer: Printer) -> dict[str, Action]:
    def fault(body: dict[str, Any]) -> dict[str, Any]:
        settings = {key: value for key, value in body.items() if key != "name"}
        printer.faults.set(body["name"], **settings)
        return printer.state()

    def clear(body: dict[str, Any]) -> dict[str, Any]:
        printer.faults.clear(body.get("name"))
        return printer.state()

    def reboot(body: dict[str, Any]) -> dict[str, Any]:
        printer.switch_off(float(body.get("seconds", 3)))
        return printer.state()

    def take(body: dict[str, Any]) -> dict[str, Any]:
        if printer.presenter is None:
            raise ValueError("this printer has no presenter; start it with --presenter")
        printer.presenter.take()
        return printer.state()

    return {"fault": fault, "clear": clear, "reboot": reboot, "take": take}


def _options() -> argparse.Namespace:
    faults = "faults:\n" + "\n".join(f"  {name:17} {what}" for name, what in NAMES.items())
    parser = argparse.ArgumentParser(
        prog="python -m simulators.receipt_printer",
        epilog=faults,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    cable = parser.add_mutually_exclusive_group()
    cable.add_argument("--tcp", default="127.0.0.1:9100", help="host:port; port 0 picks a free one")
    cable.add_argument("--pty", type=Path, help="serial: the path that leads to the pty")
    parser.add_argument("--control", default="127.0.0.1:0", help="host:port of the control server")
    parser.add_argument("--out", type=Path, required=True, help="folder for the receipts")
    parser.add_argument("--paper-mm", type=int, choices=tuple(WIDTHS), default=58)
    parser.add_argument("--width-dots", type=int, help="of the head; instead of the paper's usual")
    parser.add_argument("--font", type=Path, default=FONT, help="for its own characters")
    parser.add_argument("--charset", choices=("gb18030", "gbk"), default="gb18030")
    parser.add_argument("--dots-per-second", type=float, default=0, help="0: at once; real: 800")
    parser.add_argument(
        "--presenter", action="store_true", help="a kiosk printer (DLE EOT 20, GS e)"
    )
    parser.add_argument("--take-after-s", type=float, default=1.0, help="when receipts are taken")
    parser.add_argument("--buffer-bytes", type=int, default=0, help="0: takes all at once")
    parser.add_argument("--schedule", type=Path, help="faults by schedule (simulators/schedule.py)")
    return parser.parse_args()


if __name__ == "__main__":
    signal.pthread_sigmask(signal.SIG_BLOCK, ENDINGS)
    main()
