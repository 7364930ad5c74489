"""Cases about what is said to residents: each from an approved standard answer of the community, with
others of it to choose from. A newer version, once approved, is asked from then on."""

from collections.abc import Mapping
from random import Random

from contract.messages import Text
from server.standard_answers.models import StandardAnswer
from server.training.cases import Case, different

OTHERS = 3
ANSWERS_LEAST = 3  # fewer in the library are no choice
KIND = "answer"


def from_library(
    holding: list[StandardAnswer], known: Mapping[int, int], many: int, random: Random
) -> list[Case]:
    """At most ``many``: those first that were answered right the fewest times; ``known``: how often, by
    the key of the question."""
    if len(holding) < ANSWERS_LEAST:
        return []
    order = sorted(holding, key=lambda one: (known.get(one.question_id, 0), random.random()))
    cases = [_case(one, holding, random) for one in order]
    return [case for case in cases if len(case.answers) >= ANSWERS_LEAST][:many]


def _case(one: StandardAnswer, holding: list[StandardAnswer], random: Random) -> Case:
    """Answers about the same situation are the harder ones to tell apart: they come first."""
    others = [other for other in holding if other.question_id != one.question_id]
    random.shuffle(others)
    others.sort(key=lambda other: other.question.situation != one.question.situation)
    answers = different(one.answer, [other.answer for other in others], OTHERS)
    rules: tuple[Text, ...] = ()
    if one.rule_zh and one.rule_en:
        told = [other.rule for other in others if other.rule_zh and other.rule_en]
        rules = different(one.rule, told, OTHERS)
    return Case(KIND, one.asks, answers, rules if len(rules) > 1 else (), about=one.pk)
