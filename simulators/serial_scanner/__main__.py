"""``python -m simulators.serial_scanner``: the simulated scanner as a process of its own.

Its first line says in JSON where it can be reached. Steered over HTTP: ``POST /scan {"text"}``,
``POST /raw {"hex"}``, ``POST /fault {"name"}`` (garbage, dribble, silent, half, burst, stuck,
unplugged), ``POST /clear``, ``POST /unplug``, ``POST /plug_in``, ``GET /state``. With ``--schedule FILE``
faults come by themselves (simulators.schedule), by the clock or with the n-th scan.
"""

import argparse
import signal
from pathlib import Path
from typing import Any

from simulators import schedule
from simulators.control import ENDINGS, serve
from simulators.serial_scanner.device import TRIGGERS, SerialScanner


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m simulators.serial_scanner")
    parser.add_argument("--pty", type=Path, required=True, help="the path that leads to the pty")
    parser.add_argument("--control", default="127.0.0.1:0", help="host:port of the control server")
    parser.add_argument("--profile", choices=tuple(TRIGGERS), default="continuous")
    parser.add_argument("--suffix", default="0D", help="bytes after each code, in hex")
    parser.add_argument("--schedule", type=Path, help="faults to come, TOML or JSON")
    options = parser.parse_args()
    entries = schedule.load(options.schedule) if options.schedule else ()
    device = SerialScanner(options.pty, options.profile, bytes.fromhex(options.suffix))

    def scan(body: dict[str, Any]) -> dict[str, Any]:
        plan.count()
        return {"read": device.scan(body["text"], str(body.get("aim", "")).encode())}

    def raw(body: dict[str, Any]) -> None:
        device.send_raw(bytes.fromhex(body["hex"]))

    def fault(body: dict[str, Any]) -> dict[str, Any]:
        device.fault(body["name"])
        return device.state()

    actions = {
        "scan": scan,
        "raw": raw,
        "fault": fault,
        "clear": lambda body: device.clear(),
        "unplug": lambda body: device.unplug(),
        "plug_in": lambda body: device.plug_in(),
    }
    plan = schedule.Schedule(entries, actions)

    def state() -> dict[str, Any]:
        return {**device.state(), "refused": plan.refused}

    ready = {"simulator": "serial_scanner", "pty": str(device.link)}
    serve(options.control, actions, state, ready, plan.start)


if __name__ == "__main__":
    signal.pthread_sigmask(signal.SIG_BLOCK, ENDINGS)
    main()
