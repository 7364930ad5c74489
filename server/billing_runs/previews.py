"""A preview as a job: it makes no bill and may be begun anew at any point."""

from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from contract.business_day import business_day
from contract.messages import Text
from contract.plain_text import whole_number
from server.billing_runs import presentation, runs
from server.billing_runs.batches import of_period
from server.billing_runs.presentation import Group
from server.billing_runs.preview_models import RunPreview
from server.billing_runs.remarks import Remark
from server.estate.models import Community, Unit
from server.jobs import queue
from server.jobs.handlers import Work
from server.jobs.models import UNFINISHED, Job

KIND = "billing_preview"
KEPT = timedelta(days=7)


@transaction.atomic
def ask(
    community: Community, period: str, items: list[str] | None, asked_by: str, at: datetime
) -> RunPreview:
    """A new one; the same one that is being reckoned where there is one."""
    RunPreview.objects.filter(community=community, asked_at__lt=at - KEPT).delete()
    going = Job.objects.filter(community=community, kind=KIND, state__in=UNFINISHED)
    keys = [int(subject) for subject in going.values_list("subject", flat=True)]
    same = RunPreview.objects.filter(community=community, period=period, pk__in=keys)
    for known in same:
        if known.items == items:
            return known
    row = RunPreview.objects.create(
        community=community,
        period=period,
        items=items,
        of_units=Unit.objects.filter(of_period(period), community=community).count(),
        asked_by=asked_by,
        asked_at=at,
    )
    queue.enqueue(community, KIND, str(row.pk), total=row.of_units, asked_by=asked_by, at=at)
    return row


def work(work: Work) -> None:
    row = (
        RunPreview.objects.select_related("community")
        .filter(pk=whole_number(work.subject) or 0, figures__isnull=True)
        .first()
    )
    if row is None:  # reckoned already, or too old
        return
    work.progress(0, row.of_units)
    today = business_day(timezone.now(), row.community.time_zone)
    figures, remarks = runs.preview(
        row.community, row.period, row.items, today=today, between=work.progress
    )
    groups = presentation.groups(remarks)
    row.figures = asdict(figures)
    row.groups = [_kept(group) for group in groups]
    row.blocked = presentation.blocked(groups)
    row.save(update_fields=["figures", "groups", "blocked"])


def figures_of(row: RunPreview) -> runs.Figures:
    """Of one that is reckoned."""
    return runs.Figures(**row.figures)


def groups_of(row: RunPreview) -> list[Group]:
    return [_read(kept) for kept in row.groups]


def address(subject: str) -> str:
    """Of its page; empty for what names no preview."""
    known = whole_number(subject)
    return "" if known is None else reverse("billing_preview", args=[known])


def _kept(group: Group) -> dict[str, Any]:
    rows = [[one.unit, one.item, one.reason.zh, one.reason.en] for one in group.rows]
    return {"code": group.code, "blocks": group.blocks, "count": group.count, "rows": rows}


def _read(kept: dict[str, Any]) -> Group:
    rows = [
        Remark(None, unit, item, kept["blocks"], kept["code"], Text(zh=zh, en=en))
        for unit, item, zh, en in kept["rows"]
    ]
    return Group(kept["code"], kept["blocks"], kept["count"], rows=rows)
