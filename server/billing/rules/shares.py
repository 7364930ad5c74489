"""Splits an amount by weights so that the parts add up to it, to the fen. Pure."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction


def split(amount_minor: int, weights: Mapping[str, Decimal]) -> dict[str, int]:
    """Largest remainder: everybody gets the whole fen of their share, those cut most get the rest.

    Equal remainders go by name, so that the same bill is always the same. The amount must not be
    negative and the weights must add up to more than nothing, else ValueError.
    """
    whole = sum(weights.values(), Decimal(0))
    if amount_minor < 0 or whole <= 0 or any(weight < 0 for weight in weights.values()):
        raise ValueError("an amount of nought or more is shared by weights of nought or more")
    names = sorted(weights)
    parts = split_exactly(amount_minor, [Fraction(weights[name]) for name in names])
    return dict(zip(names, parts, strict=True))


def split_exactly(amount_minor: int, weights: Sequence[Fraction]) -> list[int]:
    """As ``split``, in the order of the weights: of equal remainders the first goes first. When all
    weights are nought, the last gets the whole."""
    whole = sum_of(weights)
    if len(weights) == 1 or not whole:
        return [0] * (len(weights) - 1) + [amount_minor]
    exact = [amount_minor * weight / whole for weight in weights]
    shares = [int(part // 1) for part in exact]
    by_remainder = sorted(range(len(exact)), key=lambda at: shares[at] - exact[at])
    for at in by_remainder[: amount_minor - sum(shares)]:
        shares[at] += 1
    return shares


def sum_of(parts: Sequence[Fraction]) -> Fraction:
    """Nearly always there is one part, and nothing to be added."""
    return parts[0] if len(parts) == 1 else sum(parts, Fraction(0))
