"""One box finds units, residents, bills, receipts and kiosks of the communities that a person may see.
Reads only, but a look for residents is written down."""

from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from contract import unit_code
from contract.money import Money
from server.billing import bill_search
from server.billing.models import Bill
from server.estate.models import Resident, Unit
from server.fleet.models import Kiosk
from server.language import chosen, of_page
from server.payments.models import PaymentOrder
from server.staff import audit, people, scope
from server.staff.roles import Area

EACH_MAX = 10
DIGITS_MIN = 4  # of a phone number; fewer fit too many people
_TERM_MAX = 60


@dataclass(frozen=True)
class Hit:
    title: str
    beside: str
    link: str


@dataclass(frozen=True)
class Group:
    """``more``: where all of them are listed, when there are more than shown."""

    name: str | Promise
    hits: list[Hit]
    more: str


def find(user: Any, term: str) -> list[Group]:
    """What fits, at most EACH_MAX of each kind; kinds without a hit are left out."""
    term = " ".join(term.replace("\0", " ").split())[:_TERM_MAX]
    if not term:
        return []
    groups = [
        _group(_("Units"), _units(user, term), "estate_unit", term, _unit),
        _residents(user, term),
        _group(_("Bills"), _bills(user, term), "billing_bill", term, _bill),
        _group(_("Payments"), _orders(user, term), "payments_paymentorder", term, _order),
        _group(_("Kiosks"), _kiosks(user, term), "fleet_kiosk", term, _kiosk),
    ]
    return [group for group in groups if group is not None and group.hits]


def _group(name: Any, rows: QuerySet[Any], admin: str, term: str, shown: Any) -> Group:
    found = list(rows[: EACH_MAX + 1])
    more = f"{reverse(f'admin:{admin}_changelist')}?q={term}" if len(found) > EACH_MAX else ""
    hits = []
    for row in found[:EACH_MAX]:
        title, beside = shown(row)
        own_page = getattr(row, "get_absolute_url", None)
        link = own_page() if own_page else reverse(f"admin:{admin}_change", args=[row.pk])
        hits.append(Hit(title, beside, link))
    return Group(name, hits, more)


def _units(user: Any, term: str) -> QuerySet[Unit]:
    code = unit_code.spelled(term) or term
    fits = Q(code__icontains=code) | Q(label_zh__icontains=term) | Q(label_en__icontains=term)
    return scope.visible(user, Unit).filter(fits).select_related("community")


def _residents(user: Any, term: str) -> Group | None:
    if scope.sees(user, Area.RESIDENTS) == set():
        return None
    fits = Q(name__icontains=term)
    digits = "".join(c for c in term if c.isascii() and c.isdecimal())
    if len(digits) >= DIGITS_MIN and digits == term.replace(" ", "").replace("-", ""):
        fits |= Q(phone__contains=digits)
    rows = scope.visible(user, Resident).filter(fits).select_related("community")
    group = _group(_("Residents"), rows, "estate_resident", term, _resident)
    if group.hits:
        with transaction.atomic():
            for community in {row.community_id for row in rows[:EACH_MAX]}:
                subject, now = ("resident", ""), timezone.now()
                audit.note(community, people.of(user), "searched", subject, now, after={"q": term})
    return group


def _bills(user: Any, term: str) -> QuerySet[Bill]:
    rows = bill_search.fitting_exactly(scope.visible(user, Bill), term)
    return rows.select_related("unit", "community").order_by("-pk")  # the newest first, by an index


def _orders(user: Any, term: str) -> QuerySet[PaymentOrder]:
    fits = Q(reference__startswith=term.upper()) | Q(channel_reference=term) | Q(out_trade_no=term)
    rows = scope.visible(user, PaymentOrder).filter(fits)
    return rows.select_related("unit", "community").order_by("-received_at")


def _kiosks(user: Any, term: str) -> QuerySet[Kiosk]:
    fits = Q(code__iexact=term) | Q(location_zh__icontains=term) | Q(location_en__icontains=term)
    return scope.visible(user, Kiosk).filter(fits).select_related("community")


def _unit(unit: Unit) -> tuple[str, str]:
    return unit.code, f"{chosen(unit.label)} · {chosen(unit.community.name)}"


def _resident(resident: Resident) -> tuple[str, str]:
    end = f"…{resident.phone[-4:]}" if resident.phone else ""
    return resident.masked_name, f"{end} · {chosen(resident.community.name)}"


def _bill(bill: Bill) -> tuple[str, str]:
    amount = Money(bill.amount_minor, bill.currency).display(of_page())
    return bill.number, f"{bill.unit.code} · {bill.period} · {amount} · {bill.get_state_display()}"


def _order(order: PaymentOrder) -> tuple[str, str]:
    amount = Money(order.amount_minor, order.currency).display(of_page())
    return order.reference, f"{order.unit.code} · {amount} · {order.get_state_display()}"


def _kiosk(kiosk: Kiosk) -> tuple[str, str]:
    return kiosk.code, f"{chosen(kiosk.location)} · {chosen(kiosk.community.name)}"
