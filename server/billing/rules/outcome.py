"""What a fee rule answers: lines of a bill before they are written, or why there can be none. Pure."""

from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache

from contract.currency import EXPONENTS
from contract.messages import ExplainRow, Text
from contract.money import half_width


@dataclass(frozen=True, slots=True)
class Charge:
    """One line to be. ``quantity`` and ``rate`` are printed as they stand; ``amount_minor`` is in minor
    units of the community's currency. ``once``: the key of the ``OneOff`` that it charges."""

    amount_minor: int
    quantity: str
    quantity_unit: Text
    rate: str
    note: Text | None = None
    explanation: tuple[ExplainRow, ...] = ()
    once: int | None = None


@dataclass(frozen=True, slots=True)
class Blocked:
    """Why a unit cannot be charged: ``code`` for programs, ``reason`` for people."""

    code: str
    reason: Text


@dataclass(slots=True)
class Outcome:
    """By unit code. A unit that is blocked gets no bill, whatever else it is charged."""

    charges: dict[str, list[Charge]] = field(default_factory=dict)
    blocked: dict[str, list[Blocked]] = field(default_factory=dict)

    def charge(self, unit: str, charges: list[Charge]) -> None:
        if charges:
            self.charges.setdefault(unit, []).extend(charges)

    def block(self, unit: str, why: Blocked) -> None:
        self.blocked.setdefault(unit, []).append(why)


def price_of(rate: Decimal, currency: str, more: int = 0) -> str:
    """A rate as printed on a bill, without a sign: with the decimals of the currency and ``more``."""
    return plain(rate, EXPONENTS[currency] + more)


def plain(number: Decimal, decimals: int) -> str:
    """As printed on a bill: fixed decimals, no exponent; more decimals only when they say something."""
    whole, _, rest = f"{number:f}".partition(".")
    rest = rest.rstrip("0").ljust(decimals, "0")
    return f"{whole}.{rest}" if rest else whole


@lru_cache(4_096)
def row(label_zh: str, label_en: str, value_zh: str, value_en: str | None = None) -> ExplainRow:
    """Many units have the same row, and it never changes."""
    value = text(value_zh, half_width(value_zh) if value_en is None else value_en)
    return ExplainRow(label=text(label_zh, label_en), value=value)


@lru_cache(4_096)
def text(zh: str, en: str) -> Text:
    return Text(zh=zh, en=en)


def as_json(row: ExplainRow) -> dict[str, dict[str, str]]:
    """As ``model_dump`` says it, which takes many times as long."""
    label, value = row.label, row.value
    return {"label": {"zh": label.zh, "en": label.en}, "value": {"zh": value.zh, "en": value.en}}
