"""``python -m simulators.nexo_terminal --state FILE``: a terminal of the Terminal API, by HTTPS.

Its first line says in JSON where it is, how it proves itself and with which shared key it speaks. Steered
over HTTP: ``POST /next {"behaviour", "count"?, "instead"?}`` (after what is planned, or instead of it),
``POST /press {"key": "card" or "stop"}``, ``POST /config {"step_delay_s"?, "late_s"?, "wait_for_card"?,
"forgets"?, "refuse_reversals"?, "host_reachable"?, "global_status"?, "unsent"?, "display_url"?}``,
``GET /state``; by schedule also ``fault`` (a behaviour) and ``clear``.
"""

import argparse
import secrets
import signal
from pathlib import Path
from typing import Any

from simulators.control import ENDINGS, Action, host_and_port, serve
from simulators.http_door import HttpDoor
from simulators.nexo_terminal import certificates
from simulators.nexo_terminal.books import Books
from simulators.nexo_terminal.door import door
from simulators.nexo_terminal.sealing import Seal
from simulators.nexo_terminal.terminal import Terminal
from simulators.schedule import Schedule, load

_FLAGS = ("wait_for_card", "forgets", "refuse_reversals", "host_reachable")


def main() -> None:
    options = _options()
    signal.pthread_sigmask(signal.SIG_BLOCK, ENDINGS)  # before any thread: only sigwait hears them
    folder = options.state.parent
    root, own, fingerprint = certificates.write(folder, options.poi_id)
    passphrase = folder / "terminal-passphrase"
    if not passphrase.exists():
        passphrase.touch(mode=0o600)
        passphrase.write_text(secrets.token_urlsafe(18))
    seal = Seal(options.key_identifier, options.key_version, passphrase.read_text().strip())
    doors: list[HttpDoor] = []
    terminal = Terminal(
        Books(options.state),
        seal,
        options.poi_id,
        options.step_delay,
        lambda seconds: doors[0].shut(seconds),
    )
    doors.append(door(*host_and_port(options.https), own, terminal))
    actions = _actions(terminal)
    if options.schedule:
        schedule = Schedule(load(options.schedule), actions)
        terminal.count = schedule.count
        schedule.start()
    doors[0].start()
    ready = {
        "simulator": "nexo_terminal",
        "host": "127.0.0.1",
        "port": doors[0].port,
        "poi_id": options.poi_id,
        "environment": "test",
        "ca_file": str(root),
        "fingerprint": fingerprint,
        "key_identifier": options.key_identifier,
        "key_version": options.key_version,
        "passphrase_file": str(passphrase),
    }
    serve(options.control, actions, terminal.state, ready)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--https", default="127.0.0.1:0", help="HOST:PORT, port 0 for a free one")
    parser.add_argument("--control", default="127.0.0.1:0")
    parser.add_argument("--state", type=Path, required=True, help="its books; its keys lie beside")
    parser.add_argument("--poi-id", default="SIM1-000000001")
    parser.add_argument("--key-identifier", default="lobby")
    parser.add_argument("--key-version", type=int, default=1)
    parser.add_argument("--step-delay", type=float, default=0.8, help="seconds")
    parser.add_argument("--schedule", type=Path, help="faults by schedule, see simulators.schedule")
    return parser.parse_args()


def _actions(terminal: Terminal) -> dict[str, Action]:
    def plan(body: dict[str, Any]) -> None:
        behaviour, count = str(body["behaviour"]), int(body.get("count", 1))
        terminal.plan(behaviour, count, instead=bool(body.get("instead")))

    def fault(body: dict[str, Any]) -> None:
        terminal.plan(str(body["name"]))

    def clear(body: dict[str, Any]) -> None:
        terminal.unplan()

    def press(body: dict[str, Any]) -> None:
        terminal.press(str(body["key"]))

    def configure(body: dict[str, Any]) -> None:
        for name in _FLAGS:
            setattr(terminal, name, bool(body.get(name, getattr(terminal, name))))
        terminal.step_delay_s = float(body.get("step_delay_s", terminal.step_delay_s))
        terminal.late_s = float(body.get("late_s", terminal.late_s))
        terminal.global_status = str(body.get("global_status", terminal.global_status))
        terminal.display_url = str(body.get("display_url", terminal.display_url))
        terminal.unsent = int(body.get("unsent", terminal.unsent))

    return {"next": plan, "fault": fault, "clear": clear, "press": press, "config": configure}


if __name__ == "__main__":
    main()
