"""Sells a package: a bill of its own, which is paid by any way that bills are. Its months are covered
once it is paid. While it waits, no bill is made of its months; not paid in time, it is voided by the
next run."""

from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from server.billing import leases
from server.billing.models import Bill, BillKind, BillLine, BillState
from server.billing.packages.coverage import Covered, account_of, lapses
from server.billing.packages.models import PackageMonth, PackageOffer, PackageSale
from server.billing.packages.pricing import Quote, lines_of, quote
from server.billing.packages.refusal import PackageImpossible
from server.estate.models import Unit
from server.estate.row_locks import hold_community, hold_unit
from server.ledger import posting
from server.ledger.posting import Line
from server.staff import audit
from server.staff.people import Person

DAYS_TO_PAY = 14
SYSTEM = Person("billing run")


@transaction.atomic
def sell_by(
    person: Person, unit: Unit, offer: PackageOffer, first: str, *, today: date, at: datetime
) -> PackageSale:
    """The sale with its open bill. Raises PackageImpossible."""
    hold_community(unit.community_id)  # no run makes a bill of these months meanwhile
    unit = hold_unit(unit.pk)
    offered = quote(unit, offer, first, today)
    bill = _bill(unit, offered, today, at)
    sale = PackageSale.objects.create(
        community_id=unit.community_id,
        unit=unit,
        offer=offer,
        bill=bill,
        leaving=offer.leaving,
        sold_by_name=person.name,
        sold_at=at,
    )
    PackageMonth.objects.bulk_create(
        PackageMonth(
            community_id=unit.community_id,
            sale=sale,
            unit=unit,
            fee_item=item.item,
            period=period,
            full_minor=full,
            amount_minor=share,
        )
        for item in offered.items
        for period, full, share in zip(offered.periods, item.full, item.shares, strict=True)
    )
    after = {"bill": bill.number, "offer": offer.pk, "price_minor": bill.amount_minor}
    after |= {"periods": [offered.periods[0], offered.periods[-1]], "items": offer.item_codes}
    where = unit.community_id
    audit.note(where, person, "package_sold", ("unit", str(unit.pk)), at, after=after)
    return sale


def _bill(unit: Unit, offered: Quote, today: date, at: datetime) -> Bill:
    """No late fee grows on it: nobody has to buy it."""
    where, price = unit.community_id, offered.price_minor
    count = Bill.objects.filter(community=where, kind=BillKind.PACKAGE).count()
    bill = Bill.objects.create(
        community_id=where,
        unit=unit,
        number=f"P{where:04d}-{count + 1:06d}",
        period=offered.periods[0],
        kind=BillKind.PACKAGE,
        title=offered.title,
        issued_on=today,
        due=today + timedelta(days=DAYS_TO_PAY),
        currency=unit.community.currency,
        amount_minor=price,
        late_free_minor=price,
    )
    BillLine.objects.bulk_create(
        BillLine(community_id=where, bill=bill, position=position, **columns)
        for position, columns in enumerate(lines_of(offered), 1)
    )
    lines = [Line("receivable", price, unit.pk, bill.number)]
    lines += [
        Line(account_of(item.item.code), -item.price_minor, unit.pk, bill.number)
        for item in offered.items
        if item.price_minor
    ]
    posting.post(where, "bill", bill.number, lines, currency=bill.currency, at=at)
    return bill


def lapse(ahead: Covered, today: date, at: datetime) -> None:
    """Voids the bills of packages that were not paid in time, and takes their months out of what packages
    cover. Within the caller's transaction, which holds the community."""
    from server.billing.voiding import void_by

    waiting = [m for of_unit in ahead.values() for m in of_unit if _waits(m)]
    held = leases.may_be_paid({month.unit_id for month in waiting}) if waiting else {}
    over = {month.sale_id: month.sale for month in waiting if lapses(month, held, today)}
    for sale in over.values():
        [bill] = leases.lock([sale.bill])
        if bill.state == BillState.OPEN and not leases.holders(bill):
            void_by(SYSTEM, bill, _("not paid in time"), at=at)
    for unit in [unit for unit, months in ahead.items() if months]:
        ahead[unit] = [month for month in ahead[unit] if month.sale_id not in over]


def _waits(month: PackageMonth) -> bool:
    return month.sale.bill.state == BillState.OPEN


def bill_voided(bill: Bill, at: datetime) -> None:
    """Ends the sale of a package's bill that is being voided. Raises PackageImpossible where months of it
    were used: those are to be paid."""
    months = PackageMonth.objects.filter(sale__bill=bill)
    if months.filter(used_at__isnull=False).exists():
        raise PackageImpossible(_("Months of it were used; end it on the page of the packages"))
    months.update(given_up=True)
    PackageSale.objects.filter(bill=bill).update(ended_at=at)
