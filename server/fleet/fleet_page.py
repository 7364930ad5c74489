"""The fleet as one page shows it: what needs a person first, then sums, then a list. Reads only.

However many kiosks there are, the database is asked a fixed number of questions (and two for each time
zone in which money is counted, twice where they stand in the order of money), and only the kiosks that
are shown are read with what they said.
"""

import math
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from django.db.models import Count, F, Q, QuerySet
from django.utils.functional import Promise

from contract.business_day import zone
from contract.messages import Text
from server.alerts.models import Alert
from server.alerts.raising import FAULTS
from server.estate.models import Community
from server.fleet import texts
from server.fleet.dashboard import KioskView, kiosk_view, money
from server.fleet.models import Kiosk
from server.fleet.states import PROBLEMS, State, classified, turned_away_since
from server.payments import reports

PROBLEMS_SHOWN, ALERTS_SHOWN, A_PAGE = 10, 8, 25
ORDERS = {
    "urgency": ("rank", "since", "code"),
    "code": ("code", "community__code"),
    "heard": ("heard_at", "code"),
    "software": ("software", "code"),
    "paper": (F("paper_days").asc(nulls_last=True), "code"),
    "community": ("community__code", "code"),
}
BY_PAYMENTS = ("taken", "failed")  # orders by what payments say, which stand in another room
PAPER_SOON_DAYS = 3


class Place(NamedTuple):
    """What the page needs of a community; there may be thousands."""

    pk: int
    code: str
    name_zh: str
    name_en: str
    currency: str
    time_zone: str

    @property
    def name(self) -> Text:
        return Text(zh=self.name_zh, en=self.name_en)


@dataclass(frozen=True, slots=True)
class Asked:
    """What the person wants to see. ``state`` and ``community`` may be empty: all."""

    community: str = ""
    state: str = ""
    words: str = ""
    order: str = "urgency"
    page: int = 1


@dataclass(frozen=True, slots=True)
class Row:
    """A kiosk on the page. ``since`` and ``heard_at`` are None where nothing is known. ``taken`` is empty
    for whoever may not see money."""

    id: str
    code: str
    place: Text
    community: Text
    state: State
    called: str | Promise
    tone: str
    since: datetime | None
    heard_at: datetime | None
    advice: str | Promise | None
    off_by: str
    off_until: datetime | None
    view: KioskView
    software: str
    wanted: str  # the release that it should run, where that is another
    taken: str
    tries: reports.Tries | None  # of today; None: there were none, or not for this person
    turned_away: int | None  # since what is wrong began; None: not known, or nothing is wrong
    paper_days: float | None


@dataclass(frozen=True, slots=True)
class Tile:
    state: State
    called: str | Promise
    tone: str
    count: int


@dataclass(frozen=True, slots=True)
class AlertRow:
    alert: Alert
    community: Text


@dataclass(frozen=True, slots=True)
class Overview:
    """``unreadable``: communities whose own data are wrong, for example a time zone that there is not."""

    kiosks: int
    problems: list[Row]
    problems_in_all: int
    tiles: list[Tile]
    totals: list[str]  # of today, by currency
    open_payments: int | None  # None: not for this person
    alerts: list[AlertRow]
    alerts_in_all: int
    rows: list[Row]
    found: int
    page: int
    pages: int
    unreadable: list[Text]
    communities: list[Place] = field(default_factory=list)


def overview(
    now: datetime,
    communities: QuerySet[Community],
    money_of: QuerySet[Community],
    asked: Asked,
) -> Overview:
    """The kiosks of ``communities`` as of ``now``; ``money_of``: those whose takings are shown."""
    rows = communities.order_by("code").values_list(*Place._fields)
    known = {place.pk: place for place in map(Place._make, rows)}
    theirs = {"community__in": communities.order_by().values("pk")}
    broken = {pk for pk, community in known.items() if not readable(community)}
    of_money = set(money_of.values_list("pk", flat=True))
    paying = [c for pk, c in known.items() if pk in of_money and pk not in broken]
    every = classified(Kiosk.objects.filter(**theirs), now).order_by()
    counts = dict(every.values_list("standing").annotate(Count("pk")))
    urgent = list(every.filter(standing__in=PROBLEMS).order_by(*ORDERS["urgency"])[:PROBLEMS_SHOWN])
    wanted = _wanted(every, asked)
    found = wanted.count()
    pages = max(1, math.ceil(found / A_PAGE))
    page = min(max(1, asked.page), pages)
    listed = _listed(wanted, asked.order, slice((page - 1) * A_PAGE, page * A_PAGE), paying, now)
    shown = _Rows(now, known, paying, [*urgent, *listed])
    # faults of the fleet are told above, kiosk by kiosk
    alerts = Alert.objects.filter(**theirs, resolved_at=None).exclude(kind__in=FAULTS)
    return Overview(
        kiosks=sum(counts.values()),
        problems=[shown.row(kiosk) for kiosk in urgent],
        problems_in_all=sum(counts.get(state.value, 0) for state in PROBLEMS),
        tiles=[
            Tile(state, texts.STANDINGS[state], texts.TONES[state], counts[state.value])
            for state in State
            if counts.get(state.value)
        ],
        totals=[money(minor, currency) for currency, minor in reports.totals(paying, now).items()],
        open_payments=reports.open_in_all(paying) if paying else None,
        alerts=[AlertRow(a, known[a.community_id].name) for a in alerts[:ALERTS_SHOWN]],
        alerts_in_all=alerts.count(),
        rows=[shown.row(kiosk) for kiosk in listed],
        found=found,
        page=page,
        pages=pages,
        unreadable=[known[pk].name for pk in broken],
        communities=list(known.values()),
    )


