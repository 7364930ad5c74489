"""A case as it is made up, before it is kept: what a resident says, answers and rules to choose. Pure."""

from dataclasses import dataclass, field
from random import Random

from contract.messages import Text


@dataclass(frozen=True)
class Case:
    """The right answer and the right rule stand first in ``answers`` and ``rules``; ``mixed`` moves them.
    ``about``: the key of the standard answer that it asks for; None: of none."""

    kind: str
    tells: Text
    answers: tuple[Text, ...]
    rules: tuple[Text, ...] = ()
    about: int | None = None


@dataclass(frozen=True)
class Mixed:
    """As it is shown. ``right`` and ``right_rule``: where in the lists."""

    case: Case
    answers: list[dict[str, str]] = field(default_factory=list)
    rules: list[dict[str, str]] = field(default_factory=list)
    right: int = 0
    right_rule: int | None = None


def mixed(case: Case, random: Random) -> Mixed:
    answers, right = _shuffled(case.answers, random)
    rules, right_rule = _shuffled(case.rules, random)
    return Mixed(case, answers, rules, right, right_rule if rules else None)


def kept(text: Text) -> dict[str, str]:
    return {"zh": text.zh, "en": text.en}


def different(right: Text, others: list[Text], most: int) -> tuple[Text, ...]:
    """The right one and at most so many others that say another thing in each language."""
    found = [right]
    for one in others:
        if all(one.zh != known.zh and one.en != known.en for known in found):
            found.append(one)
    return tuple(found[: most + 1])


def _shuffled(texts: tuple[Text, ...], random: Random) -> tuple[list[dict[str, str]], int]:
    order = list(range(len(texts)))
    random.shuffle(order)
    return [kept(texts[place]) for place in order], order.index(0) if order else 0
