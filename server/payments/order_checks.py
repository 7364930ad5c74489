"""Whether a payment may begin as asked for: its bills and their amounts, and the hour. Reads only."""

from datetime import date, datetime
from typing import Literal

from contract.messages import Method, StartPayment
from server.billing.amounts import open_minor, terms_of
from server.billing.leases import BillNotOpen
from server.billing.merged_units import paid_with
from server.billing.models import Bill, BillState
from server.billing.parting import cut, smallest_minor
from server.estate.models import Community, Unit
from server.hours.schedule import night_of
from server.payments import timing


class AmountChanged(Exception):
    """A bill's amount is not what the kiosk showed."""


class BillUnknown(Exception):
    """A bill of that number does not exist for this unit."""


class NotAtNight(Exception):
    """A kiosk does not take that at night, and has known it for longer than a visit takes. ``why``:
    cards or limit."""

    def __init__(self, why: Literal["cards", "limit"]) -> None:
        super().__init__(why)
        self.why = why


def checked_bills(unit: Unit, request: StartPayment, today: date) -> list[Bill]:
    """The caller holds them; they are read only then: what was waived meanwhile is in their amounts."""
    if request.top_up:
        return _checked_top_up(unit, request)
    wanted = {b.number: b.amount_minor for b in request.bills}
    named = Bill.objects.filter(unit__in=paid_with(unit, today), number__in=wanted)
    as_held = named.select_related("unit").prefetch_related("lines__fee_item")
    found = {bill.number: bill for bill in as_held}
    if request.currency != unit.community.currency:
        raise AmountChanged("the amount is not in the community's currency")
    terms = terms_of(unit.community_id)
    for number, amount_minor in wanted.items():
        bill = found.get(number)
        if bill is None or bill.state == BillState.VOID:
            raise BillUnknown(number)
        if bill.state != BillState.OPEN:
            raise BillNotOpen(bill)
        if bill.currency != request.currency or open_minor(bill, today, terms) != amount_minor:
            raise AmountChanged(number)
    if request.in_part:
        _check_part(found[request.bills[0].number], request, today)
        return list(found.values())
    whole = request.amount_minor + request.credit_minor
    if sum(wanted.values()) != whole or len(wanted) != len(request.bills):
        raise AmountChanged("the bills do not add up to the amount")
    return [found[bill.number] for bill in request.bills]


def _check_part(bill: Bill, request: StartPayment, today: date) -> None:
    """The bill comes to what the kiosk showed; of that a part may be paid, if neither it nor what is left
    is too small."""
    whole, part = request.bills[0].amount_minor, request.amount_minor
    least = smallest_minor(bill, whole, bill.community.part_min_minor)
    divides = cut(bill, part, today, terms_of(bill.community_id)) is not None
    if not least or not least <= part <= whole - least or not divides:
        raise AmountChanged("that part of the bill cannot be paid")


def _checked_top_up(unit: Unit, request: StartPayment) -> list[Bill]:
    """Money for the unit's credit is for no bill, and does not come out of it."""
    most = unit.community.top_up_max_minor
    if request.method is Method.CREDIT or request.amount_minor > most:
        raise AmountChanged("more than can be paid in as credit at once")
    if request.currency != unit.community.currency:
        raise AmountChanged("the amount is not in the community's currency")
    return []


def check_night(
    community: Community, kiosk_code: str, request: StartPayment, now: datetime
) -> None:
    """A kiosk refuses it itself; this is for one whose clock or settings are wrong. Credit is no new
    money. Raises NotAtNight."""
    if request.method is Method.CREDIT:
        return
    when_it_came = night_of(community, kiosk_code, now - timing.VISIT_MAX)
    night = night_of(community, kiosk_code, now) if when_it_came else None
    if night is None:
        return
    if request.method is Method.CARD and not night.cards:
        raise NotAtNight("cards")
    if 0 < night.max_minor < request.amount_minor:
        raise NotAtNight("limit")
