"""The simulated nexo terminal as its own process, and drivers that know it."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from device_drivers.card_terminals.interface import (
    CardRequest,
    CardResult,
    CardStep,
    Observer,
    StepKind,
)
from device_drivers.card_terminals.nexo import create
from device_drivers.card_terminals.nexo.terminal import NexoTerminal
from simulators.control import call
from tests.device_drivers.card_terminals.terminal_process import terminal_process

AMOUNT_MINOR = 63208


def request(amount_minor: int = AMOUNT_MINOR, **more: Any) -> CardRequest:
    """A payment with a name of its own."""
    return CardRequest(str(uuid.uuid4()), amount_minor, "CNY", **more)


@dataclass
class Observed(Observer):
    """Records what it hears; ``records`` is what it says to a result."""

    records: bool = True
    steps: list[StepKind] = field(default_factory=list)
    results: list[CardResult] = field(default_factory=list)

    def on_step(self, step: CardStep) -> None:
        self.steps.append(step.kind)

    def before_acknowledge(self, result: CardResult) -> bool:
        self.results.append(result)
        return self.records


class World:
    def __init__(self, ready: dict[str, Any], state: Path) -> None:
        self.ready, self.state_file = ready, state

    def table(self, **settings: Any) -> dict[str, Any]:
        """The terminal in the configuration, quick enough for tests."""
        told = {
            name: self.ready[name]
            for name in (
                *("host", "port", "poi_id", "environment", "ca_file"),
                *("key_identifier", "key_version", "passphrase_file"),
            )
        }
        quick = {
            "answer_timeout_s": 5.0,
            "payment_timeout_s": 5.0,
            "status_pause_s": 0.05,
            "status_limit_s": 5.0,
            "not_found_s": 0.2,
        }
        return {**told, "sale_id": "K03", **quick, **settings}

    def driver(self, **settings: Any) -> NexoTerminal:
        return create(self.table(**settings))

    def next(self, behaviour: str) -> None:
        call(self.ready["control"] + "/next", {"behaviour": behaviour})

    def configure(self, **settings: Any) -> None:
        call(self.ready["control"] + "/config", settings)

    def press(self, key: str) -> None:
        call(self.ready["control"] + "/press", {"key": key})

    @property
    def told(self) -> dict[str, Any]:
        return call(self.ready["control"] + "/state")

    def state_of(self, request: CardRequest) -> list[str]:
        """What the bank's books say of a payment: one state for each time that money was moved."""
        booked = self.told["transactions"]
        return [t["state"] for t in booked if t["reference"] == request.payment_id]


@contextmanager
def world(folder: Path, *options: str) -> Iterator[World]:
    state = folder / "books.sqlite"
    where = ("--https", "127.0.0.1:0", "--state", str(state))
    with terminal_process("nexo_terminal", *where, *options) as ready:
        yield World(ready, state)