def readable(community: Place) -> bool:
    """Whether its day can be told."""
    try:
        zone(community.time_zone)
    except Exception:
        return False
    return True


def _wanted(kiosks: QuerySet[Kiosk], asked: Asked) -> QuerySet[Kiosk]:
    if asked.state in set(State):
        kiosks = kiosks.filter(standing=asked.state)
    elif asked.state == "problems":
        kiosks = kiosks.filter(standing__in=PROBLEMS)
    elif asked.state == "paper":
        kiosks = kiosks.filter(paper_days__lt=PAPER_SOON_DAYS, active=True)
    if asked.community:
        kiosks = kiosks.filter(community__code=asked.community)
    for word in asked.words.split()[:5]:
        kiosks = kiosks.filter(
            Q(code__icontains=word)
            | Q(location_zh__icontains=word)
            | Q(location_en__icontains=word)
            | Q(community__name_zh__icontains=word)
            | Q(community__name_en__icontains=word)
            | Q(software__icontains=word)
        )
    return kiosks


def _listed(
    wanted: QuerySet[Kiosk], order: str, part: slice, paying: list[Place], now: datetime
) -> list[Kiosk]:
    """This part of them, in this order."""
    if order not in BY_PAYMENTS:
        return list(wanted.order_by(*ORDERS.get(order, ORDERS["urgency"]), "pk")[part])
    most: dict[reports.Kiosk, tuple[float, int]] = {}
    if order == "taken":
        taken = reports.takings_of(paying, None, now)
        most = {kiosk: (sum(methods.values()), 0) for kiosk, methods in taken.items()}
    else:
        tries = reports.tries_of(paying, None, now)
        most = {kiosk: (one.failed / one.ended, one.failed) for kiosk, one in tries.items()}
    keys = wanted.order_by("code", "pk").values_list("pk", "community", "code")
    ordered = sorted(keys, key=lambda key: most.get(key[1:], (0, 0)), reverse=True)
    shown = [pk for pk, _, _ in ordered[part]]
    found = {kiosk.pk: kiosk for kiosk in wanted.filter(pk__in=shown)}
    return [found[pk] for pk in shown if pk in found]


class _Rows:
    """The kiosks that are shown, with what they took today and what is not ended there."""

    def __init__(
        self,
        now: datetime,
        known: dict[int, Place],
        paying: list[Place],
        kiosks: Iterable[Kiosk],
    ) -> None:
        self._now, self._known = now, known
        self._paying = {community.pk for community in paying}
        codes = {kiosk.code for kiosk in kiosks}
        of_them = {kiosk.community_id for kiosk in kiosks}
        where = [community for community in paying if community.pk in of_them]
        self._taken = reports.takings_of(where, codes, now) if where else {}
        self._tries = reports.tries_of(where, codes, now) if where else {}
        self._open = reports.open_of(where, codes) if where else defaultdict(int)

    def row(self, kiosk: Kiosk) -> Row:
        community, key = self._known[kiosk.community_id], (kiosk.community_id, kiosk.code)
        taken = self._taken.get(key, {})
        view = kiosk_view(kiosk, self._now, community.currency, taken, self._open.get(key, 0))
        state = State(kiosk.standing)  # type: ignore[attr-defined]
        return Row(
            id=str(kiosk.pk),
            code=kiosk.code,
            place=kiosk.location,
            community=community.name,
            state=state,
            called=texts.STANDINGS[state],
            tone=texts.TONES[state],
            since=kiosk.since,  # type: ignore[attr-defined]
            heard_at=kiosk.heard_at,
            advice=view.advice,
            off_by=kiosk.off_by,
            off_until=kiosk.off_until,
            view=view,
            software=kiosk.software,
            wanted=kiosk.wanted_version if kiosk.wanted_version != kiosk.software else "",
            turned_away=turned_away_since(kiosk, state),
            paper_days=kiosk.paper_days,
            taken=view.total if community.pk in self._paying else "",
            tries=self._tries.get(key),
        )
