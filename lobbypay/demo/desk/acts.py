"""All acts of the desk, and how one is carried out: one at a time, in the order in which they came."""

import threading

from lobbypay.demo.desk import network, phone, power, printer, scanner, terminal
from lobbypay.demo.desk.act import Act, NotNow
from lobbypay.demo.desk.stage import Stage

ALL: tuple[Act, ...] = (
    *scanner.ACTS,
    *phone.ACTS,
    *terminal.ACTS,
    *printer.ACTS,
    *network.ACTS,
    *power.ACTS,
)


class Acts:
    """The acts that there are with this house's terminal."""

    def __init__(self, stage: Stage) -> None:
        self._stage, self._one_at_a_time = stage, threading.Lock()
        kind = stage.house.card_terminal
        self.here = [a for a in ALL if not a.terminals or kind in a.terminals]
        self._by_name = {a.name: a for a in self.here}

    def named(self, name: str) -> Act | None:
        return self._by_name.get(name)

    def perform(self, act: Act) -> None:
        """Raises NotNow, and what processes and simulators raise."""
        with self._one_at_a_time:
            try:
                act.do(self._stage)
            except (ConnectionError, TimeoutError) as problem:
                raise NotNow("no_answer") from problem
