"""Money as integer minor units of one currency. It never touches a float and never mixes currencies."""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Literal

from contract.currency import EXPONENTS, CurrencyUnknown, listed

Locale = Literal["zh_CN", "en"]

# Chinese texts have the sign of full width, as wide as their other characters; English ones U+00A5.
# Other currencies go by their letters. None is taken for another's: a bare ￥ or ¥ is always CNY.
_FULL_WIDTH, _HALF_WIDTH = "\uffe5", "\u00a5"
_SIGNS = {
    "CNY": "￥",
    "HKD": "HK$",
    "TWD": "NT$",
    "MOP": "MOP$",
    "JPY": "JP￥",
    "USD": "US$",
    "SGD": "S$",
    "AUD": "AU$",
    "CAD": "CA$",
    "NZD": "NZ$",
}


class CurrencyMismatch(TypeError):
    """Two amounts of different currencies met in one calculation."""


@dataclass(frozen=True, slots=True)
class Money:
    """``minor`` units (fen, cents) of ``currency`` (ISO 4217 letters, e.g. CNY). May be negative."""

    minor: int
    currency: str = "CNY"

    def __post_init__(self) -> None:
        if type(self.minor) is not int:
            raise TypeError(
                f"money is counted in whole minor units, not {type(self.minor).__name__}"
            )
        if self.currency not in EXPONENTS:
            raise CurrencyUnknown(self.currency)

    @property
    def decimal(self) -> Decimal:
        """The amount in major units, e.g. Decimal('332.08')."""
        return Decimal(self.minor).scaleb(-EXPONENTS[self.currency])

    @classmethod
    def of(cls, major: Decimal, currency: str) -> "Money":
        """The nearest amount to so many major units, half a minor unit away from nought."""
        exponent = EXPONENTS[listed(currency)]
        rounded = major.scaleb(exponent).quantize(Decimal(1), rounding=ROUND_HALF_UP)
        return cls(int(rounded), currency)

    def _same(self, other: "Money") -> int:
        if not isinstance(other, Money):
            raise TypeError(f"money and {type(other).__name__} cannot be combined")
        if other.currency != self.currency:
            raise CurrencyMismatch(f"{self.currency} and {other.currency} cannot be combined")
        return other.minor

    def __add__(self, other: "Money") -> "Money":
        return Money(self.minor + self._same(other), self.currency)

    def __sub__(self, other: "Money") -> "Money":
        return Money(self.minor - self._same(other), self.currency)

    def __mul__(self, times: int) -> "Money":
        if type(times) is not int:
            raise TypeError(
                "money is multiplied by whole numbers only; round by the fee rule first"
            )
        return Money(self.minor * times, self.currency)

    __rmul__ = __mul__

    def __neg__(self) -> "Money":
        return Money(-self.minor, self.currency)

    def __lt__(self, other: "Money") -> bool:
        return self.minor < self._same(other)

    def __le__(self, other: "Money") -> bool:
        return self.minor <= self._same(other)

    def __gt__(self, other: "Money") -> bool:
        return self.minor > self._same(other)

    def __ge__(self, other: "Money") -> bool:
        return self.minor >= self._same(other)

    def __bool__(self) -> bool:
        return self.minor != 0

    def display(self, locale: Locale = "zh_CN") -> str:
        """For people: ``￥332.08`` (``¥332.08`` in English), ``HK$3.50``, ``KWD1.250``. Always with the
        currency's decimals."""
        decimals = EXPONENTS[self.currency]
        figures = f"{abs(self.decimal):,.{decimals}f}"  # both languages group and point alike
        return f"{'-' if self.minor < 0 else ''}{sign(self.currency, locale)}{figures}"

    def __str__(self) -> str:
        return f"{self.decimal} {self.currency}"


def sign(currency: str, locale: Locale = "zh_CN") -> str:
    """What stands before an amount, e.g. ``￥`` (``¥`` in English), ``HK$``, ``KWD``. Raises
    CurrencyUnknown."""
    letters = _SIGNS.get(listed(currency), currency)
    return half_width(letters) if locale == "en" else letters


def half_width(text: str) -> str:
    """The signs of money in a text as English has them."""
    return text.replace(_FULL_WIDTH, _HALF_WIDTH)


def total(amounts: "list[Money] | tuple[Money, ...]", currency: str = "CNY") -> Money:
    """The sum; zero of ``currency`` when there is nothing to add."""
    result = Money(0, amounts[0].currency if amounts else currency)
    for amount in amounts:
        result = result + amount
    return result
