"""One thing that a person at the desk can do, with what should happen then, in both languages."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from contract.message import Text
from lobbypay.demo.desk.words import EXPECTS, LABELS, WORDS

if TYPE_CHECKING:
    from lobbypay.demo.desk.stage import Stage


class NotNow(Exception):
    """The act makes no sense at this moment; ``why`` tells the person what to do first. ``name``: of its
    words, ``not_now.NAME``."""

    def __init__(self, name: str) -> None:
        self.why = WORDS[f"not_now.{name}"]
        super().__init__(self.why.en)


class Tab(StrEnum):
    SCANNER = "scanner"
    PHONE = "phone"
    TERMINAL = "terminal"
    PRINTER = "printer"
    NETWORK = "network"
    KIOSK = "kiosk"


class Tone(StrEnum):
    """PLAIN: what people do; FAULT: something breaks; WELL: it is whole again."""

    PLAIN = "plain"
    FAULT = "fault"
    WELL = "well"


@dataclass(frozen=True)
class Act:
    """``do`` may take seconds and raises NotNow. ``terminals``: with which simulated terminals there is
    this act; empty for all."""

    name: str
    tab: Tab
    tone: Tone
    label: Text
    expects: Text
    do: Callable[["Stage"], None]
    terminals: tuple[str, ...] = ()


def act(
    name: str, tab: Tab, tone: Tone, do: Callable[["Stage"], None], terminals: tuple[str, ...] = ()
) -> Act:
    """With its texts."""
    return Act(name, tab, tone, LABELS[name], EXPECTS[name], do, terminals)
