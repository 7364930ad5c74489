"""A round of training: begun by the person who learns, answered case by case, each once, and its score.
Writes into the tables of this room and the log only."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from random import Random
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Count, F

from contract.business_day import business_day
from server.estate.models import Community
from server.estate.row_locks import hold_community
from server.staff import audit, people, scope
from server.staff.roles import Area, Deed
from server.standard_answers import reading
from server.training.cases import kept, mixed
from server.training.figures import made_up
from server.training.library import from_library
from server.training.models import TrainingCase, TrainingRound

CASES, OF_FIGURES = 10, 4  # of a round; fewer where the library has fewer answers
WEAK_SHOWN = 8
_ROUNDS_MAX = 5_000


class NotAnswered(Exception):
    """The case was answered already, or the answer names none of the choices."""


def may_learn(user: Any, community: Community) -> bool:
    """Whoever answers residents, or will."""
    return scope.within(scope.sees(user, Area.SERVICE), community.pk)


def may_look_after(user: Any, community: Community) -> bool:
    """Whoever directs requests sees the scores of those who answer them."""
    return scope.may(user, Deed.DIRECT_REQUESTS, community.pk)


@transaction.atomic
def begin(user: Any, community: Community, now: datetime) -> TrainingRound:
    """A new round, or the one that is not ended yet. Raises PermissionDenied."""
    if not may_learn(user, community):
        raise PermissionDenied
    hold_community(community.pk)
    own = TrainingRound.objects.filter(community=community, person=user)
    open_one = own.filter(ended_at=None).first()
    if open_one is not None:
        return open_one
    random = Random(f"{community.pk} {user.pk} {own.count()}")
    today = business_day(now, community.time_zone)
    figures = made_up(today, random)
    holding = reading.holding([community.pk])
    asked = from_library(holding, _known(user, community), CASES - OF_FIGURES, random)
    cases = [*asked, *figures][:CASES] if asked else figures
    random.shuffle(cases)
    made = TrainingRound.objects.create(community=community, person=user, begun_at=now)
    shown = [mixed(case, random) for case in cases]
    rows = [
        TrainingCase(
            community=community,
            round=made,
            position=position,
            kind=one.case.kind,
            about_id=one.case.about,
            tells=kept(one.case.tells),
            answers=one.answers,
            rules=one.rules,
            right=one.right,
            right_rule=one.right_rule,
        )
        for position, one in enumerate(shown, 1)
    ]
    TrainingCase.objects.bulk_create(rows)
    made.points_max = sum(case.points_max for case in rows)
    made.save(update_fields=["points_max"])
    return made


@transaction.atomic
def answer(
    user: Any, round_pk: int, position: int, given: int | None, rule: int | None, now: datetime
) -> TrainingCase:
    """Raises NotAnswered, and PermissionDenied for another's round."""
    held = TrainingRound.objects.select_for_update(no_key=True).filter(pk=round_pk).first()
    if held is None or held.person_id != user.pk:
        raise PermissionDenied
    case = held.cases.filter(position=position, answered_at=None).first()  # type: ignore[attr-defined]
    if case is None or given not in range(len(case.answers)):
        raise NotAnswered
    if case.rules and rule not in range(len(case.rules)):
        raise NotAnswered
    case.given, case.given_rule, case.answered_at = given, rule if case.rules else None, now
    case.save(update_fields=["given", "given_rule", "answered_at"])
    if not held.cases.filter(answered_at=None).exists():  # type: ignore[attr-defined]
        _end(user, held, now)
    return case


def _end(user: Any, held: TrainingRound, now: datetime) -> None:
    held.points = sum(case.points for case in held.cases.all())  # type: ignore[attr-defined]
    held.ended_at = now
    held.save(update_fields=["points", "ended_at"])
    after = {"points": held.points, "points_max": held.points_max}
    subject = ("training_round", str(held.pk))
    audit.note(held.community_id, people.of(user), "training_ended", subject, now, after=after)


def _known(user: Any, community: Community) -> dict[int, int]:
    """How often the person chose the right answer, by question."""
    cases = TrainingCase.objects.filter(community=community, round__person=user)
    right = cases.filter(given=F("right")).exclude(about=None)
    rows = right.order_by().values_list("about__question").annotate(Count("pk"))
    return dict(rows)


@dataclass(slots=True)
class Score:
    """Of one person in one community. ``percents``: of the rounds that ended, the oldest first."""

    community: Community
    name: str
    percents: list[int] = field(default_factory=list)
    last_at: datetime | None = None

    @property
    def best(self) -> int:
        return max(self.percents)

    @property
    def mean(self) -> int:
        return round(sum(self.percents) / len(self.percents))


def scores(communities: Iterable[Community]) -> list[Score]:
    """Of everybody who ended a round there, the last one to learn first."""
    by_key = {one.pk: one for one in communities}
    rows = TrainingRound.objects.filter(community__in=by_key).exclude(ended_at=None)
    found: dict[tuple[int, int], Score] = {}
    newest = rows.select_related("person").order_by("-ended_at", "-pk")[:_ROUNDS_MAX]
    for one in newest:
        key = one.community_id, one.person_id
        score = found.get(key)
        if score is None:
            score = found[key] = Score(by_key[one.community_id], people.of(one.person).name)
        score.percents.insert(0, one.percent)
        score.last_at = score.last_at or one.ended_at
    return list(found.values())


@dataclass(slots=True)
class Weak:
    """A question that is often answered wrong. ``tells``: of the newest time that it was asked."""

    tells: dict[str, str]
    asked: int = 0
    wrong: int = 0


def weakest(communities: Iterable[int], person: Any = None) -> list[Weak]:
    """What was answered wrong most, by question of the library, over all versions of it."""
    cases = TrainingCase.objects.filter(community__in=communities).exclude(answered_at=None)
    cases = cases.exclude(about=None)
    if person is not None:
        cases = cases.filter(round__person=person)
    found: dict[int, Weak] = defaultdict(lambda: Weak({}))
    columns = ("about__question", "tells", "given", "right")
    rows = cases.order_by("-answered_at").values_list(*columns)[: _ROUNDS_MAX * 2]
    for question, tells, given, right in rows:
        weak = found[question]
        weak.tells = weak.tells or tells
        weak.asked += 1
        weak.wrong += given != right
    wrong = [one for one in found.values() if one.wrong]
    return sorted(wrong, key=lambda one: (-one.wrong, one.asked))[:WEAK_SHOWN]
