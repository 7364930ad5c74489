"""What a unit was sent, and what was asked for: bills by e-mail, notices of its community, wishes of its
people to be called back, and requests that wait for a second person. Reads only; what the person may not
look at is not asked for."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from contract.business_day import local_time
from server.alerts.models import Alert
from server.alerts.raising import CALL_BACK_AT, CALLBACK_WANTED
from server.bill_mail.models import BillMail
from server.billing.models import Bill
from server.estate.masking import mask_address
from server.estate.models import Occupancy, Unit
from server.estate.occupancy import on_day
from server.language import chosen
from server.notices.models import Notice
from server.notices.publication import is_for_unit
from server.outbox.models import ResidentMessage
from server.staff import approvals, scope
from server.staff.models import Request
from server.staff.roles import Area

TOLD_SHOWN, MAILS_SHOWN, NOTICES_SHOWN, WAITING_MAX = 8, 12, 6, 500
NOTICES_SINCE = timedelta(days=30)  # so long after its last day a notice is still told of
_NUMBER_MIN = 7  # figures that two phone numbers have to have in common at their ends


@dataclass(frozen=True)
class Sent:
    """A message: when, what it was (with the page of that, where it has one), to whom and what became
    of it."""

    at: str
    what: str
    link: str
    to: str
    state: str
    bad: bool = False


@dataclass(frozen=True)
class Asked:
    """What waits: since when, what, by whom, why; ``link`` leads to where it is dealt with."""

    at: str
    what: Any
    link: str
    by: str
    why: str


def sent_to(unit: Unit, user: Any, today: date) -> list[Sent]:
    """The newest first: messages, bills by mail, then notices."""
    return [*_told(unit, user), *_mails(unit, user), *_notices(unit, user, today)]


def asked_of(unit: Unit, user: Any, today: date) -> list[Asked]:
    return [*_calls(unit, user, today), *_requests(unit, user)]


def _told(unit: Unit, user: Any) -> Iterator[Sent]:
    rows = scope.visible(user, ResidentMessage).filter(unit=unit)
    for one in rows.order_by("-made_at", "-pk")[:TOLD_SHOWN]:
        link = reverse("resident_message", args=[one.pk])
        what, state = one.get_kind_display(), one.get_state_display()
        bad = one.state in ("refused", "failed")
        yield Sent(_at(one.changed_at, unit), what, link, one.masked, state, bad)


def _mails(unit: Unit, user: Any) -> Iterator[Sent]:
    rows = scope.visible(user, BillMail).filter(bill__unit=unit).select_related("bill")
    bad = {"refused", "failed", "bounced"}
    for mail in rows.order_by("-asked_at", "-pk")[:MAILS_SHOWN]:
        yield Sent(
            _at(mail.changed_at, unit),
            mail.bill.heading,
            mail.bill.get_absolute_url(),
            mask_address(mail.address),
            mail.get_state_display(),
            mail.state in bad,
        )


def _notices(unit: Unit, user: Any, today: date) -> Iterator[Sent]:
    rows = scope.visible(user, Notice).filter(
        community=unit.community_id, show_from__lte=today, show_until__gte=today - NOTICES_SINCE
    )
    newest = rows.prefetch_related("places__building").order_by("-show_from", "-pk")
    for notice in [one for one in newest if is_for_unit(one, unit)][:NOTICES_SHOWN]:
        lasts = f"{notice.show_from} – {notice.show_until}"
        state = str(_("Taken down") if notice.taken_down_at else Notice._meta.verbose_name)
        yield Sent(lasts, chosen(notice.title), notice.get_absolute_url(), "", state)


def _calls(unit: Unit, user: Any, today: date) -> Iterator[Asked]:
    """Open wishes whose number is one of who lives there; what was dealt with holds no number."""
    if not scope.within(scope.sees(user, Area.RESIDENTS), unit.community_id):
        return
    wishes = scope.visible(user, Alert).filter(
        community=unit.community_id, kind=CALLBACK_WANTED, resolved_at=None
    )
    waiting = list(wishes.order_by("-raised_at", "-pk"))
    if not waiting:
        return
    here = Occupancy.objects.filter(on_day(today), unit=unit).select_related("resident")
    people = {row.resident_id: row.resident for row in here}
    for wish in waiting:
        for person in people.values():
            if _same_number(str(wish.details.get(CALL_BACK_AT, "")), person.phone):
                link = reverse("alert", args=[wish.pk])
                at, what = _at(wish.raised_at, unit), chosen(wish.text)
                yield Asked(at, what, link, person.masked_name, wish.kiosk_code)


def _same_number(one: str, other: str) -> bool:
    ends = ["".join(filter(str.isdigit, text))[-11:] for text in (one, other)]
    short, long = sorted(ends, key=len)
    return len(short) >= _NUMBER_MIN and long.endswith(short)


def _requests(unit: Unit, user: Any) -> Iterator[Asked]:
    rows = scope.visible(user, Request).filter(
        community=unit.community_id, state=Request.State.OPEN
    )
    waiting = list(rows.order_by("-asked_at", "-pk")[:WAITING_MAX])
    subjects = {asked.subject for asked in waiting}
    own = Bill.objects.filter(unit=unit, number__in=subjects)
    numbers = set(own.values_list("number", flat=True)) if waiting else set()
    page = f"{reverse('requests')}#request-"
    for asked in waiting:
        if asked.subject in numbers or _is_of(asked, unit):
            name = approvals.KINDS[asked.kind].name if asked.kind in approvals.KINDS else asked.kind
            at, link = _at(asked.asked_at, unit), f"{page}{asked.pk}"
            yield Asked(at, name, link, asked.asked_by_name, asked.reason)


def _is_of(asked: Request, unit: Unit) -> bool:
    """By its page, or by the row that it would change."""
    kind = approvals.KINDS.get(asked.kind)
    if kind is not None and f"/staff/units/{unit.pk}/" in kind.link(asked):
        return True
    if asked.details.get("model") == "estate.unit":
        return asked.details.get("pk") == unit.pk
    row = asked.details.get("new") or asked.details.get("old") or {}
    return "model" in asked.details and row.get("unit") == unit.pk


def _at(when: Any, unit: Unit) -> str:
    return f"{local_time(when, unit.community.time_zone):%Y-%m-%d %H:%M}"
