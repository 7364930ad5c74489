"""The page of how satisfied residents are, how long they wait and when most come; and the same as a table
to take out. Changes nothing."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_GET

from contract.messages import Method
from contract.methods import METHODS
from server.fleet.collection_report import today
from server.language import chosen
from server.satisfaction.gathering import Found, TooMuch, gather
from server.satisfaction.sums import Votes, Waits, columns, peak, stacked
from server.staff import days_chosen, page_export, scope
from server.staff.doors import staff_only
from server.staff.roles import Area

MONTH = 30
PERIODS = (
    (7, gettext_lazy("7 days")),
    (30, gettext_lazy("30 days")),
    (90, gettext_lazy("90 days")),
)
WEEKDAYS = (
    gettext_lazy("Monday"),
    gettext_lazy("Tuesday"),
    gettext_lazy("Wednesday"),
    gettext_lazy("Thursday"),
    gettext_lazy("Friday"),
    gettext_lazy("Saturday"),
    gettext_lazy("Sunday"),
)


@gzip_page
@staff_only
@never_cache
@require_GET
def satisfaction_page(request: HttpRequest) -> HttpResponse:
    """Votes and visits at kiosks where the person sees kiosks, requests where the person sees those.
    Raises PermissionDenied for who sees neither."""
    at_kiosks = scope.communities(request.user, Area.KIOSKS)
    of_requests = scope.communities(request.user, Area.SERVICE)
    every = sorted({*at_kiosks, *of_requests}, key=lambda community: community.code)
    if not every:
        raise PermissionDenied
    code = request.GET.get("community", "").replace("\0", "")[:40]
    if code:
        at_kiosks, of_requests = at_kiosks.filter(code=code), of_requests.filter(code=code)
    newest = today(every, timezone.now())
    days = days_chosen.read(request.GET, newest, usual=MONTH)
    found, wrong = None, days.wrong
    if not wrong:
        try:
            found = gather(at_kiosks, of_requests, days.first, days.last)
        except TooMuch:
            wrong = _("That is too much at once. Choose a community or a shorter time.")
    if found is not None and page_export.wanted(request):
        communities = {one.pk for one in (*at_kiosks, *of_requests)}
        return page_export.answer(request, _table(found, communities))
    kept = request.GET.copy()
    kept.pop("export", None)
    context = {
        "days": days,
        "wrong": wrong,
        "communities": every,
        "community": code,
        "kept": kept.urlencode(),
        "found": found,
        "periods": [
            (
                newest - timedelta(days=many - 1),
                newest,
                name,
                (days.last - days.first).days + 1 == many,
            )
            for many, name in PERIODS
        ],
    }
    return render(request, "satisfaction/page.html", context | (_shown(found) if found else {}))


def _shown(found: Found) -> dict[str, Any]:
    busiest = peak(found.visits), peak(found.requests)
    return {
        "tiles": _tiles(found),
        "votes": [
            (title, [(name, votes, stacked(votes)) for name, votes in rows], hours)
            for title, rows, hours in _votes(found)
            if rows
        ],
        "paying": [
            (one.name, one.figures, spoken(one.figures.median_s, seconds=True))
            for one in found.kiosks.values()
        ],
        "waits": [
            (
                title,
                [
                    (
                        name,
                        waits,
                        spoken(waits.to_first),
                        spoken(waits.nine_of_ten),
                        spoken(waits.to_done),
                    )
                    for name, waits in rows
                ],
            )
            for title, rows in _waits(found)
            if rows
        ],
        "peaks": [
            (title, columns(counts, 24), busy, counts.total())
            for title, counts, busy in (
                (_("Visits at kiosks by hour"), found.visits, busiest[0]),
                (_("Requests that came in by hour"), found.requests, busiest[1]),
            )
            if counts.total()
        ],
        "weekdays": _weekdays(found),
    }


def _tiles(found: Found) -> list[tuple[str, str, str]]:
    busy = peak(found.visits)
    kiosk, requests, waits = found.after_paying, found.after_requests, found.waits
    return [
        (_("Satisfied after paying"), percent(kiosk.percent), _of(kiosk)),
        (_("Satisfied after requests"), percent(requests.percent), _of(requests)),
        (
            _("To the first answer"),
            spoken(waits.to_first),
            _("in time %(percent)s") % {"percent": percent(waits.in_time_percent)},
        ),
        (_("Until it is done"), spoken(waits.to_done), _("half of them within")),
        (
            _("From bill to receipt"),
            spoken(found.figures.median_s, seconds=True),
            _("half of them within"),
        ),
        (
            _("Busiest hour"),
            f"{busy[0]}:00" if busy else "–",
            ngettext("%(count)s visit", "%(count)s visits", busy[1]) % {"count": busy[1]}
            if busy
            else "",
        ),
    ]


def _of(votes: Votes) -> str:
    return ngettext("%(count)s vote", "%(count)s votes", votes.all) % {"count": votes.all}


def percent(number: int | None) -> str:
    return "–" if number is None else f"{number} %"


def spoken(number: int | None, *, seconds: bool = False) -> str:
    """A time in minutes, or in seconds, as people say it."""
    if number is None:
        return "–"
    if seconds:
        return _("%(count)s s") % {"count": number}
    if number < 120:
        return _("%(count)s min") % {"count": number}
    if number < 48 * 60:
        return _("%(count)s h") % {"count": round(number / 60, 1)}
    return _("%(count)s d") % {"count": round(number / 60 / 24, 1)}


Named = list[tuple[str, Votes]]


def _votes(found: Found) -> list[tuple[str, Named, bool]]:
    """Each grouping with what was voted in it: those with most votes first, hours (True) in order."""
    places = {one.name: one.votes for one in found.kiosks.values()} | {_("Phones"): found.phones}
    methods = {_method(name): votes for name, votes in found.methods.items()}
    people = {name or _("Nobody"): votes for name, votes in found.people.items()}
    return [
        (_("After paying, by kiosk and on phones"), _most_first(places), False),
        (_("After paying, by way to pay"), _most_first(methods), False),
        (_("After paying, by hour"), _by_hour(found.paying_hours), True),
        (_("After requests, by who has them in hand"), _most_first(people), False),
        (_("After requests, by topic"), _most_first(found.topics), False),
        (_("After requests, by hour"), _by_hour(found.request_hours), True),
    ]


def _most_first(groups: Mapping[str, Votes]) -> Named:
    voted = [(name, votes) for name, votes in groups.items() if votes.all]
    return sorted(voted, key=lambda row: (-row[1].all, row[0]))


def _by_hour(groups: Mapping[int, Votes]) -> Named:
    return [(f"{hour}:00", groups[hour]) for hour in sorted(groups) if groups[hour].all]


def _method(name: str) -> str:
    return chosen(METHODS[Method(name)].name) if name in set(Method) else name


def _waits(found: Found) -> list[tuple[str, list[tuple[str, Waits]]]]:
    def rows(groups: Mapping[str, Waits]) -> list[tuple[str, Waits]]:
        named = [(name or _("Nobody"), waits) for name, waits in groups.items()]
        return sorted(named, key=lambda row: (-row[1].came, row[0]))

    return [
        (_("Waiting for an answer, by topic"), rows(found.waits_topics)),
        (_("Waiting for an answer, by who has them in hand"), rows(found.waits_people)),
    ]


def _weekdays(found: Found) -> list[tuple[str, int, int, float, float]]:
    """Name, visits, requests, and how long the bars of both are."""
    one, two = found.visits_weekday, found.requests_weekday
    if not (one.total() or two.total()):
        return []
    most = max(one.values(), default=0) or 1, max(two.values(), default=0) or 1
    return [
        (
            str(name),
            one[day],
            two[day],
            round(100 * one[day] / most[0], 2),
            round(100 * two[day] / most[1], 2),
        )
        for day, name in enumerate(WEEKDAYS)
    ]


def _table(found: Found, communities: Iterable[int]) -> page_export.Table:
    heading = [
        *(_("What"), _("Group"), _("Satisfied"), _("So-so"), _("Not satisfied"), _("Satisfied, %")),
        *(_("Visits"), _("From bill to receipt, s"), _("Requests"), _("Answered"), _("In time, %")),
        *(_("To the first answer, min"), _("Nine of ten within, min"), _("Until it is done, min")),
    ]
    return page_export.Table("satisfaction", communities, heading, list(_lines(found)))


def _lines(found: Found) -> Iterator[list[Any]]:
    for title, rows, _hours in _votes(found):
        for name, votes in rows:
            yield [title, name, votes.good, votes.so_so, votes.bad, votes.percent, *[""] * 8]
    for one in found.kiosks.values():
        visits, seconds = one.figures.visits, one.figures.median_s
        yield [_("Visits by kiosk"), one.name, *[""] * 4, visits, or_empty(seconds), *[""] * 6]
    for title, rows in _waits(found):
        for name, of in rows:
            known = (of.in_time_percent, of.to_first, of.nine_of_ten, of.to_done)
            shown = [of.came, of.answered, *(or_empty(number) for number in known)]
            yield [title, name, *[""] * 6, *shown]
    for title, visits, requests in (
        (_("Peak hours"), found.visits, found.requests),
        (_("Peak weekdays"), found.visits_weekday, found.requests_weekday),
    ):
        for place in sorted({*visits, *requests}):
            name = f"{place}:00" if visits is found.visits else str(WEEKDAYS[place])
            yield [title, name, *[""] * 4, visits[place], "", requests[place], *[""] * 5]


def or_empty(number: int | None) -> int | str:
    return "" if number is None else number
