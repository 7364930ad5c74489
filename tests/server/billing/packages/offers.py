"""A package of twelve months for eleven, offered in the hamlet, and how it is paid."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from server.billing.models import Bill, PackageOffer, PackageSale
from server.billing.packages.selling import sell_by
from server.billing.settlement import Part, settle
from server.estate.models import Community, Unit
from server.staff.people import Person
from tests.server.billing_runs.hamlet import NOW, TODAY

CLERK = Person("clerk")
FIRST = "2027-01"


def create_offer(community: Community, **more: Any) -> PackageOffer:
    given = {
        "name_zh": "全年物业费",
        "name_en": "A year's property fee",
        "months_given": 12,
        "months_paid": 11,
        "item_codes": ["property"],
        "on_sale_from": date(2026, 1, 1),
    } | more
    offer = PackageOffer(community=community, **given)
    offer.full_clean()
    offer.save()
    return offer


def sell(unit: Unit, offer: PackageOffer, first: str = FIRST) -> PackageSale:
    return sell_by(CLERK, unit, offer, first, today=TODAY, at=NOW)


def pay(bill: Bill, payment_id: str = "00000000-0000-4000-8000-000000000001") -> None:
    parts = [Part(bill, bill.amount_minor - bill.waived_minor)]
    unit = Unit.objects.select_related("community").get(pk=bill.unit_id)
    settle(unit, parts, method="wechat", payment_id=payment_id, paid_on=TODAY, at=NOW)
    bill.refresh_from_db()


def at_noon(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 4, tzinfo=UTC)


def days_later(count: int) -> date:
    return TODAY + timedelta(days=count)
