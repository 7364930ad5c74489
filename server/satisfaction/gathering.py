"""Votes, waits and visits of some communities in some days, gathered from what kiosks counted, from votes
on phones and from residents' requests. Reads only; asks as often for many rows as for few."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.contrib.auth import get_user_model

from contract.business_day import business_day, day_begins, local_time
from contract.day_tally import VISITS
from contract.messages import Text
from server.estate.models import Community
from server.fleet.day_figures import Figures, hours_of
from server.fleet.models import Kiosk, KioskDay
from server.language import chosen
from server.satisfaction.models import PhoneVote
from server.satisfaction.sums import Votes, Waits
from server.service_requests.models import ServiceRequest, State
from server.staff import people

KIOSK_DAYS_MAX, REQUESTS_MAX, PHONE_VOTES_MAX = 20_000, 50_000, 200_000


class TooMuch(Exception):
    """More rows than are added up at once."""


@dataclass(slots=True)
class AtKiosk:
    name: str
    votes: Votes = field(default_factory=Votes)
    figures: Figures = field(default_factory=Figures)


@dataclass(slots=True)
class Found:
    """``kiosks``: by the kiosk; ``phones``: after paying on one; ``methods``: by the way to pay. Hours
    and weekdays (Monday 0) are of the communities' own clocks. ``people`` and ``topics``: of requests;
    nobody's have the name ""."""

    after_paying: Votes = field(default_factory=Votes)
    after_requests: Votes = field(default_factory=Votes)
    kiosks: dict[str, AtKiosk] = field(default_factory=dict)
    phones: Votes = field(default_factory=Votes)
    methods: dict[str, Votes] = field(default_factory=lambda: defaultdict(Votes))
    paying_hours: dict[int, Votes] = field(default_factory=lambda: defaultdict(Votes))
    people: dict[str, Votes] = field(default_factory=lambda: defaultdict(Votes))
    topics: dict[str, Votes] = field(default_factory=lambda: defaultdict(Votes))
    request_hours: dict[int, Votes] = field(default_factory=lambda: defaultdict(Votes))
    waits: Waits = field(default_factory=Waits)
    waits_people: dict[str, Waits] = field(default_factory=lambda: defaultdict(Waits))
    waits_topics: dict[str, Waits] = field(default_factory=lambda: defaultdict(Waits))
    figures: Figures = field(default_factory=Figures)
    visits: Counter[int] = field(default_factory=Counter)
    visits_weekday: Counter[int] = field(default_factory=Counter)
    requests: Counter[int] = field(default_factory=Counter)
    requests_weekday: Counter[int] = field(default_factory=Counter)


def gather(
    kiosks_of: Iterable[Community], requests_of: Iterable[Community], first: date, last: date
) -> Found:
    """The days from ``first`` to ``last`` by each community's calendar. Raises TooMuch."""
    found = Found()
    communities = list(kiosks_of)
    _add_kiosks(found, communities, first, last)
    _add_phones(found, {one.pk: one for one in communities}, first, last)
    _add_requests(found, {one.pk: one for one in requests_of}, first, last)
    return found


def _add_kiosks(found: Found, communities: list[Community], first: date, last: date) -> None:
    names = {
        str(kiosk.pk): f"{kiosk.code} {chosen(kiosk.location)}".strip()
        for kiosk in Kiosk.objects.filter(community__in=communities).order_by("community", "code")
    }
    days = KioskDay.objects.filter(community__in=communities, day__range=(first, last))
    rows = days.order_by().values_list("kiosk", "community", "day", "hours")
    read = list(rows[: KIOSK_DAYS_MAX + 1])
    if len(read) > KIOSK_DAYS_MAX:
        raise TooMuch
    counted = {str(row[0]) for row in read}
    found.kiosks = {key: AtKiosk(name) for key, name in names.items() if key in counted}
    for hour in hours_of(read):
        figures = Figures()
        figures.add(hour.counts)
        at = found.kiosks[hour.kiosk]
        at.figures.add(hour.counts)
        found.figures.add(hour.counts)
        visits = hour.counts.get(VISITS, 0)
        found.visits[hour.hour] += visits
        found.visits_weekday[hour.day.weekday()] += visits
        for (vote, method), number in figures.votes.items():
            of = found.after_paying, at.votes, found.methods[method], found.paying_hours[hour.hour]
            for votes in of:
                votes.add(vote, number)


def _add_phones(found: Found, communities: dict[int, Community], first: date, last: date) -> None:
    begins, ends = _around(communities.values(), first, last)
    rows = PhoneVote.objects.filter(
        community__in=communities, voted_at__gte=begins, voted_at__lt=ends
    ).order_by()
    wanted = rows.values_list("community", "vote", "voted_at", "order__method")
    read = list(wanted[: PHONE_VOTES_MAX + 1])
    if len(read) > PHONE_VOTES_MAX:
        raise TooMuch
    for community, vote, at, method in read:
        zone = communities[community].time_zone
        if first <= business_day(at, zone) <= last:
            hour = local_time(at, zone).hour
            of = found.after_paying, found.phones, found.methods[method], found.paying_hours[hour]
            for votes in of:
                votes.add(vote)


def _around(communities: Iterable[Community], first: date, last: date) -> tuple[datetime, datetime]:
    """From when until when it is one of these days in any of the communities."""
    zones = [one.time_zone for one in communities] or ["UTC"]
    begins = min(day_begins(first, zone) for zone in zones)
    return begins, max(day_begins(last + timedelta(days=1), zone) for zone in zones)


def _add_requests(found: Found, communities: dict[int, Community], first: date, last: date) -> None:
    """Those that were joined to another are waited for there."""
    begins, ends = _around(communities.values(), first, last)
    rows = ServiceRequest.objects.filter(community__in=communities).exclude(state=State.JOINED)
    wanted = ("community", "assignee", "opened_at", "answered_at", "ended_at", "vote", "voted_at")
    topic = ("topic__name_zh", "topic__name_en", "topic__answer_hours")
    rows = rows.filter(opened_at__gte=begins, opened_at__lt=ends) | rows.filter(
        voted_at__gte=begins, voted_at__lt=ends
    )
    read = list(rows.order_by().values(*wanted, *topic)[: REQUESTS_MAX + 1])
    if len(read) > REQUESTS_MAX:
        raise TooMuch
    people_by_key = get_user_model().objects.in_bulk({row["assignee"] for row in read} - {None})
    names = {key: people.of(person).name for key, person in people_by_key.items()}
    for row in read:
        zone = communities[row["community"]].time_zone
        name = names.get(row["assignee"], "")
        topic_name = chosen(Text(zh=row["topic__name_zh"], en=row["topic__name_en"]))
        if first <= business_day(row["opened_at"], zone) <= last:
            _add_wait(found, row, name, topic_name)
            at = local_time(row["opened_at"], zone)
            found.requests[at.hour] += 1
            found.requests_weekday[at.weekday()] += 1
        voted: datetime | None = row["voted_at"]
        if row["vote"] and voted and first <= business_day(voted, zone) <= last:
            hour = local_time(voted, zone).hour
            of = found.people[name], found.topics[topic_name], found.request_hours[hour]
            for votes in (found.after_requests, *of):
                votes.add(row["vote"])


def _add_wait(found: Found, row: dict, name: str, topic: str) -> None:
    opened, answered, ended = row["opened_at"], row["answered_at"], row["ended_at"]
    first = answered - opened if answered else None
    done = ended - opened if ended else None
    within = timedelta(hours=row["topic__answer_hours"])
    for waits in (found.waits, found.waits_people[name], found.waits_topics[topic]):
        waits.add(first, done, within)
