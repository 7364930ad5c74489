"""Where kiosks stand: by community, building and floor, each with how it stands. Reads only.

Communities in which somebody is needed come first. Three questions, however many kiosks there are.
"""

import math
import re
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Count, QuerySet
from django.utils.functional import Promise

from contract.messages import Text
from server.estate.models import Building, Community
from server.fleet import texts
from server.fleet.models import Kiosk
from server.fleet.states import PROBLEMS, State, classified
from server.language import both

A_PAGE = 12  # communities
_NUMBER = re.compile("(-?[0-9]+)")


@dataclass(frozen=True, slots=True)
class Spot:
    id: str
    code: str
    place: Text
    called: str | Promise
    tone: str


@dataclass(slots=True)
class Floor:
    name: str
    spots: list[Spot] = field(default_factory=list)


@dataclass(slots=True)
class House:
    """``name``: None for what stands in no building."""

    name: Text | None
    floors: list[Floor]


@dataclass(frozen=True, slots=True)
class Place:
    community: Community
    kiosks: int
    problems: int
    houses: list[House]


@dataclass(frozen=True, slots=True)
class Places:
    places: list[Place]
    page: int
    pages: int


def places(communities: QuerySet[Community], page: int, now: datetime) -> Places:
    known = {community.pk: community for community in communities}
    every = classified(Kiosk.objects.filter(community__in=communities), now).order_by()
    counts: dict[int, dict[str, int]] = defaultdict(dict)
    for pk, standing, count in every.values_list("community", "standing").annotate(Count("pk")):
        counts[pk][standing] = count
    needing = {pk: sum(of.get(state, 0) for state in PROBLEMS) for pk, of in counts.items()}
    order = sorted(counts, key=lambda pk: (-needing[pk], known[pk].code))
    pages = max(1, math.ceil(len(order) / A_PAGE))
    page = min(max(1, page), pages)
    those = order[(page - 1) * A_PAGE : page * A_PAGE]
    rows = every.filter(community__in=those).select_related("building").defer("heartbeat")
    by_community = defaultdict(list)
    for kiosk in rows:
        by_community[kiosk.community_id].append(kiosk)
    found = [
        Place(known[pk], sum(counts[pk].values()), needing[pk], _houses(by_community[pk]))
        for pk in those
    ]
    return Places(found, page, pages)


def _houses(kiosks: list[Kiosk]) -> list[House]:
    """Buildings by their codes, what stands in none last; in each the highest floor first, as one looks
    at a house."""
    houses: dict[Building | None, dict[str, Floor]] = defaultdict(dict)
    for kiosk in sorted(kiosks, key=lambda kiosk: _natural(kiosk.code)):
        state = State(kiosk.standing)  # type: ignore[attr-defined]
        spot = Spot(
            str(kiosk.pk), kiosk.code, kiosk.location, texts.STANDINGS[state], texts.TONES[state]
        )
        floors = houses[kiosk.building]
        floors.setdefault(kiosk.floor, Floor(kiosk.floor)).spots.append(spot)
    order = sorted(houses, key=lambda one: (one is None, _natural(one.code if one else "")))
    return [
        House(
            _called(one),
            sorted(houses[one].values(), key=lambda f: _natural(f.name), reverse=True),
        )
        for one in order
    ]


def _called(building: Building | None) -> Text | None:
    if building is None:
        return None
    name = building.name
    return name if name.zh else both("Building %(code)s", code=building.code)


def _natural(text: str) -> list[tuple[int, int, str]]:
    """Numbers in a text as numbers: 10 after 2, and a cellar (-1, B1) below the ground floor."""
    if re.fullmatch("[Bb][0-9]{1,3}", text):
        text = f"-{text[1:]}"
    parts = [part for part in _NUMBER.split(text) if part]
    return [(0, int(p), "") if _NUMBER.fullmatch(p) else (1, 0, p) for p in parts]
