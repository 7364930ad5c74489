"""The page of what kiosks collected, and the same as a table to take out. Changes nothing."""

import math
from collections import Counter
from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_GET

from contract.money import Money
from contract.plain_text import whole_number
from server.fleet import turned_away
from server.fleet.collection_report import (
    GROUPINGS,
    PARTS,
    Asked,
    Line,
    Report,
    TooMuch,
    report,
    today,
)
from server.fleet.dashboard import money
from server.language import chosen
from server.staff import days_chosen, page_export, scope
from server.staff.doors import staff_only
from server.staff.roles import Area

A_PAGE, WEEK = 100, 7
GROUPS = {
    "kiosk": gettext_lazy("By kiosk"),
    "day": gettext_lazy("By day"),
    "part": gettext_lazy("By part of the day"),
    "hour": gettext_lazy("By hour of the day"),
    "community": gettext_lazy("By community"),
    "each": gettext_lazy("By kiosk, day and part of the day"),
}


@gzip_page
@staff_only
@never_cache
@require_GET
def collection(request: HttpRequest) -> HttpResponse:
    """Scoped to the communities whose kiosks the person sees; money where payments are seen too."""
    now = timezone.now()
    every = scope.communities(request.user, Area.KIOSKS).order_by("code")
    code = request.GET.get("community", "")[:40]
    shown = every.filter(code=code) if code else every
    paying = scope.communities(request.user, Area.PAYMENTS).filter(pk__in=shown)
    asked, wrong = _asked(request, today(shown, now))
    context = {"asked": asked, "wrong": wrong, "communities": list(every), "community": code}
    found = None
    if not wrong:
        try:
            found = report(shown, paying, asked, now)
        except TooMuch:
            context["wrong"] = _("That is too much at once. Choose a community or a shorter time.")
    with_money = paying.exists()
    if found is not None and page_export.wanted(request):
        return page_export.answer(request, _table(found, asked, with_money))
    return render(request, "fleet/report.html", context | _shown(request, found, with_money))


def _asked(request: HttpRequest, newest: date) -> tuple[Asked, str]:
    """The last week where nothing is asked for; and in words what is wrong with it, if anything is."""
    by, days = request.GET.get("by", "kiosk"), days_chosen.read(request.GET, newest, usual=WEEK)
    return Asked(days.first, days.last, by if by in GROUPINGS else "kiosk"), days.wrong


def _shown(request: HttpRequest, found: Report | None, with_money: bool) -> dict[str, Any]:
    kept = request.GET.copy()
    for name in ("page", "export"):
        kept.pop(name, None)
    context: dict[str, Any] = {
        "groups": GROUPS.items(),
        "kept": kept.urlencode(),
        "money": with_money,
        "found": found,
    }
    if found is None:
        return context
    pages = max(1, math.ceil(len(found.lines) / A_PAGE))
    page = min(max(1, whole_number(request.GET.get("page", ""), 6) or 1), pages)
    lines = found.lines[(page - 1) * A_PAGE : page * A_PAGE]
    reasons: Counter[str] = Counter()
    for line in found.total:
        reasons.update(line.figures.turned_away)
    return context | {
        "rows": [
            (_names(found, line), line, found.has_money(line), _amounts(line)) for line in lines
        ],
        "sums": [(line, _amounts(line)) for line in found.total],
        "reasons": [(turned_away.reason(name), n) for name, n in reasons.most_common()],
        "page": page,
        "pages": pages,
    }


def _amounts(line: Line) -> dict[str, str]:
    currency = line.key.currency
    return {
        "taken": money(line.taken_minor, currency),
        "back": money(line.refunded_minor, currency),
    }


def _names(found: Report, line: Line) -> list[str]:
    """Of what the row is."""
    key, names = line.key, []
    if key.kiosk is not None:
        kiosk = found.kiosks[key.kiosk]
        community = found.communities[kiosk.community_id]
        names += [f"{kiosk.code} {chosen(kiosk.location)}", chosen(community.name)]
    if key.community is not None:
        names.append(chosen(found.communities[key.community].name))
    if key.day is not None:
        names.append(key.day.isoformat())
    if key.part is not None:
        names.append(str(PARTS[key.part]))
    if key.hour is not None:
        names.append(f"{key.hour}:00")
    return names


_HEADINGS = {
    "kiosk": (gettext_lazy("Kiosk"), gettext_lazy("Community")),
    "day": (gettext_lazy("Day"),),
    "part": (gettext_lazy("Part of the day"),),
    "hour": (gettext_lazy("Hour"),),
    "community": (gettext_lazy("Community"),),
}


def _table(found: Report, asked: Asked, with_money: bool) -> page_export.Table:
    heading = [str(h) for name in GROUPINGS[asked.by] for h in _HEADINGS[name]]
    if with_money:
        heading += [_("Currency"), _("Payments"), _("Taken"), _("Given back")]
        heading += [_("Payments begun"), _("Of them paid, %"), _("Reversed"), _("In doubt")]
    heading += [_("Visits"), _("Of them with a payment"), _("Turned away"), _("Why")]
    heading += [
        _("Bills shown"),
        _("Read at once, %"),
        _("From bill to receipt, s"),
        _("Uptime, %"),
    ]
    rows = [[*_names(found, line), *_cells(found, line, with_money)] for line in found.lines]
    communities = {kiosk.community_id for kiosk in found.kiosks.values()}
    return page_export.Table("collection", communities, heading, rows)


def _cells(found: Report, line: Line, with_money: bool) -> list[Any]:
    figures, cells = line.figures, []
    if with_money and not found.has_money(line):
        cells += [line.key.currency, *[""] * 7]
    elif with_money:
        currency = line.key.currency
        taken, back = Money(line.taken_minor, currency), Money(line.refunded_minor, currency)
        cells += [currency, line.paid, taken.decimal, back.decimal]
        cells += [line.begun, _or_empty(line.success_percent), line.reversed, line.in_doubt]
    why = "; ".join(
        f"{turned_away.reason(name)} {count}" for name, count in figures.turned_away.most_common()
    )
    cells += [figures.visits, figures.paid_visits, figures.all_turned_away, why]
    cells += [figures.codes_shown, _or_empty(figures.read_percent)]
    return [*cells, _or_empty(figures.median_s), _or_empty(line.uptime_percent)]


def _or_empty(number: float | None) -> float | str:
    return "" if number is None else number
