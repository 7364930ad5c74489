"""Notices are written, changed and taken down by people, each with a reason; none is deleted, and what
one said before stays in the log."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from contract.messages import Text
from contract.plain_text import clean_name
from server.estate.models import Building, Community, Unit
from server.notices.models import BODY_MAX, Notice, NoticePlace
from server.staff import audit, people, scope

TITLE_ZH_MAX, TITLE_EN_MAX = 60, 100
SUBJECT = "notice"
DAYS_MAX = 366  # from the first to the last


class NotWritten(Exception):
    """``said``: why it cannot be written so."""

    def __init__(self, said: str | Promise) -> None:
        super().__init__(str(said))
        self.said = said


@dataclass(frozen=True, slots=True)
class Wanted:
    """``buildings``: keys; ``kinds``: of ``Unit.Kind``. None of them: all."""

    title: Text
    body: Text
    show_from: date
    show_until: date
    buildings: tuple[int, ...] = ()
    kinds: tuple[str, ...] = ()

    def checked(self, community: Community) -> "Wanted":
        """As it is kept. Raises NotWritten."""
        title = Text(zh=clean_name(self.title.zh), en=clean_name(self.title.en))
        body = Text(zh=_paragraphs(self.body.zh), en=_paragraphs(self.body.en))
        if not all((title.zh, title.en, body.zh, body.en)):
            raise NotWritten(_("Title and text are needed in both languages"))
        if len(title.zh) > TITLE_ZH_MAX or len(title.en) > TITLE_EN_MAX:
            raise NotWritten(_("The title is too long"))
        if max(len(body.zh), len(body.en)) > BODY_MAX:
            raise NotWritten(_("The text is too long"))
        if self.show_until < self.show_from:
            raise NotWritten(_("It ends before it begins"))
        if (self.show_until - self.show_from).days > DAYS_MAX:
            raise NotWritten(_("A notice hangs for a year at most"))
        wanted = set(self.buildings)
        own = Building.objects.filter(community=community, pk__in=wanted)
        if set(own.values_list("pk", flat=True)) != wanted:
            raise NotWritten(_("There is no such building here"))
        if not set(self.kinds) <= set(Unit.Kind.values):
            raise NotWritten(_("There is no such kind of unit"))
        kinds = tuple(kind for kind in Unit.Kind.values if kind in self.kinds)
        buildings = tuple(sorted(wanted))
        return replace(self, title=title, body=body, buildings=buildings, kinds=kinds)


def _paragraphs(text: str) -> str:
    """Lines without what is no letter; at most one empty line in a row."""
    lines = [clean_name(line) for line in text.replace("\r\n", "\n").split("\n")]
    kept = [line for at, line in enumerate(lines) if line or (at and lines[at - 1])]
    return "\n".join(kept).strip()


@transaction.atomic
def publish(
    user: Any,
    community: Community,
    notice: Notice | None,
    wanted: Wanted,
    reason: str,
    now: datetime,
    version: int = 0,
) -> Notice:
    """A new notice, or ``notice`` as it is wanted now; ``version``: the one that was read. Raises
    NotWritten, PermissionDenied and ReasonMissing."""
    _may(user, community.pk)
    reason = audit.reason_of(reason)
    wanted = wanted.checked(community)
    before: dict[str, Any] = {}
    if notice is None:
        held = Notice(community=community)
    else:
        held = _held(notice)
        if held.version != version:
            raise NotWritten(_("Somebody changed it meanwhile; look at it again"))
        before = values(held)
        held.version += 1
    held.title, held.body = wanted.title, wanted.body
    held.show_from, held.show_until = wanted.show_from, wanted.show_until
    held.kinds = list(wanted.kinds)
    fresh = held.pk is None
    held.save()
    _place(held, wanted.buildings)
    held.save(update_fields=["version"])  # kiosks are told once its places stand
    after = values(Notice.objects.get(pk=held.pk))
    if not fresh:
        after = {name: value for name, value in after.items() if value != before[name]}
        before = {name: before[name] for name in after}
    act = "notice_published" if fresh else "notice_changed"
    subject = (SUBJECT, str(held.pk))
    audit.record(
        community.pk, people.of(user), act, subject, reason, now, before=before, after=after
    )
    return held


@transaction.atomic
def take_down(user: Any, notice: Notice, reason: str, now: datetime) -> None:
    """It hangs no more, from now on. Raises NotWritten, PermissionDenied and ReasonMissing."""
    _may(user, notice.community_id)
    held = _held(notice)
    held.taken_down_at, held.version = now, held.version + 1
    held.save(update_fields=["taken_down_at", "version"])
    person, subject = people.of(user), (SUBJECT, str(held.pk))
    before, after = {"taken_down_at": None}, {"taken_down_at": now}
    of = held.community_id
    audit.record(of, person, "notice_taken_down", subject, reason, now, before=before, after=after)


def values(notice: Notice) -> dict[str, Any]:
    """What of it is kept in the log."""
    return {
        "title_zh": notice.title_zh,
        "title_en": notice.title_en,
        "body_zh": notice.body_zh,
        "body_en": notice.body_en,
        "show_from": notice.show_from.isoformat(),
        "show_until": notice.show_until.isoformat(),
        "buildings": [building.code for building in notice.buildings],
        "kinds": list(notice.kinds),
    }


def _may(user: Any, community: int) -> None:
    if not scope.may_change(user, Notice, community):
        raise PermissionDenied


def _held(notice: Notice) -> Notice:
    held = Notice.objects.select_for_update(no_key=True).get(pk=notice.pk)
    if held.taken_down_at is not None:
        raise NotWritten(_("It was taken down; write a new one"))
    return held


def _place(notice: Notice, buildings: tuple[int, ...]) -> None:
    places = NoticePlace.objects.filter(notice=notice)
    places.exclude(building__in=buildings).delete()
    there = set(places.values_list("building", flat=True))
    NoticePlace.objects.bulk_create(
        NoticePlace(community_id=notice.community_id, notice=notice, building_id=building)
        for building in buildings
        if building not in there
    )
