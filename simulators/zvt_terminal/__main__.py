"""``python -m simulators.zvt_terminal [--tcp HOST:PORT] [--pty LINK] --state FILE``: a ZVT terminal.

Its first line says in JSON where it is. Steered over HTTP: ``POST /next {"behaviour", "count"?,
"instead"?}`` for the next payments (after what is planned, or instead of it), ``POST /fault {"name"}``
and ``POST /clear {"name"?}``, ``POST /press {"key": "card" or "stop"}``, ``POST /config
{"step_delay_s"?, "late_s"?, "wait_for_card"?, "bare_repeat"?}``, ``GET /state`` (with every transaction
that the bank knows). ``--faults`` lists what can fail; ``--schedule FILE`` (see
``simulators.schedule``) counts payments.
"""

import argparse
import signal
import threading
from pathlib import Path
from typing import Any

from simulators.control import ENDINGS, Action, host_and_port, serve
from simulators.schedule import Schedule, load
from simulators.zvt_terminal.bank import Bank
from simulators.zvt_terminal.desk import Desk
from simulators.zvt_terminal.faults import IN_PAYMENT, STANDING, Faults
from simulators.zvt_terminal.lines import PtyLine, TcpPort
from simulators.zvt_terminal.terminal import Terminal


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tcp", help="HOST:PORT, port 0 for a free one")
    parser.add_argument("--pty", type=Path, help="where to put the link to the serial line")
    parser.add_argument("--control", default="127.0.0.1:0")
    parser.add_argument("--state", type=Path)
    parser.add_argument("--step-delay", type=float, default=0.8, help="seconds")
    parser.add_argument("--password", default="000000", help="six digits")
    parser.add_argument("--schedule", type=Path, help="TOML or JSON: what fails when")
    parser.add_argument("--faults", action="store_true", help="list what can fail, and end")
    options = parser.parse_args()
    if options.faults:
        _list_faults()
        return
    signal.pthread_sigmask(signal.SIG_BLOCK, ENDINGS)  # before any thread: only sigwait hears them
    if not (options.tcp or options.pty) or not options.state:
        parser.error("--state, and --tcp or --pty are needed")
    ports: list[TcpPort | PtyLine] = []

    def close_port(seconds: float) -> None:
        for port in ports:
            port.open.clear()
            threading.Timer(seconds, port.open.set).start()

    desk = Desk(Bank(options.state), Faults(), options.step_delay, close_port)
    desk.password = options.password
    terminal = Terminal(desk)
    actions = _actions(terminal, desk)
    schedule = Schedule(load(options.schedule) if options.schedule else (), actions)
    terminal.counts = schedule.count
    ready: dict[str, Any] = {"simulator": "zvt_terminal"}
    if options.tcp:
        tcp = TcpPort(*host_and_port(options.tcp), terminal.hear, terminal.lost, desk.faults)
        ports.append(tcp)
        ready |= {"host": "127.0.0.1", "port": tcp.port}
    if options.pty:
        pty = PtyLine(options.pty, terminal.hear, desk.faults)
        ports.append(pty)
        ready["pty"] = str(pty.link)

    def state() -> dict[str, Any]:
        return {**terminal.state(), "not_scheduled": schedule.refused}

    serve(options.control, actions, state, ready, schedule.start)


def _list_faults() -> None:
    for title, faults in (("until cured or cleared", STANDING), ("in a payment", IN_PAYMENT)):
        print(title)
        for name, what in faults.items():
            print(f"  {name:24} {what}")


def _actions(terminal: Terminal, desk: Desk) -> dict[str, Action]:
    def plan(body: dict[str, Any]) -> None:
        count, instead = int(body.get("count", 1)), bool(body.get("instead"))
        desk.faults.plan(str(body["behaviour"]), count, instead=instead)

    def fault(body: dict[str, Any]) -> dict[str, Any]:
        desk.faults.set(str(body["name"]))
        return terminal.state()

    def clear(body: dict[str, Any]) -> dict[str, Any]:
        desk.faults.clear(body.get("name"))
        desk.press("")  # a silence ends
        return terminal.state()

    def press(body: dict[str, Any]) -> None:
        terminal.press(str(body["key"]))

    def configure(body: dict[str, Any]) -> None:
        desk.step_delay_s = float(body.get("step_delay_s", desk.step_delay_s))
        desk.late_s = float(body.get("late_s", desk.late_s))
        desk.wait_for_card = bool(body.get("wait_for_card", desk.wait_for_card))
        if "bare_repeat" in body:
            (desk.faults.set if body["bare_repeat"] else desk.faults.clear)("bare_repeat")

    return {"next": plan, "fault": fault, "clear": clear, "press": press, "config": configure}


if __name__ == "__main__":
    main()
