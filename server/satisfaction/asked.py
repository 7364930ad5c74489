"""What was asked most in some days, how fast it was answered, and by whom: from residents' requests and
from the uses of standard answers. Reads only; asks as often for many rows as for few."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from statistics import median

from contract.business_day import business_day, day_begins
from server.estate.models import Community
from server.satisfaction.gathering import TooMuch, gather
from server.satisfaction.sums import Waits
from server.staff import people
from server.standard_answers.models import AnswerUse, StandardAnswer

USES_MAX = 20_000


@dataclass(slots=True)
class Uses:
    """Of a standard answer, or by a person. ``waits``: how long each request had waited for it, s."""

    waits: list[int] = field(default_factory=list)
    changed: int = 0
    people: set[str] = field(default_factory=set)
    newest: StandardAnswer | None = None

    def add(self, use: AnswerUse, name: str) -> None:
        self.waits.append(use.waited_s)
        self.changed += use.changed
        self.people.add(name)
        self.newest = use.answer

    @property
    def times(self) -> int:
        return len(self.waits)

    @property
    def minutes(self) -> int | None:
        """Half of the residents waited no longer."""
        return round(median(self.waits) / 60) if self.waits else None


@dataclass(slots=True)
class Asked:
    """``questions``: by the key of the question; ``said_by``: uses by person; ``topics`` and ``in_hand``:
    requests by topic and by who has them in hand, nobody's under ""."""

    questions: dict[int, Uses]
    said_by: dict[str, Uses]
    topics: dict[str, Waits]
    in_hand: dict[str, Waits]

    @property
    def nothing(self) -> bool:
        return not (self.questions or self.topics)


def gather_asked(communities: Iterable[Community], first: date, last: date) -> Asked:
    """The days from ``first`` to ``last`` by each community's calendar. Raises TooMuch."""
    where = {one.pk: one for one in communities}
    requests = gather((), where.values(), first, last)
    questions: dict[int, Uses] = defaultdict(Uses)
    said_by: dict[str, Uses] = defaultdict(Uses)
    for use in _uses(where, first, last):
        if first <= business_day(use.at, where[use.community_id].time_zone) <= last:
            name = people.of(use.by).name
            questions[use.answer.question_id].add(use, name)
            said_by[name].add(use, name)
    return Asked(
        dict(questions), dict(said_by), dict(requests.waits_topics), dict(requests.waits_people)
    )


def _uses(where: dict[int, Community], first: date, last: date) -> list[AnswerUse]:
    """The oldest first, so that the newest version stands for its question."""
    zones = [one.time_zone for one in where.values()] or ["UTC"]
    begins = min(day_begins(first, zone) for zone in zones)
    ends = max(day_begins(last + timedelta(days=1), zone) for zone in zones)
    rows = AnswerUse.objects.filter(community__in=where, at__gte=begins, at__lt=ends)
    rows = rows.select_related("answer__question__fee_item", "by").order_by("at", "pk")
    read = list(rows[: USES_MAX + 1])
    if len(read) > USES_MAX:
        raise TooMuch
    return read
