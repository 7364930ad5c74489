"""``python -m simulators.zvt_terminal [--tcp HOST:PORT] [--pty LINK] --state FILE``: a ZVT terminal.

Its first line says in JSON where it is. Steered over HTTP: ``POST /next {"behaviour", "count"?}``,
``POST /press {"key": "card" or "stop"}``, ``POST /config {"step_delay_s"?, "wait_for_card"?,
"bare_repeat"?}``, ``GET /state`` (with every transaction that the bank knows).
"""

import argparse
import json
import signal
import threading
from pathlib import Path
from typing import Any

from simulators.control import ControlServer, host_and_port
from simulators.zvt_terminal.bank import Bank
from simulators.zvt_terminal.lines import PtyLine, TcpPort
from simulators.zvt_terminal.terminal import Terminal

ENDINGS = {signal.SIGTERM, signal.SIGINT}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tcp", help="HOST:PORT, port 0 for a free one")
    parser.add_argument("--pty", type=Path, help="where to put the link to the serial line")
    parser.add_argument("--control", default="127.0.0.1:0")
    parser.add_argument("--state", type=Path, required=True)
    parser.add_argument("--step-delay", type=float, default=0.8, help="seconds")
    options = parser.parse_args()
    signal.pthread_sigmask(signal.SIG_BLOCK, ENDINGS)  # before any thread: only sigwait hears them
    if not (options.tcp or options.pty):
        parser.error("--tcp or --pty is needed")
    ports: list[TcpPort] = []

    def close_port(seconds: float) -> None:
        for port in ports:
            port.open.clear()
            threading.Timer(seconds, port.open.set).start()

    terminal = Terminal(Bank(options.state), options.step_delay, close_port)
    ready: dict[str, Any] = {"simulator": "zvt_terminal"}
    if options.tcp:
        ports.append(TcpPort(*host_and_port(options.tcp), terminal.hear, terminal.lost))
        ready |= {"host": "127.0.0.1", "port": ports[0].port}
    if options.pty:
        ready["pty"] = str(PtyLine(options.pty, terminal.hear).link)
    control = ControlServer(options.control, _actions(terminal), terminal.state)
    control.start()
    print(json.dumps({**ready, "control": control.url}), flush=True)
    signal.sigwait(ENDINGS)


def _actions(terminal: Terminal) -> dict[str, Any]:
    def plan(body: dict[str, Any]) -> None:
        terminal.plan(str(body["behaviour"]), int(body.get("count", 1)))

    def press(body: dict[str, Any]) -> None:
        terminal.press(str(body["key"]))

    def configure(body: dict[str, Any]) -> None:
        terminal.step_delay_s = float(body.get("step_delay_s", terminal.step_delay_s))
        terminal.wait_for_card = bool(body.get("wait_for_card", terminal.wait_for_card))
        terminal.bare_repeat = bool(body.get("bare_repeat", terminal.bare_repeat))

    return {"next": plan, "press": press, "config": configure}


if __name__ == "__main__":
    main()
