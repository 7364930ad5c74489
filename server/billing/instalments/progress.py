"""How agreements on instalments stand, for pages and commands. Reads only, in a fixed number of
questions."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from contract.business_day import business_day
from server.billing import leases
from server.billing.amounts import open_minor, terms_of
from server.billing.instalments.models import Instalment, InstalmentAgreement
from server.billing.models import Bill, BillState


class Stand(StrEnum):
    GOING_ON = "going_on"
    MISSED = "missed"  # a day has passed and its part is not paid
    PAID = "paid"
    ENDED = "ended"


@dataclass(frozen=True)
class Part:
    """``owed_minor``: with its late fee of today. ``held``: it may be paid already."""

    number: int
    bill: Bill
    owed_minor: int
    missed: bool
    held: bool


@dataclass(frozen=True)
class Progress:
    agreement: InstalmentAgreement
    parts: tuple[Part, ...]

    @property
    def stand(self) -> Stand:
        if self.agreement.ended_at is not None:
            return Stand.ENDED
        if any(part.missed for part in self.parts):
            return Stand.MISSED
        open_ones = any(part.bill.state == BillState.OPEN for part in self.parts)
        return Stand.GOING_ON if open_ones else Stand.PAID

    @property
    def paid(self) -> int:
        """How many parts are paid, or need not be."""
        over = (BillState.PAID, BillState.WAIVED)
        return sum(part.bill.state in over for part in self.parts)

    @property
    def total_minor(self) -> int:
        return sum(part.bill.amount_minor for part in self.parts)

    @property
    def owed_minor(self) -> int:
        return sum(part.owed_minor for part in self.parts)

    @property
    def next(self) -> Part | None:
        """The part that is to be paid next."""
        return next((part for part in self.parts if part.bill.state == BillState.OPEN), None)


def missed(
    agreements: QuerySet[InstalmentAgreement], now: datetime
) -> QuerySet[InstalmentAgreement]:
    """Those in force of which a part was not paid on its day, by the day where each community is."""
    over = Q(pk__in=())
    for zone in set(agreements.order_by().values_list("community__time_zone", flat=True)):
        today = business_day(now, zone)
        over |= Q(agreement__community__time_zone=zone, bill__due__lt=today)
    late = Instalment.objects.filter(over, agreement=OuterRef("pk"), bill__state=BillState.OPEN)
    return agreements.filter(Exists(late), ended_at=None)


def going_on(agreements: QuerySet[InstalmentAgreement]) -> QuerySet[InstalmentAgreement]:
    """Those in force of which something is to be paid."""
    left = Instalment.objects.filter(agreement=OuterRef("pk"), bill__state=BillState.OPEN)
    return agreements.filter(Exists(left), ended_at=None)


def progress(agreements: Sequence[InstalmentAgreement], now: datetime) -> list[Progress]:
    """In their order; with their units and communities loaded."""
    rows = Instalment.objects.filter(agreement__in=agreements).order_by(F("number"))
    by_agreement: dict[int, list[Instalment]] = defaultdict(list)
    for row in rows.select_related("bill"):
        by_agreement[row.agreement_id].append(row)
    held = leases.may_be_paid({agreement.unit_id for agreement in agreements})
    terms: dict[int, Any] = {
        where: terms_of(where) for where in {agreement.community_id for agreement in agreements}
    }
    found = []
    for agreement in agreements:
        today = business_day(now, agreement.unit.community.time_zone)
        rows_of = by_agreement[agreement.pk]
        parts = (_part(row, today, terms[agreement.community_id], held) for row in rows_of)
        found.append(Progress(agreement, tuple(parts)))
    return found


def _part(row: Instalment, today: date, terms: Any, held: leases.Held) -> Part:
    bill, is_open = row.bill, row.bill.state == BillState.OPEN
    return Part(
        row.number,
        bill,
        open_minor(bill, today, terms),
        is_open and bill.due < today,
        is_open and leases.key_of(bill) in held,
    )
