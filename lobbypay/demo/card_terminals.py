"""The simulated card terminals of the demo: how each is started, and how the kiosk reaches it."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Table = dict[str, Any]


@dataclass(frozen=True)
class SimulatedTerminal:
    """``options(folder, port)`` of the process; ``table(ready)`` for the kiosk's configuration, from
    what the process says when it is ready."""

    module: str
    options: Callable[[Path, int], tuple[str, ...]]
    table: Callable[[Table], Table]


def _zvt(ready: Table) -> Table:
    return {
        "driver": "zvt",
        "transport": "tcp",
        "host": "127.0.0.1",
        "port": ready["port"],
        "no_transaction_codes": "64",  # how the simulated terminal says that it holds none
    }


def _nexo(ready: Table) -> Table:
    proofs = ("environment", "ca_file", "key_identifier", "key_version", "passphrase_file")
    return {
        "driver": "nexo",
        "host": "127.0.0.1",
        "port": ready["port"],
        "poi_id": ready["poi_id"],
        "sale_id": "demo",
        **{name: ready[name] for name in proofs},
        "status_pause_s": 1.0,
        "not_found_s": 3.0,
    }


TERMINALS = {
    "zvt": SimulatedTerminal(
        "simulators.zvt_terminal",
        lambda folder, port: (
            *("--tcp", f"127.0.0.1:{port}"),
            *("--state", str(folder / "terminal.sqlite3")),
        ),
        _zvt,
    ),
    "nexo": SimulatedTerminal(
        "simulators.nexo_terminal",
        lambda folder, port: (
            *("--https", f"127.0.0.1:{port}"),
            *("--state", str(folder / "terminal.sqlite3")),
        ),
        _nexo,
    ),
}
