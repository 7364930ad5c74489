"""The log of people's acts: everything that somebody did, to search and to take out as a table."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.core.paginator import Paginator
from django.db import transaction
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from contract.business_day import day_begins, local_time
from server.staff import audit, csv_export, people, scope
from server.staff.act_names import act_name, subject_name
from server.staff.doors import staff_only
from server.staff.models import Act
from server.staff.roles import Area, Deed

A_PAGE = 50
_PAYMENT = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@dataclass(frozen=True)
class Asked:
    """What is looked for; whatever is empty or not understood does not narrow."""

    community: str = ""
    person: str = ""
    act: str = ""
    subject: str = ""
    since: str = ""
    until: str = ""

    @classmethod
    def of(cls, request: HttpRequest) -> "Asked":
        asked, fields = request.GET, cls.__annotations__
        return cls(**{name: asked.get(name, "").replace("\0", "").strip() for name in fields})

    @property
    def query(self) -> str:
        return urlencode({name: value for name, value in vars(self).items() if value})

    def narrow(self, acts: QuerySet[Act]) -> QuerySet[Act]:
        if self.community:
            acts = acts.filter(community__code=self.community)
        if self.person:
            acts = acts.filter(
                Q(person_name__icontains=self.person) | Q(person__username__icontains=self.person)
            )
        if self.act:
            acts = acts.filter(act=self.act)
        if self.subject:
            acts = acts.filter(
                Q(subject_id__icontains=self.subject) | Q(reason__icontains=self.subject)
            )
        if (since := _day(self.since)) is not None and since > date.min:
            acts = acts.filter(at__gte=day_begins(since, settings.TIME_ZONE))
        if (until := _day(self.until)) is not None and until < date.max:
            acts = acts.filter(at__lt=day_begins(until + timedelta(days=1), settings.TIME_ZONE))
        return acts


@dataclass(frozen=True)
class Line:
    """One act as it is read."""

    act: Act

    @property
    def at(self) -> str:
        community = self.act.community
        shown = local_time(self.act.at, community.time_zone if community else settings.TIME_ZONE)
        return shown.strftime("%Y-%m-%d %H:%M:%S")

    @property
    def name(self) -> str:
        return act_name(self.act.act)

    @property
    def subject(self) -> str:
        return subject_name(self.act.subject_kind)

    @property
    def link(self) -> str:
        """The page of what it was done to, where that has one."""
        kind, subject = self.act.subject_kind, self.act.subject_id
        if kind == "payment" and _PAYMENT.fullmatch(subject):
            return f"/staff/payments/{subject}/"
        if kind == "bill" and subject.isascii() and subject.isalnum():
            return f"/staff/bills/{subject}/"
        own_key = subject.isascii() and subject.isdecimal()
        return f"/staff/units/{subject}/" if kind == "unit" and own_key else ""

    @property
    def changes(self) -> list[tuple[str, str, str]]:
        """(what, before, after)."""
        names = [*self.act.before, *(n for n in self.act.after if n not in self.act.before)]
        return [
            (name, _shown(self.act.before.get(name)), _shown(self.act.after.get(name)))
            for name in names
        ]


@staff_only
@never_cache
@require_GET
def log(request: HttpRequest) -> HttpResponse:
    """The acts of the communities in which the person may read the log, the newest first."""
    asked = Asked.of(request)
    own = scope.visible(request.user, Act)
    found = asked.narrow(own).select_related("community", "person").order_by("-at", "-pk")
    if request.GET.get("as") == "csv":
        return _table(request, asked, found)
    page = Paginator(found, A_PAGE).get_page(request.GET.get("page"))
    kinds = own.order_by("act").values_list("act", flat=True).distinct()
    context = {
        "asked": asked,
        "page": page,
        "lines": [Line(act) for act in page],
        "acts": sorted(((act, act_name(act)) for act in kinds), key=lambda named: named[1]),
        "communities": scope.communities(request.user, Area.LOG),
        "may_take_out": scope.does(request.user, Deed.EXPORT_LOG) != set(),
    }
    return render(request, "staff/log.html", context)


def _table(request: HttpRequest, asked: Asked, found: QuerySet[Act]) -> StreamingHttpResponse:
    """Only of the communities in which the person may take it out, and that is an act itself."""
    where = scope.does(request.user, Deed.EXPORT_LOG)
    if where is not None:
        found = found.filter(community__in=where)
    with transaction.atomic():
        for community in [None] if where is None else where:
            subject = ("log", asked.query[:80])
            now = timezone.now()
            audit.note(community, people.of(request.user), "log_exported", subject, now)
    heading = (
        _("Time"), _("Community"), _("Person"), _("Act"), _("Subject"), _("Id"),
        _("Reason"), _("Before"), _("After"),
    )  # fmt: skip
    answer = StreamingHttpResponse(
        csv_export.lines(heading, _rows(found)), content_type="text/csv; charset=utf-8"
    )
    answer["Content-Disposition"] = 'attachment; filename="log.csv"'
    return answer


def _rows(found: QuerySet[Act]) -> Iterator[list[Any]]:
    for act in found.iterator(chunk_size=1000):
        community = act.community.code if act.community else ""
        line = Line(act)
        yield [
            line.at, community, act.person_name, line.name, line.subject, act.subject_id,
            act.reason, _json(act.before), _json(act.after),
        ]  # fmt: skip


def _json(values: dict[str, Any]) -> str:
    return json.dumps(values, ensure_ascii=False) if values else ""


def _shown(value: Any) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
