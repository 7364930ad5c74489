"""The walk through a building with a phone: each meter in order, its last counter, the new one."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from contract.business_day import business_day
from contract.plain_text import whole_number
from server.billing import reading_photos, readings
from server.billing.issuing import natural
from server.billing.meters import Meter, MeterReading, MeterScope
from server.billing.periods import period_of, period_of_text, previous_period
from server.billing.reading_photos import PhotoRefused, ReadingPhoto
from server.billing.readings import Counted, ReadingRefused
from server.estate.models import Building
from server.fleet.views import staff_only
from server.staff import people, scope

DIGITS_MAX = 12


@dataclass(slots=True)
class Row:
    """One meter on the walk. ``typed``: what was sent and could not be taken, ``problem`` why.
    ``photo``: the newest one of this period's reading."""

    meter: Meter
    before: MeterReading | None
    now: MeterReading | None
    typed: str = ""
    problem: str = ""
    photo: ReadingPhoto | None = None


@staff_only
@never_cache
@require_http_methods(["GET", "POST"])
def walk(request: HttpRequest) -> HttpResponse:
    """Chooses building and period, shows its meters, and takes what was read."""
    mine = scope.visible(request.user, Building).select_related("community")
    buildings = sorted(mine, key=lambda b: (b.community.code, natural(b.code)))
    given = request.POST if request.method == "POST" else request.GET
    asked = whole_number(given.get("building", ""))
    chosen = next((b for b in buildings if b.pk == asked), None)
    if request.method == "POST" and chosen is None:
        raise PermissionDenied
    if chosen is None:
        return render(request, "billing_runs/walk.html", {"buildings": buildings})
    today = business_day(timezone.now(), chosen.community.time_zone)
    try:
        period = period_of_text(given.get("period", ""))
    except ValueError:
        period = period_of(today)
    rows = _rows(chosen, period)
    if request.method == "POST":
        if not scope.may_change(request.user, MeterReading, chosen.community_id):
            raise PermissionDenied
        if _act(request, rows, period, today):
            return redirect(f"{reverse('billing_readings')}?building={chosen.pk}&period={period}")
    context = _context(request, buildings, chosen, period, rows)
    return render(request, "billing_runs/walk.html", context)


def _act(request: HttpRequest, rows: list[Row], period: str, today: date) -> bool:
    """Takes or estimates readings. False when some could not be taken; those rows say why."""
    if request.POST.get("act") == "estimate":
        _estimate(request, rows, period, today)
        return True
    return _take(request, rows, period, today)


def _context(
    request: HttpRequest, buildings: list[Building], chosen: Building, period: str, rows: list[Row]
) -> dict[str, Any]:
    return {
        "buildings": buildings,
        "chosen": chosen,
        "period": period,
        "rows": rows,
        "left": sum(row.now is None for row in rows),
        "may_change": scope.may_change(request.user, MeterReading, chosen.community_id),
    }


def _estimate(request: HttpRequest, rows: list[Row], period: str, today: date) -> None:
    """Puts the usual use where nobody read."""
    missing = [row.meter for row in rows if row.now is None]
    person = people.of(request.user)
    made = readings.estimate(missing, period, today, person, at=timezone.now())
    said = ngettext("%(count)s reading was estimated", "%(count)s readings were estimated", made)
    messages.success(request, said % {"count": made})


def _rows(building: Building, period: str) -> list[Row]:
    """In walking order: what the building and its entrances share, then unit by unit."""
    meters = Meter.objects.filter(
        Q(building=building) | Q(unit__building=building), removed_on__isnull=True
    ).select_related("unit", "fee_item", "building")
    read = {
        (reading.meter_id, reading.period): reading
        for reading in MeterReading.objects.filter(
            meter__in=meters, period__in=(previous_period(period), period)
        )
    }
    now = [row.pk for row in read.values() if row.period == period]
    photos: dict[int, ReadingPhoto] = {}
    for photo in ReadingPhoto.objects.filter(reading__in=now):
        photos.setdefault(photo.reading_id, photo)  # the newest comes first
    rows = [
        Row(meter, read.get((meter.pk, previous_period(period))), read.get((meter.pk, period)))
        for meter in sorted(meters, key=_place)
    ]
    for row in rows:
        row.photo = photos.get(row.now.pk) if row.now else None
    return rows


