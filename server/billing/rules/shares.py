"""Splits an amount by weights so that the parts add up to it, to the fen. Pure."""

from collections.abc import Mapping
from decimal import ROUND_FLOOR, Decimal


def split(amount_minor: int, weights: Mapping[str, Decimal]) -> dict[str, int]:
    """Largest remainder: everybody gets the whole fen of their share, those cut most get the rest.

    Equal remainders go by name, so that the same bill is always the same. The amount must not be
    negative and the weights must add up to more than nothing, else ValueError.
    """
    whole = sum(weights.values(), Decimal(0))
    if amount_minor < 0 or whole <= 0 or any(weight < 0 for weight in weights.values()):
        raise ValueError("an amount of nought or more is shared by weights of nought or more")
    exact = {name: amount_minor * weight / whole for name, weight in weights.items()}
    shares = {name: int(part.to_integral_value(ROUND_FLOOR)) for name, part in exact.items()}
    by_remainder = sorted(exact, key=lambda name: (shares[name] - exact[name], name))
    for name in by_remainder[: amount_minor - sum(shares.values())]:
        shares[name] += 1
    return shares
