"""Writes each message to the log as it goes over the line, in words: card data masked, never as bytes."""

import structlog

from device_drivers.card_terminals.zvt.apdu import Apdu
from device_drivers.card_terminals.zvt.describe import describe
from device_drivers.card_terminals.zvt.links import Link

log = structlog.get_logger(__name__)


class TracedLink:
    """A link like the one inside it. For finding faults; switched on by ``trace = true``."""

    def __init__(self, link: Link, characters: str) -> None:
        self._link, self._characters = link, characters

    @property
    def place(self) -> str:
        return self._link.place

    def open(self) -> None:
        self._link.open()
        log.info("zvt.trace", event_kind="connected", place=self.place)

    def send(self, apdu: Apdu, may_repeat: bool = True) -> None:
        self._tell("sent", apdu)
        self._link.send(apdu, may_repeat)

    def receive(self, timeout_s: float) -> Apdu | None:
        apdu = self._link.receive(timeout_s)
        if apdu is not None:
            self._tell("received", apdu)
        return apdu

    def _tell(self, way: str, apdu: Apdu) -> None:
        log.info("zvt.trace", event_kind=way, **describe(apdu, self._characters))

    def check(self) -> None:
        self._link.check()

    def close(self) -> None:
        self._link.close()
