"""An amount as staff type it, in yuan: never rounded, never guessed."""

import re
from decimal import Decimal

from contract.currency import EXPONENTS, listed
from contract.money import sign

MAX_MINOR = 10**12
_FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_FORM = re.compile(r"[0-9]{1,13}(\.[0-9]{0,4})?")


class NoAmount(ValueError):
    """It is no amount of this currency, or nothing, or too much."""


def minor_of(typed: str, currency: str) -> int:
    """Minor units: ``1,200.50``, ``￥1200.5`` and full-width figures. Raises NoAmount."""
    text = typed.translate(_FULL_WIDTH).replace(",", "").replace(" ", "").replace("\u3000", "")
    text = text.removeprefix(sign(currency)).removeprefix("\u00a5").removesuffix(".")
    if not _FORM.fullmatch(text):
        raise NoAmount(typed)
    minor = Decimal(text).scaleb(EXPONENTS[listed(currency)])
    if minor != minor.to_integral_value() or not 0 < minor <= MAX_MINOR:
        raise NoAmount(typed)
    return int(minor)
