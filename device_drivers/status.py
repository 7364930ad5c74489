"""How a device reports its condition: the same shape for every kind."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol, runtime_checkable


class Level(StrEnum):
    OK = "ok"
    WARNING = "warning"  # still serves residents; staff should act soon (paper near its end)
    ERROR = "error"  # does not serve residents


@dataclass(frozen=True)
class Condition:
    """One thing to say about a device. ``code`` is stable and language-free, e.g. ``paper.near_end``.

    ``staff`` says what is wrong and ``remedy`` what to do, each as {"zh": ..., "en": ...}.
    """

    level: Level
    code: str
    staff: dict[str, str] = field(default_factory=dict)
    remedy: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class DeviceStatus:
    """The state of one device. No conditions means that all is well."""

    driver: str  # module name in its folder, e.g. "zvt"
    model: str = ""
    simulated: bool = False
    conditions: tuple[Condition, ...] = ()

    @property
    def level(self) -> Level:
        order = (Level.OK, Level.WARNING, Level.ERROR)
        return max((c.level for c in self.conditions), key=order.index, default=Level.OK)


@runtime_checkable
class SelfTesting(Protocol):
    """A driver that can look deeper than its usual look. Whoever has none is probed instead."""

    def self_test(self) -> DeviceStatus:
        """Tries what residents will use, at start and hourly while idle: may take ``command_s``. Moves
        no money, uses no paper, hands over no code. Raises DeviceError if it cannot be tried."""
        ...