def _place(meter: Meter) -> tuple[Any, ...]:
    entrance = meter.unit.entrance if meter.unit else meter.entrance
    own = meter.scope == MeterScope.UNIT
    return natural(entrance), own, natural(meter.unit.code) if meter.unit else [], meter.code


def _take(request: HttpRequest, rows: list[Row], period: str, today: date) -> bool:
    """Takes each counter that was typed. False when some could not be taken; those rows say why."""
    person, taken, waits = people.of(request.user), 0, 0
    for row in rows:
        name = str(row.meter.pk)
        row.typed = request.POST.get(f"counter-{name}", "").strip()
        try:
            counted = _counted(request, row, name, today)
            if counted is None:
                _photo(request, row, name, person)
                continue
            looked_at = f"sure-{name}" in request.POST
            reason = _("Reading of %(period)s") % {"period": period}
            row.now, changed = readings.take(
                row.meter, period, counted, person, reason, at=timezone.now(), looked_at=looked_at
            )
            taken, waits = taken + changed, waits + (changed and row.now.in_review)
            row.typed = ""
            _photo(request, row, name, person)
        except (ReadingRefused, PhotoRefused) as refused:
            row.problem = str(refused.said)
    if taken:
        said = ngettext("%(count)s reading was taken", "%(count)s readings were taken", taken)
        messages.success(request, said % {"count": taken})
    if waits:
        said = ngettext(
            "%(count)s of them jumps and waits to be looked at",
            "%(count)s of them jump and wait to be looked at",
            waits,
        )
        messages.warning(request, said % {"count": waits})
    return not any(row.problem for row in rows)


def _photo(request: HttpRequest, row: Row, name: str, person: people.Person) -> None:
    """Keeps the photo that was sent with a reading. Raises PhotoRefused."""
    sent = request.FILES.get(f"photo-{name}")
    if sent is None:
        return
    if row.now is None:
        raise PhotoRefused(_("Write what the meter shows, too"))
    row.photo = reading_photos.keep(row.now, sent, sent.size or 0, person, timezone.now())


@staff_only
@never_cache
@require_GET
def photo(request: HttpRequest, pk: int) -> FileResponse:
    """For who may look at the meters of its community."""
    row = get_object_or_404(scope.visible(request.user, ReadingPhoto), pk=pk)
    path = reading_photos.path_of(row)
    if not path.is_file():
        raise Http404
    return FileResponse(path.open("rb"), content_type="image/jpeg")


def _counted(request: HttpRequest, row: Row, name: str, today: date) -> Counted | None:
    """What was typed for a meter; None for nothing. Raises ReadingRefused."""
    old, new = (request.POST.get(f"{part}-{name}", "").strip() for part in ("old", "new"))
    sure = f"sure-{name}" in request.POST and row.now is not None
    if not row.typed and not sure:
        return None
    if not row.typed and row.now is not None:  # staff looked at it: it is as it stands
        now = row.now
        return Counted(now.counter, now.read_on, now.rolled_over, now.old_final, now.new_first)
    return Counted(
        counter=_number(row.typed),
        read_on=today,
        rolled_over=f"rolled-{name}" in request.POST,
        old_final=_number(old) if old else None,
        new_first=_number(new) if new else None,
    )


def _number(text: str) -> Decimal:
    """Raises ReadingRefused."""
    try:
        value = Decimal(text.replace(",", ""))
    except InvalidOperation as wrong:
        raise ReadingRefused(_("Write a number")) from wrong
    if not value.is_finite() or value < 0 or len(text) > DIGITS_MAX:
        raise ReadingRefused(_("Write a number"))
    return value
