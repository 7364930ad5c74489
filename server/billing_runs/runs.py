"""A billing run: batch by batch, each in one transaction that also writes how far the run has come.

A run that was interrupted between two batches, or within one, is gone on with by whoever asks for the
same run again: nothing is made twice and nothing is left out. Two processes that work at one run share
its batches. Numbers of bills are given under the community's lock.
"""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from contract.business_day import business_day
from server.billing import closing, credit, issuing
from server.billing.drafting import Draft, draft, paid_ahead
from server.billing.fees import charged
from server.billing.packages.selling import lapse
from server.billing.period_facts import PeriodBook
from server.billing.rules import reasons
from server.billing.rules.item import Pool
from server.billing_runs.batches import UNITS, Walk, of_period, position_of
from server.billing_runs.models import BillingRun, RunRemark, RunState, terms_of
from server.billing_runs.remarks import Remark, of_batch, of_run
from server.billing_runs.schedule_models import UNDECIDED, DueRun, DueState
from server.estate.models import Community, Unit
from server.garbage import no_search
from server.staff import audit
from server.staff.people import Person

Clock = Callable[[], datetime]


class RunRefused(Exception):
    """The run cannot be begun so; the message says why, in the language in force."""


class RunOfClosedPeriod(RunRefused):
    """The period's books are closed; two people open them again first."""


@dataclass(slots=True)
class Figures:
    """What a run made, or would make: units that were looked at, bills, lines, minor units; by fee item
    [lines, minor units]."""

    units: int = 0
    bills: int = 0
    lines: int = 0
    total_minor: int = 0
    by_item: dict[str, list[int]] = field(default_factory=dict)

    def add(self, drafts: Sequence[Draft]) -> None:
        self.units += len(drafts)
        for row in drafts:
            if row.makes_a_bill:
                self.bills += 1
                self.lines += len(row.charges.lines)
                self.total_minor += row.charges.total_minor
                for item, charge in row.charges.lines:
                    sums = self.by_item.setdefault(item, [0, 0])
                    sums[0] += 1
                    sums[1] += charge.amount_minor


def preview(
    community: Community,
    period: str,
    items: Iterable[str] | None = None,
    *,
    today: date | None = None,
    size: int = UNITS,
    between: Callable[[int], object] | None = None,
) -> tuple[Figures, list[Remark]]:
    """What a run would make now, and all it would have to say. Writes nothing. ``between`` is called
    after each batch with the units that were looked at. ``today``: as for ``draft``."""
    chosen = _checked(community, items)
    book, terms, walk = (
        PeriodBook(community, period, chosen),
        terms_of(community),
        Walk(community, period, size),
    )
    figures, remarks = Figures(), of_run(book, _left_out(community, chosen))
    position: dict[str, Any] = {}
    while units := walk.after(position):
        with no_search():
            drafts = draft(book, units, today)
            figures.add(drafts)
            remarks += of_batch(book, terms, drafts)
        if between is not None:
            between(figures.units)
        position = position_of(units[-1])
    return figures, remarks


@transaction.atomic
def begin(
    community: Community,
    period: str,
    items: Iterable[str] | None = None,
    *,
    due: date | None = None,
    today: date,
    person: Person,
    reason: str,
    at: datetime,
) -> BillingRun:
    """A new run, or the one of the period that is still open, with which is gone on.

    ``due``: by the community's terms when None. Raises RunRefused when the open one was begun with other
    items or another due date, or an item is not known; RunOfClosedPeriod; ReasonMissing.
    """
    issuing.lock_numbers(community)
    if closing.is_closed(community.pk, period):
        said = _("%(period)s is closed; two people have to open it again first")
        raise RunOfClosedPeriod(said % {"period": period})
    chosen = _checked(community, items)
    known = BillingRun.objects.filter(
        community=community, period=period, state=RunState.OPEN
    ).first()
    if known is not None:
        if known.items != chosen or (due is not None and known.due != due):
            said = _(
                "a run of %(period)s is going on with other fee items or another due date;"
                " cancel it first"
            )
            raise RunRefused(said % {"period": period})
        return known
    run = BillingRun.objects.create(
        community=community,
        period=period,
        items=chosen,
        issued_on=today,
        due=due or terms_of(community).due(period),
        of_units=Unit.objects.filter(of_period(period), community=community).count(),
        begun_by=person.name,
        begun_at=at,
    )
    waiting = DueRun.objects.filter(community=community, period=period)
    waiting.filter(state__in=UNDECIDED).update(state=DueState.MADE, run=run)
    book = PeriodBook(community, period, chosen)
    _keep(run, of_run(book, _left_out(community, chosen)))
    audit.record(
        community.pk,
        person,
        "billing_run_begun",
        ("billing_run", str(run.pk)),
        reason,
        at,
        after={"period": period, "due": run.due, "items": chosen},
    )
    return run


@transaction.atomic
def cancel(run: BillingRun, person: Person, reason: str, *, at: datetime) -> bool:
    """The run ends before its next batch; bills that it made stay. False when it had ended. Raises
    ReasonMissing."""
    row = BillingRun.objects.select_for_update().get(pk=run.pk)
    if row.state != RunState.OPEN:
        return False
    row.cancel_asked = True
    row.save(update_fields=["cancel_asked"])
    audit.record(
        row.community_id,
        person,
        "billing_run_cancelled",
        ("billing_run", str(row.pk)),
        reason,
        at,
        before={"units": row.units, "bills": row.bills},
    )
    return True


