"""``python -m simulators.io_board``: the simulated board of inputs and coils as a process of its own.

Its first line says in JSON where it can be reached. Steered over HTTP: ``POST /input {"place", "on"}``,
``POST /register {"number", "value"}``, ``POST /fault {"name"}`` (silent, garbage, wrong_check, refuses,
late, other_address, unplugged), ``POST /clear``, ``GET /state``. With ``--schedule FILE`` faults come by
themselves (simulators.schedule), by the clock.
"""

import argparse
import signal
from pathlib import Path
from typing import Any

from simulators import schedule
from simulators.control import ENDINGS, serve
from simulators.io_board.device import IoBoard


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m simulators.io_board")
    parser.add_argument("--pty", type=Path, required=True, help="the path that leads to the pty")
    parser.add_argument("--control", default="127.0.0.1:0", help="host:port of the control server")
    parser.add_argument("--address", type=int, default=1, help="of the board on its line")
    parser.add_argument("--schedule", type=Path, help="faults to come, TOML or JSON")
    options = parser.parse_args()
    entries = schedule.load(options.schedule) if options.schedule else ()
    board = IoBoard(options.pty, options.address)

    def fault(body: dict[str, Any]) -> dict[str, Any]:
        board.fault(body["name"])
        return board.state()

    actions = {
        "input": lambda body: board.set_input(int(body["place"]), bool(body["on"])),
        "register": lambda body: board.set_register(int(body["number"]), int(body["value"])),
        "fault": fault,
        "clear": lambda body: board.clear(),
    }
    plan = schedule.Schedule(entries, actions)

    def state() -> dict[str, Any]:
        return {**board.state(), "refused": plan.refused}

    ready = {"simulator": "io_board", "pty": str(board.link)}
    serve(options.control, actions, state, ready, plan.start)


if __name__ == "__main__":
    signal.pthread_sigmask(signal.SIG_BLOCK, ENDINGS)
    main()
