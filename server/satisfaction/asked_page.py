"""The page of what was asked most, how fast it was answered and by whom; and the same as a table to take
out. Changes nothing."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_GET

from server.fleet.collection_report import today
from server.language import chosen
from server.satisfaction.asked import Asked, Uses, gather_asked
from server.satisfaction.gathering import TooMuch
from server.satisfaction.pages import MONTH, or_empty, spoken
from server.satisfaction.sums import Waits
from server.staff import days_chosen, page_export, scope
from server.staff.doors import staff_only
from server.staff.roles import Area


@gzip_page
@staff_only
@never_cache
@require_GET
def asked_page(request: HttpRequest) -> HttpResponse:
    """Where the person sees requests. Raises PermissionDenied for who sees none."""
    own = scope.communities(request.user, Area.SERVICE).order_by("code")
    every = list(own)
    if not every:
        raise PermissionDenied
    code = request.GET.get("community", "").replace("\0", "")[:40]
    where = [one for one in every if one.code == code] if code else every
    days = days_chosen.read(request.GET, today(every, timezone.now()), usual=MONTH)
    found, wrong = None, days.wrong
    if not wrong:
        try:
            found = gather_asked(where, days.first, days.last)
        except TooMuch:
            wrong = _("That is too much at once. Choose a community or a shorter time.")
    if found is not None and page_export.wanted(request):
        return page_export.answer(request, _table(found, [one.pk for one in where]))
    kept = request.GET.copy()
    kept.pop("export", None)
    context = {
        "days": days,
        "wrong": wrong,
        "communities": every,
        "community": code,
        "kept": kept.urlencode(),
        "found": found,
    }
    return render(request, "satisfaction/asked.html", context | (_shown(found) if found else {}))


def _shown(found: Asked) -> dict[str, Any]:
    return {
        "questions": [
            (one.newest, one, spoken(one.minutes), ", ".join(sorted(one.people)))
            for one in _most_first(found.questions)
        ],
        "topics": [
            (name, waits, spoken(waits.to_first), spoken(waits.nine_of_ten))
            for name, waits in _came_first(found.topics)
        ],
        "by_whom": [
            (name, waits, spoken(waits.to_first), uses, spoken(uses.minutes))
            for name, waits, uses in _people(found)
        ],
    }


def _most_first(groups: Mapping[Any, Uses]) -> list[Uses]:
    return sorted(groups.values(), key=lambda one: -one.times)


def _came_first(groups: Mapping[str, Waits]) -> list[tuple[str, Waits]]:
    return sorted(groups.items(), key=lambda row: (-row[1].came, row[0]))


def _people(found: Asked) -> list[tuple[str, Waits, Uses]]:
    """Whoever has requests in hand or used a standard answer; those of nobody last."""
    names = {*found.in_hand, *found.said_by}
    rows = [(one, found.in_hand.get(one, Waits()), found.said_by.get(one, Uses())) for one in names]
    rows.sort(key=lambda row: (not row[0], -row[1].came, -row[2].times, row[0]))
    return [(name or _("Nobody"), waits, uses) for name, waits, uses in rows]


def _table(found: Asked, communities: Iterable[int]) -> page_export.Table:
    heading = [
        *(_("What"), _("Group"), _("How many"), _("Answered"), _("In time, %")),
        *(_("To the first answer, min"), _("Nine of ten within, min")),
        *(_("Standard answers used"), _("In other words"), _("By whom")),
    ]
    return page_export.Table("asked-most", communities, heading, list(_lines(found)))


def _lines(found: Asked) -> Iterator[list[Any]]:
    for uses in _most_first(found.questions):
        asks = chosen(uses.newest.asks) if uses.newest else ""
        names = ", ".join(sorted(uses.people))
        of = [uses.times, uses.times, "", or_empty(uses.minutes), "", uses.times, uses.changed]
        yield [_("Standard answer"), asks, *of, names]
    for name, waits in _came_first(found.topics):
        yield [_("Topic"), name, *_waits(waits), "", "", ""]
    for name, waits, uses in _people(found):
        yield [_("Person"), name, *_waits(waits), uses.times, uses.changed, ""]


def _waits(waits: Waits) -> list[Any]:
    known = (waits.in_time_percent, waits.to_first, waits.nine_of_ten)
    return [waits.came, waits.answered, *map(or_empty, known)]
