"""Which answers hold, for whom and about what; and what was asked most. Reads only."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from statistics import median
from typing import Any

from django.db.models import Q

from server.staff import people
from server.standard_answers.models import AnswerUse, Situation, StandardAnswer

SHOWN = 30
USES_MAX = 20_000
OF_KIND = {  # of a request, the situations that it is usually about
    "repair": (Situation.REPAIR,),
    "complaint": (Situation.COMPLAINT,),
    "question": (Situation.FEES, Situation.PAYING, Situation.OTHER),
}


def holding(communities: Iterable[int]) -> list[StandardAnswer]:
    """The newest approved version of each question that is in use."""
    rows = StandardAnswer.objects.filter(
        community__in=communities, question__retired_at=None
    ).exclude(approved_at=None)
    newest: dict[int, StandardAnswer] = {}
    rows = rows.select_related("question__fee_item", "community")
    for one in rows.order_by("question", "number"):
        newest[one.question_id] = one
    order = list(Situation.values)
    return sorted(newest.values(), key=lambda one: order.index(one.question.situation))


def beside_request(community: int, kind: str) -> list[StandardAnswer]:
    """Those that fit the kind of the request first."""
    fits = OF_KIND.get(kind, ())
    return sorted(holding([community]), key=lambda one: one.question.situation not in fits)


def beside_bill(
    community: int, fee_items: Iterable[int], *, for_residents: bool = False
) -> list[StandardAnswer]:
    """About fees and paying: of these items, and of none. Residents read what is meant for them."""
    items = {None, *fee_items}
    about = (Situation.FEES, Situation.PAYING)
    return [
        one
        for one in holding([community])
        if one.question.situation in about
        and one.question.fee_item_id in items
        and (one.for_residents or not for_residents)
    ]


def searched(communities: Iterable[int], situation: str, item: int | None, words: str) -> list[Any]:
    found = holding(communities)
    if situation in Situation.values:
        found = [one for one in found if one.question.situation == situation]
    if item is not None:
        found = [one for one in found if one.question.fee_item_id == item]
    if words:
        meant = words.casefold()
        texts = ("asks_zh", "asks_en", "answer_zh", "answer_en")
        found = [one for one in found if any(meant in getattr(one, t).casefold() for t in texts)]
    return found


@dataclass(frozen=True, slots=True)
class Asked:
    answer: StandardAnswer
    times: int
    minutes: int  # half of the residents waited no longer for it
    changed: int  # in other words than the standard's
    people: str


def asked_most(communities: Iterable[int], since: datetime) -> list[Asked]:
    """Of all versions of a question together, the one used last stands for it."""
    uses = AnswerUse.objects.filter(community__in=communities, at__gte=since)
    uses = uses.select_related("answer__question", "by").order_by("at")
    by_question: dict[int, list[AnswerUse]] = {}
    for use in uses[:USES_MAX]:
        by_question.setdefault(use.answer.question_id, []).append(use)
    found = [
        Asked(
            used[-1].answer,
            len(used),
            round(median(use.waited_s for use in used) / 60),
            sum(use.changed for use in used),
            ", ".join(sorted({people.of(use.by).name for use in used})),
        )
        for used in by_question.values()
    ]
    return sorted(found, key=lambda one: -one.times)[:SHOWN]


def of_request(community: int, number: str) -> list[AnswerUse]:
    rows = AnswerUse.objects.filter(Q(community=community), request_number=number)
    return list(rows.select_related("answer").order_by("at"))
