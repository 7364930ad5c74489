"""A period is closed when its books are handed in. What is corrected after that takes two people: voiding
a bill of it, making one anew, waiving, and opening the period again; and no run makes bills of it."""

from datetime import datetime
from typing import Any

from django.db import models, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from server.billing.periods import PeriodField, is_period
from server.estate.models import Community
from server.estate.row_locks import hold_community
from server.estate.tenancy import OfCommunity
from server.staff import approvals, audit, people
from server.staff.approvals import CannotBeDone, Kind
from server.staff.models import Request
from server.staff.people import Person
from server.staff.roles import Deed

CODE = "reopen_period"


class ClosedPeriod(OfCommunity):
    """A period whose books are closed, until ``reopened_at``."""

    community = models.ForeignKey(
        Community,
        models.PROTECT,
        verbose_name=gettext_lazy("Community"),
        related_name="closed_periods",
    )
    period = PeriodField(gettext_lazy("Period"))
    closed_by_name = models.CharField(gettext_lazy("Closed by"), max_length=150)
    closed_at = models.DateTimeField(gettext_lazy("Closed at"))
    reopened_at = models.DateTimeField(gettext_lazy("Opened again at"), null=True, blank=True)

    class Meta:
        verbose_name = gettext_lazy("Closed period")
        verbose_name_plural = gettext_lazy("Closed periods")
        ordering = ["community", "-period", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["community", "period"],
                condition=models.Q(reopened_at=None),
                name="period_is_closed_once",
            ),
            models.CheckConstraint(condition=is_period("period"), name="closed_period_is_one"),
        ]

    def __str__(self) -> str:
        return self.period


class PeriodIsClosed(Exception):
    """Its books were handed in."""


def is_closed(community_id: int, period: str) -> bool:
    rows = ClosedPeriod.objects.filter(community=community_id, period=period)
    return rows.filter(reopened_at=None).exists()


def closed(community_ids: Any) -> list[ClosedPeriod]:
    """Those of these communities, the latest period first."""
    rows = ClosedPeriod.objects.filter(community__in=community_ids, reopened_at=None)
    return list(rows.select_related("community").order_by("-period", "community"))


def needs_another(user: Any, kind: str, bill: Any, amount_minor: int) -> bool:
    """Whether a correction of the bill takes a second person: by the limit, or because its period is
    closed."""
    if approvals.needs_another(user, kind, bill.community_id, amount_minor):
        return True
    alone = approvals.alone_up_to(user, CODE, bill.community_id)
    return alone is not None and is_closed(bill.community_id, bill.period)


def take_alone(
    user: Any, kind: str, bill: Any, amount_minor: int, at: datetime, *, before_minor: int = 0
) -> bool:
    """Whether the person may correct the bill so alone, counted then: see ``approvals.take_alone``.
    ``before_minor``: what was done to the same bill before, which is one with this."""
    if needs_another(user, kind, bill, amount_minor + before_minor):
        return False
    return approvals.take_alone(user, kind, bill.community_id, amount_minor, at)


@transaction.atomic
def close_by(person: Person, community: Community, period: str, reason: str, at: datetime) -> None:
    """Raises PeriodIsClosed when it was closed before, ReasonMissing."""
    hold_community(community.pk)
    if is_closed(community.pk, period):
        raise PeriodIsClosed(period)
    ClosedPeriod.objects.create(
        community=community, period=period, closed_by_name=person.name, closed_at=at
    )
    subject = ("period", period)
    audit.record(community.pk, person, "period_closed", subject, reason, at)


def reopen(user: Any, row: ClosedPeriod, reason: str, at: datetime) -> Request | None:
    """Asks another person; the company's own opens it at once."""
    where = row.community_id
    if not approvals.needs_another(user, CODE, where, 0):
        _open(where, row.period, people.of(user), reason, at)
        return None
    return approvals.ask(user, CODE, where, row.period, 0, row.community.currency, reason, at)


@transaction.atomic
def _open(community_id: int, period: str, person: Person, reason: str, at: datetime) -> None:
    rows = ClosedPeriod.objects.select_for_update().filter(community=community_id, period=period)
    row = rows.filter(reopened_at=None).first()
    if row is None:
        raise CannotBeDone(_("This period is not closed"), ended=True)
    row.reopened_at = at
    row.save(update_fields=["reopened_at"])
    audit.record(community_id, person, "period_reopened", ("period", period), reason, at)


def _run(asked: Request, asker: Person, at: datetime) -> None:
    _open(asked.community_id, asked.subject, asker, asked.reason, at)


REOPEN = Kind(gettext_lazy("Open a closed period again"), Deed.RUN_BILLS, _run, always=True)
