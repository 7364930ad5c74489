"""What came into a unit's credit and left it, newest first: by hand, by runs, at kiosks."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from contract.business_day import local_time
from contract.messages import Method, PaymentState, Text
from contract.money import Money
from server.billing.credit_moves import CreditMove
from server.billing.settlement import CREDIT
from server.estate.models import Unit
from server.language import chosen, of_page
from server.ledger.models import Entry
from server.payments.models import PaymentOrder

SHOWN_MAX = 50


@dataclass(frozen=True)
class Movement:
    """``amount`` is below nought for what was used or paid out; ``link`` leads to the receipt."""

    at: datetime
    when: str
    who: str
    what: str
    note: str
    number: str
    link: str
    amount: str


def of(unit: Unit) -> list[Movement]:
    moves = CreditMove.objects.filter(unit=unit).order_by("-at", "-pk")[:SHOWN_MAX]
    moved = Q(method=Method.CREDIT) | Q(credited_minor__gt=0) | Q(drawn_minor__gt=0)
    booked = Entry.objects.filter(account__code=CREDIT, unit=unit).values("transaction__reference")
    paid = PaymentOrder.objects.filter(moved, payment_id__in=booked, community=unit.community_id)
    paid = paid.filter(state=PaymentState.APPROVED.value)
    found = [_by_hand(unit, move) for move in moves]
    found += [_at_kiosk(unit, order) for order in paid.order_by("-paid_at", "-pk")[:SHOWN_MAX]]
    return sorted(found, key=lambda movement: movement.at, reverse=True)[:SHOWN_MAX]


def _by_hand(unit: Unit, move: CreditMove) -> Movement:
    deposit = move.kind in (
        CreditMove.Kind.DEPOSIT,
        CreditMove.Kind.MOVED_IN,
        CreditMove.Kind.PACKAGE,
    )
    how = f" · {move.get_how_display()}" if move.how else ""
    return Movement(
        move.at,
        _when(unit, move.at),
        move.person_name,
        move.get_kind_display() + how,
        move.note,
        move.number,
        move.get_absolute_url(),
        _money(unit, move.amount_minor if deposit else -move.amount_minor),
    )


def _at_kiosk(unit: Unit, order: PaymentOrder) -> Movement:
    assert order.paid_at is not None
    drawn = order.captured_minor if order.method == Method.CREDIT else order.drawn_minor
    what = CreditMove.Kind.USED.label if drawn else _("Paid in at a kiosk")
    return Movement(
        order.paid_at,
        _when(unit, order.paid_at),
        order.begun_at,
        str(what),
        ", ".join(_named(bill) for bill in order.bills),
        order.reference,
        order.get_absolute_url(),
        _money(unit, order.credited_minor - drawn),
    )


def _when(unit: Unit, at: datetime) -> str:
    return f"{local_time(at, unit.community.time_zone):%Y-%m-%d %H:%M}"


def _money(unit: Unit, minor: int) -> str:
    return Money(minor, unit.community.currency).display(of_page())


def _named(bill: dict[str, Any]) -> str:
    """As the order keeps it: its title, else its month."""
    title = bill.get("title")
    return chosen(Text(**title)) if title else bill["period"]
