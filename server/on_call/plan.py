"""Who is on call: by the week's hours, or on a day that is named, by who is named for it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.contrib.auth import get_user_model

from contract.business_day import business_day, local_time
from contract.week_hours import holding
from server.estate.models import Community
from server.on_call.models import Shift, Substitution
from server.staff.models import RoleAssignment
from server.staff.roles import TABLE, Area, Role

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Plan:
    """A community's plan, as it holds now."""

    shifts: tuple[Shift, ...]
    substitutions: tuple[Substitution, ...]

    def people(self, level: int, today: date, clock: time) -> list[int]:
        """Accounts by primary key, each once, as the community's clocks show it."""
        weekly = [one for one in self.shifts if one.level == level]
        named = [one for one in self.substitutions if one.level == level]
        rows = holding(weekly, named, today, clock)
        return list(dict.fromkeys(row.person_id for row in rows if row.person_id is not None))


def plan_of(community: int, today: date) -> Plan:
    """As it holds today and later, with yesterday, whose hours may go on past midnight."""
    now = {"community": community, "ended_at": None}
    days = Substitution.objects.filter(**now, last_day__gte=today - _DAY)
    return Plan(
        tuple(Shift.objects.filter(**now).select_related("person")),
        tuple(days.select_related("person")),
    )


def on_call(community: Community, level: int, at: datetime, area: Area = Area.ALERTS) -> list[Any]:
    """The accounts that are on call now, and may still look at the community's alerts of the area."""
    today = business_day(at, community.time_zone)
    clock = local_time(at, community.time_zone).time()
    return able(community.pk, plan_of(community.pk, today).people(level, today, clock), area)


def able(community: int, keys: Iterable[int], area: Area = Area.ALERTS) -> list[Any]:
    """Those of the accounts that are in use and hold a role here by which such alerts are seen."""
    order = {key: place for place, key in enumerate(keys)}
    people = who_may(community, area).filter(pk__in=order)
    return sorted(people, key=lambda person: order[person.pk])


def people_of(community: int, user: Any, area: Area = Area.ALERTS) -> list[Any]:
    """Who may be put on call or assigned: people with a role here, and whoever is asking."""
    held = who_may(community, area).filter(is_superuser=False)
    return [*held, *([user] if user.is_superuser else [])]


def who_may(community: int, area: Area = Area.ALERTS) -> Any:
    """Accounts that can be told of alerts of the area: a company's own account too."""
    roles = [role for role in Role if {Area.ALERTS, area} <= set(TABLE[role].sees)]
    held = RoleAssignment.objects.filter(community=community, role__in=roles, ended_at=None)
    users = get_user_model()._default_manager.filter(is_active=True, is_staff=True)
    by_role = users.filter(pk__in=held.values("person"))
    return (by_role | users.filter(is_superuser=True)).order_by("username")
