"""The world of a driver under test: where its device is, and what can be done to the device."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

Act = Callable[[], None]


@dataclass(frozen=True)
class Bench:
    """A device on the bench. What cannot be done to it stays None; checks that need it are skipped.

    A driver's module in another package may bring its own: a context manager ``bench()`` beside
    ``create``. Without one the configured device is the bench: then nothing is unplugged.
    """

    settings: Mapping[str, Any]  # with these the driver reaches the device
    nowhere: Mapping[str, Any] | None = None  # and with these nothing is there
    unplug: Act | None = None
    plug_in: Act | None = None
    hang: Act | None = None  # it takes what is sent and says nothing, until ``go_on``
    go_on: Act | None = None
    noise: Act | None = None  # it sends what no device should, now or with its next answer
    count: Callable[[], int] | None = (
        None  # payments that stand, or receipts on paper: its own word
    )
    # Scanners
    show: Callable[[str], None] | None = None  # a code is held before it
    # Card terminals
    moves_money: bool = False  # False on a real device, unless somebody stands there with a card
    currency: str = "CNY"
    fall_silent: Act | None = None  # the next payment is never answered, until ``speak_again``
    speak_again: Act | None = None
    wait_for_card: Callable[[bool], None] | None = None  # payments wait until they are aborted
    # Printers
    uses_paper: bool = False
    paper_out: Act | None = None
    paper_in: Act | None = None
    # Sensor boards
    signal: Callable[[str, bool], None] | None = None  # a Signal is on, or off
    lit: Callable[[], set[str]] | None = None  # the lamps that are on: the board's own word
