"""When who is told of an alert: the community's rule, and the next moment that it names. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from server.on_call.kinds import GROUP_OF, group_of
from server.on_call.models import LEVELS, Rule


@dataclass(frozen=True, slots=True)
class Times:
    """``after``: minutes until each level is told, None: never. ``repeat``: minutes between repetitions.
    ``own``: whether the community made the rule."""

    after: tuple[int | None, int | None, int | None]
    repeat: int | None
    settle_s: int = 0
    own: bool = False

    def level_at(self, raised_at: datetime, now: datetime) -> int:
        """Up to which level people are told by now; 0: nobody yet."""
        reached = 0
        for level, minutes in zip(LEVELS, self.after, strict=True):
            if minutes is not None and self._moment(raised_at, minutes) <= now:
                reached = level
        return reached

    def next_after(
        self, raised_at: datetime, level: int, told_at: datetime | None
    ) -> datetime | None:
        """When somebody is told next, who have been told up to ``level``; None: never."""
        moments = [
            self._moment(raised_at, minutes)
            for one, minutes in zip(LEVELS, self.after, strict=True)
            if one > level and minutes is not None
        ]
        if level and self.repeat and told_at is not None:
            moments.append(told_at + timedelta(minutes=self.repeat))
        return min(moments, default=None)

    def _moment(self, raised_at: datetime, minutes: int) -> datetime:
        return raised_at + max(timedelta(minutes=minutes), timedelta(seconds=self.settle_s))


def times_of(kind: str, rules: dict[str, Rule]) -> Times:
    """``rules``: the community's, by kind. One for the kind counts before one for its group."""
    group = group_of(kind)
    rule = rules.get(kind) or rules.get(GROUP_OF.get(kind, "money"))
    if rule is None:
        first, second, third, repeat = group.after
        return Times((first, second, third), repeat, group.settle_s)
    after = (rule.first_after, rule.second_after, rule.third_after)
    return Times(after, rule.repeat_after, group.settle_s, own=True)


def rules_of(community: int) -> dict[str, Rule]:
    return {rule.kind: rule for rule in Rule.objects.filter(community=community)}