def carry_on(
    run: BillingRun, clock: Clock, *, size: int = UNITS, between: Callable[[], object] | None = None
) -> BillingRun:
    """Makes batch after batch until the run has ended; the run as it then stands. ``between`` is called
    after each batch, outside any transaction."""
    community = run.community
    book, walk = PeriodBook(community, run.period, run.items), Walk(community, run.period, size)
    while _batch(run.pk, book, walk, clock):
        if between is not None:
            between()
    ended = BillingRun.objects.select_related("community").get(pk=run.pk)
    if ended.state == RunState.DONE:
        today = business_day(clock(), community.time_zone)
        credit.use_agreed(community, run.pk, today=today, at=clock())
    return ended


@no_search()
@transaction.atomic
def _batch(run_id: int, book: PeriodBook, walk: Walk, clock: Clock) -> bool:
    """The next units of the run. False when it has ended."""
    issuing.lock_numbers(book.community)
    run = BillingRun.objects.select_for_update().get(pk=run_id)
    if run.state != RunState.OPEN:
        return False
    units = [] if run.cancel_asked else walk.after(run.position)
    if not units:
        run.state = RunState.CANCELLED if run.cancel_asked else RunState.DONE
        run.ended_at = clock()
        run.save(update_fields=["state", "ended_at"])
        return False
    now = clock()
    ahead = paid_ahead(book, units)
    lapse(ahead, run.issued_on, now)
    drafts = draft(book, units, run.issued_on, ahead)
    _block_other_figures(run, book, drafts)
    issuing.write(book, drafts, issued_on=run.issued_on, due=run.due, at=now)
    _keep(run, of_batch(book, terms_of(book.community), drafts))
    figures = Figures(run.units, run.bills, run.lines, run.total_minor, run.by_item)
    figures.add(drafts)
    run.units, run.bills, run.lines = figures.units, figures.bills, figures.lines
    run.total_minor, run.by_item = figures.total_minor, figures.by_item
    run.position = position_of(units[-1])
    run.save()
    return True


def is_under_way(community: int, since: str) -> bool:
    """Whether a run of this period or a later one has begun and not ended."""
    rows = BillingRun.objects.filter(community=community, state=RunState.OPEN)
    return rows.filter(period__gte=since).exists()


def _block_other_figures(run: BillingRun, book: PeriodBook, drafts: Sequence[Draft]) -> None:
    """What the whole community or a building shares was reckoned once for all its units. Where a reading
    or an area has changed since the run's earlier batches, the rest is blocked, not charged from other
    figures: the parts would no longer add up to the cost."""
    changed = set()
    for item, pool in book.shared_widely():
        of_place = run.basis.setdefault("".join(pool.place), {})
        key, digest = f"{item}/{pool.key}", _digest(pool)
        if of_place.setdefault(key, digest) != digest:
            changed.add((item, pool.place))
    still_to_come = ("", drafts[-1].unit.building.code)  # the walk never goes back
    run.basis = {place: run.basis[place] for place in still_to_come if place in run.basis}
    if not changed:
        return
    for row in drafts:
        where = (row.unit.building.code, row.unit.entrance)
        for item, place in sorted(changed):
            charged = any(code == item for code, _ in row.charges.lines)
            if charged and where[: len(place)] == place:
                row.charges.blocked.append((item, reasons.basis_changed()))


def _digest(pool: Pool) -> str:
    if "digest" not in pool.memo:
        used = str(pool.meter.used) if pool.meter else ""
        figures = repr([pool.cost_minor, used, sorted(pool.weights.items())])
        pool.memo["digest"] = hashlib.sha256(figures.encode()).hexdigest()[:16]
    return pool.memo["digest"]


def _keep(run: BillingRun, remarks: Iterable[Remark]) -> None:
    RunRemark.objects.bulk_create(
        [
            RunRemark(
                community_id=run.community_id,
                run=run,
                unit_id=remark.unit_id,
                item=remark.item,
                blocks=remark.blocks,
                code=remark.code,
                reason=remark.reason,
            )
            for remark in remarks
        ],
        batch_size=500,
    )


def _checked(community: Community, items: Iterable[str] | None) -> list[str] | None:
    """Sorted codes; None for all. Raises RunRefused for one that the community has not."""
    if items is None:
        return None
    chosen = sorted(set(items))
    known = set(charged(community).values_list("code", flat=True))
    unknown = [code for code in chosen if code not in known]
    if unknown or not chosen:
        said = _("no fee item %(unknown)s; there are: %(known)s")
        there = ", ".join(sorted(known)) or _("(none)")
        raise RunRefused(said % {"unknown": ", ".join(unknown), "known": there})
    return chosen


def _left_out(community: Community, items: list[str] | None) -> list[str]:
    if items is None:
        return []
    rows = charged(community).exclude(code__in=items)
    return list(rows.values_list("code", flat=True))
