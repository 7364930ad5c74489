"""What a screen on an office's wall shows of the fleet: how it stands, and where somebody is needed.

Nobody touches it: what does not fit on one picture comes by turns. Reads only.
"""

import math
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, QuerySet
from django.utils.functional import Promise

from contract.messages import Text
from server.estate.models import Community
from server.fleet import texts
from server.fleet.dashboard import device_view, heartbeat_of, money
from server.fleet.fleet_page import ORDERS, Tile
from server.fleet.models import Kiosk
from server.fleet.states import PROBLEMS, State, classified, turned_away_since
from server.payments import reports

AT_ONCE = 6  # problems that can be read from across a room


@dataclass(frozen=True, slots=True)
class Trouble:
    """``what``: a device's own words, where it is one that is out of order."""

    code: str
    place: Text
    community: Text
    called: str | Promise
    tone: str
    since: datetime | None
    turned_away: int | None
    what: Text | None


@dataclass(frozen=True, slots=True)
class Wall:
    kiosks: int
    needing: int
    tiles: list[Tile]
    totals: list[str]  # of today by currency, where money may be shown
    troubles: list[Trouble]
    turn: int  # from 1
    turns: int


def wall(
    now: datetime, communities: QuerySet[Community], paying: list[Community], turn: int
) -> Wall:
    """``paying``: whose takings are shown; ``turn``: which of the pictures, counted on and on from 0."""
    every = classified(Kiosk.objects.filter(community__in=communities), now).order_by()
    counts = dict(every.values_list("standing").annotate(Count("pk")))
    needing = sum(counts.get(state.value, 0) for state in PROBLEMS)
    turns = max(1, math.ceil(needing / AT_ONCE))
    at = turn % turns
    urgent = every.filter(standing__in=PROBLEMS).select_related("community")
    urgent = urgent.order_by(*ORDERS["urgency"], "pk")[at * AT_ONCE : (at + 1) * AT_ONCE]
    return Wall(
        kiosks=sum(counts.values()),
        needing=needing,
        tiles=[
            Tile(state, texts.STANDINGS[state], texts.TONES[state], counts[state.value])
            for state in State
            if counts.get(state.value)
        ],
        totals=[money(minor, currency) for currency, minor in reports.totals(paying, now).items()],
        troubles=[_trouble(kiosk) for kiosk in urgent],
        turn=at + 1,
        turns=turns,
    )


def _trouble(kiosk: Kiosk) -> Trouble:
    state = State(kiosk.standing)  # type: ignore[attr-defined]
    return Trouble(
        kiosk.code,
        kiosk.location,
        kiosk.community.name,
        texts.STANDINGS[state],
        texts.TONES[state],
        kiosk.since,  # type: ignore[attr-defined]
        turned_away_since(kiosk, state),
        _worst(kiosk) if state in (State.NO_MONEY, State.FAULT, State.ATTENTION) else None,
    )


def _worst(kiosk: Kiosk) -> Text | None:
    beat = heartbeat_of(kiosk)
    devices = [device_view(device) for device in beat.devices] if beat else []
    said = [c for device in devices for c in device.conditions if c.tone != "good"]
    return next((c.what for c in sorted(said, key=lambda c: c.tone != "bad")), None)
