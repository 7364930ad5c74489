"""The demo's house for crashes: a serial scanner, and a kiosk with or without its window."""

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lobbypay.demo.house import House
from lobbypay.demo.processes import Running
from tests.crash.database_cluster import Cluster

ROOT = Path(__file__).resolve().parents[2]

IN_NEXO = {  # what the simulated nexo terminal calls what the residents' plans name
    "slow": "late",
    "drop_connection": "answer_lost",
    "drop_before_ack": "bad_hmac",
    "lose_completion": "reboot_after_approve",
}


@dataclass
class CrashHouse(House):
    """``window`` False: the kiosk is ``tests.crash.kiosk_process``. With ``cluster`` the server's
    database is two that stand in for each other, and its jobs have a process of their own."""

    window: bool = False
    cluster: Cluster | None = None

    def start_server(self) -> None:
        super().start_server()
        if self.cluster and "worker" not in self.running:
            self.start_worker()

    def start_worker(self) -> None:
        command = ("lobbypay", "server", "worker")
        named = {"LOBBYPAY_SERVER_CONFIG": str(self.server_config)}
        self.running["worker"] = self.processes.start("worker", *command, wait=False, **named)

    def start_scanner(self) -> None:
        self.running["scanner"] = self.processes.start(
            "scanner", "simulators.serial_scanner", "--pty", str(self.folder / "scanner")
        )

    def scanner_table(self) -> dict[str, Any]:
        return {"driver": "serial_line", "port": self.folder / "scanner"}

    def terminal(self, behaviour: str) -> None:
        known = IN_NEXO if self.card_terminal == "nexo" else {}
        super().terminal(known.get(behaviour, behaviour))

    def scan(self, text: str) -> None:
        """Somebody holds a code before the scanner."""
        self.control("scanner", "scan", {"text": text})

    def start_kiosk(self) -> Running:
        self.probe.unlink(missing_ok=True)
        if self.window:
            return super().start_kiosk()
        command = ("tests.crash.kiosk_process", "--config", str(self.kiosk_config))
        self.running["kiosk"] = self.processes.start("kiosk", *command, wait=False)
        return self.running["kiosk"]


def environment() -> dict[str, str]:
    """So that processes find the checkout's modules wherever the command was given."""
    return {"PYTHONPATH": ":".join([str(ROOT), *filter(None, sys.path)])}
