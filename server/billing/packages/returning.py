"""What is left of a package when somebody leaves early: reckoned, and given back as the unit's credit
once another person has approved it. A package that was used and never paid is ended by a bill of its
months."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contract.business_day import business_day
from contract.money import Money
from server.billing import leases
from server.billing.amounts import principal_minor
from server.billing.credit import write_move
from server.billing.credit_moves import CreditMove
from server.billing.models import Bill, BillState
from server.billing.packages.coverage import account_of
from server.billing.packages.models import PackageMonth, PackageOffer, PackageSale
from server.billing.packages.refusal import PackageImpossible
from server.billing.periods import is_written_period, next_period, period_of
from server.estate.row_locks import hold_community, hold_unit
from server.language import of_page
from server.ledger import posting
from server.ledger.posting import Line
from server.staff import approvals, audit, people, scope
from server.staff.approvals import CannotBeDone, Change, Kind
from server.staff.models import Request
from server.staff.people import Person
from server.staff.roles import Deed

CODE = "package_back"
_KEYS = uuid.UUID("0f4a7e55-6f0e-4b8a-9a3b-5d0f0f3c2a11")


@dataclass(frozen=True, slots=True)
class Left:
    """``months``: those that would not be covered any more; ``back_minor``: what goes back to the unit;
    ``earned_minor``: what of their share of the price the company keeps."""

    months: tuple[PackageMonth, ...]
    back_minor: int
    earned_minor: int

    @property
    def periods(self) -> list[str]:
        return sorted({month.period for month in self.months})


def left_of(sale: PackageSale, first: str) -> Left:
    """Of a paid package, from the month ``first`` on. Months that were used cost their full price, or
    what is left goes back in proportion, as the sale says; never more than the share of what is left,
    nor more than was paid."""
    kept, gone = [], []
    for month in sale.months.filter(given_up=False).select_related("fee_item"):
        after = month.period >= first and month.used_at is None
        (gone if after else kept).append(month)
    share = sum(month.amount_minor for month in gone)
    paid = principal_minor(sale.bill)
    back = share
    if sale.leaving == PackageOffer.Leaving.FULL_PRICE:
        back = paid - sum(month.full_minor for month in kept)
    waived = sale.bill.waived_minor
    back = max(0, min(back, share - waived if waived else share, paid))
    return Left(tuple(gone), back, share - back)


def give_back(
    user: Any, sale: PackageSale, first: str, reason: str, at: datetime
) -> Request | None:
    """Asks another person; the company's own alone does it at once. Raises PackageImpossible,
    ReasonMissing, PermissionDenied."""
    where = sale.community_id
    left = _check(sale, first)
    if approvals.alone_up_to(user, CODE, where) is None and scope.may(
        user, Deed.SELL_PACKAGE, where
    ):
        today = business_day(at, sale.unit.community.time_zone)
        give_back_by(people.of(user), sale, first, reason, today=today, at=at)
        return None
    details = {"unit": sale.unit.code, "first": first, "months": left.periods}
    details |= {"bill": sale.bill.number, "unit_pk": sale.unit_id, "back_minor": left.back_minor}
    values = (str(sale.pk), left.back_minor, sale.bill.currency, reason, at)
    return approvals.ask(user, CODE, where, *values, details=details)


@transaction.atomic
def give_back_by(
    person: Person, sale: PackageSale, first: str, reason: str, *, today: date, at: datetime
) -> Left:
    """The months from ``first`` on are charged as usual again. Raises PackageImpossible,
    ReasonMissing."""
    hold_community(sale.community_id)
    unit = hold_unit(sale.unit_id)
    [bill] = leases.lock([sale.bill])
    row = PackageSale.objects.select_for_update(of=("self",)).select_related("bill").get(pk=sale.pk)
    row.bill = bill
    left = _check(row, first)
    said = audit.reason_of(reason)
    reference = f"{bill.number}:{first}"
    lines = _unearned(left.months, bill)
    if left.back_minor:
        lines.append(Line("credit", -left.back_minor, unit.pk, bill.number))
    lines += _kept(left, bill)
    if lines:
        posting.post(
            bill.community_id, "package_back", reference, lines, currency=bill.currency, at=at
        )
    if left.back_minor:
        key = str(uuid.uuid5(_KEYS, reference))
        _move(row, left.back_minor, key, said, person, today, at)
    PackageMonth.objects.filter(pk__in=[one.pk for one in left.months]).update(given_up=True)
    row.returned_minor += left.back_minor
    row.ended_at = at
    row.save(update_fields=["returned_minor", "ended_at"])
    after = {"bill": bill.number, "months": left.periods, "back_minor": left.back_minor}
    subject = ("unit", str(unit.pk))
    audit.record(unit.community_id, person, "package_given_back", subject, reason, at, after=after)
    return left


def _unearned(months: Sequence[PackageMonth], bill: Bill) -> list[Line]:
    sums: dict[str, int] = {}
    for month in months:
        sums[month.fee_item.code] = sums.get(month.fee_item.code, 0) + month.amount_minor
    return [
        Line(account_of(code), minor, bill.unit_id, bill.number)
        for code, minor in sums.items()
        if minor
    ]


def _kept(left: Left, bill: Bill) -> list[Line]:
    """What stays with the company: the difference to the full price of the months used, by item in the
    order of the items as far as their shares reach."""
    rest, lines = left.earned_minor, []
    for line in _unearned(left.months, bill):
        part = min(rest, line.amount_minor)
        rest -= part
        if part:
            income = line.account.replace("packages:", "income:", 1)
            lines.append(Line(income, -part, bill.unit_id, bill.number))
    return lines


def _move(
    sale: PackageSale, minor: int, key: str, note: str, person: Person, today: date, at: datetime
) -> None:
    kind = CreditMove.Kind.PACKAGE
    write_move(sale.unit, kind, minor, "", key, note[:120], person, today, at)


def _check(sale: PackageSale, first: str) -> Left:
    if sale.bill.state != BillState.PAID:
        raise PackageImpossible(_("The package is not paid, or it has ended"))
    if not is_written_period(first):
        raise PackageImpossible(_("Write the period as year and month, e.g. 2026-11"))
    left = left_of(sale, first)
    if not left.months:
        raise PackageImpossible(_("No month of it is left"))
    return left


def _run(asked: Request, asker: Person, at: datetime) -> None:
    rows = PackageSale.objects.filter(community=asked.community_id, pk=int(asked.subject))
    sale = rows.select_related("bill", "unit__community").first()
    if sale is None:
        raise CannotBeDone(_("There is no such package"), ended=True)
    today = business_day(at, sale.unit.community.time_zone)
    try:
        with transaction.atomic():
            done = give_back_by(
                asker, sale, asked.details["first"], asked.reason, today=today, at=at
            )
            if done.back_minor != asked.details["back_minor"]:
                raise PackageImpossible(_("What is left is another sum by now; ask again"))
    except PackageImpossible as error:
        raise CannotBeDone(error.text, ended=True) from error


def _changes(asked: Request) -> Sequence[Change]:
    months = asked.details["months"]
    shown = months[0] if len(months) == 1 else f"{months[0]} – {months[-1]}"
    back = Money(asked.details["back_minor"], asked.currency).display(of_page())
    return [
        Change(_("Months that are not covered any more"), "", shown),
        Change(_("Goes back as credit"), "", back),
    ]


BACK = Kind(
    gettext_lazy("Give back what is left of a package"),
    Deed.SELL_PACKAGE,
    _run,
    _changes,
    link=lambda asked: f"/staff/units/{asked.details['unit_pk']}/packages/",
    title=lambda asked: f"{asked.details['unit']} {asked.details['bill']}",
    always=True,
)


def usual_first(today: date) -> str:
    """The month from which what is left usually goes back: the next one."""
    return next_period(period_of(today))
