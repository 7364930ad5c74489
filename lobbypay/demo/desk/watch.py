"""What is so at this moment, from everybody who knows: told to the pages whenever it has changed.

It only asks: the kiosk's probe, the simulators' control addresses, the databases (read only).
"""

import json
import sqlite3
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from lobbypay.demo.desk.books import last_payments
from lobbypay.demo.desk.phone import WALLETS
from lobbypay.demo.desk.stage import Stage

LOOK_EVERY_S = 0.5
RECEIPTS_SHOWN = 3
_WAITING = ("unscanned", "waiting", "asking")
Known = TypeVar("Known")


class Watch:
    """``tell`` is called on the watch's thread with each new state as JSON text."""

    def __init__(self, stage: Stage, tell: Callable[[str], None]) -> None:
        self._stage, self._tell = stage, tell
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, name="watch", daemon=True)
        self._screen: dict[str, Any] = {}
        self._payments: list[dict[str, Any]] = []
        self.newest = ""

    def start(self) -> None:
        self._thread.start()

    def close(self) -> None:
        self._over.set()
        self._thread.join(timeout=5)

    def _run(self) -> None:
        while not self._over.is_set():
            began = time.monotonic()
            state = json.dumps(self.look(), ensure_ascii=False)
            if state != self.newest:
                self.newest = state
                self._tell(state)
            self._over.wait(max(0.1, LOOK_EVERY_S - (time.monotonic() - began)))

    def look(self) -> dict[str, Any]:
        house = self._stage.house
        self._payments = _or(lambda: last_payments(house), self._payments)
        return {
            "kiosk": self._kiosk(),
            "server": {"on": self._stage.alive("server")},
            "line": _or(lambda: house.control("line", "state")["line"], ""),
            "camera": _or(self._camera, {"sees": "", "fault": ""}),
            "phone": _or(self._phone, {"orders": [], "late": ""}),
            "terminal": _or(self._terminal, {"display": "", "planned": [], "faults": []}),
            "printer": _or(self._printer, {"faults": [], "receipts": []}),
            "clock": self._stage.clock.seconds,
            "household": self._stage.props.household,
            "payments": self._payments,
        }

    def _kiosk(self) -> dict[str, Any]:
        if not self._stage.alive("kiosk"):
            return {"on": False, "screen": "", "language": ""}
        self._screen = _or(self._stage.glass.look, self._screen)
        seen = self._screen
        return {
            "on": True,
            "screen": seen.get("screen", ""),
            "language": seen.get("language", ""),
        }

    def _camera(self) -> dict[str, Any]:
        state = self._stage.house.control("camera", "state")
        return {"sees": Path(state["sees"]).name, "fault": state["fault"]}

    def _phone(self) -> dict[str, Any]:
        orders = [
            {
                "wallet": wallet,
                "amount": f"{o['amount_minor'] // 100}.{o['amount_minor'] % 100:02d}",
                "state": o["state"],
            }
            for wallet in WALLETS
            for o in self._stage.house.channel_orders(wallet).values()
            if o["state"] in _WAITING
        ]
        return {"orders": orders[::-1], "late": self._stage.late}

    def _terminal(self) -> dict[str, Any]:
        state = self._stage.house.control("terminal", "state")
        return {
            "display": str(state.get("display", "")),
            "planned": state.get("planned", []),
            "faults": state.get("faults", []),
        }

    def _printer(self) -> dict[str, Any]:
        state = self._stage.house.control("printer", "state")
        receipts = self._stage.house.receipts()[-RECEIPTS_SHOWN:]
        return {"faults": state["faults"], "receipts": [path.name for path in receipts[::-1]]}


def _or(ask: Callable[[], Known], otherwise: Known) -> Known:
    """Whoever is being started, stopped or killed just now does not answer; that is no fault here."""
    try:
        return ask()
    except (OSError, ValueError, KeyError, sqlite3.Error):
        return otherwise
