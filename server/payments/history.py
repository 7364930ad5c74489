"""What a unit has paid by all ways, for people who stand at a kiosk: orders whose money came, and what
the counter took in or settled out of the unit's credit. Reads only."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.db.models import QuerySet
from django.db.models.functions import Coalesce

from contract.business_day import business_day, day_begins
from contract.messages import Bill, CardData, EntryKind, Method, PaymentState
from contract.payment_history import PAYMENTS_MAX, EarlierPayment
from server.billing.credit import SYSTEM
from server.billing.credit_moves import CreditMove
from server.billing.models import Allocation
from server.billing.unit_accounts import lines_of
from server.estate import occupancy
from server.estate.models import Unit
from server.payments.models import JournalEntry, PaymentOrder, Refund
from server.payments.serializers import status_url

_SETTLED = (PaymentState.APPROVED, PaymentState.REVERSED)
_TAKEN = (CreditMove.Kind.DEPOSIT, CreditMove.Kind.USED)


def of_unit(unit: Unit, since: date) -> tuple[list[EarlierPayment], bool]:
    """The newest first, of the unit's days from ``since`` on; and whether there are more of them."""
    begins, most = day_begins(since, unit.community.time_zone), PAYMENTS_MAX + 1
    orders, moves = list(_orders(unit, begins)[:most]), list(_moves(unit, begins)[:most])
    newest = sorted([*map(_when, orders), *(move.at for move in moves)], reverse=True)[
        :PAYMENTS_MAX
    ]
    if not newest:
        return [], False
    shown = [order for order in orders if _when(order) >= newest[-1]]
    taken = [move for move in moves if move.at >= newest[-1]]
    found = [*_of_orders(unit, shown), *_of_moves(unit, taken)]
    found.sort(key=lambda one: (one.paid_at, one.number), reverse=True)
    return found[:PAYMENTS_MAX], len(orders) + len(moves) > PAYMENTS_MAX


def _orders(unit: Unit, begins: datetime) -> QuerySet[PaymentOrder]:
    """What people were told was paid and never arrived is none."""
    rows = PaymentOrder.objects.filter(unit=unit, state__in=_SETTLED, captured_minor__gt=0)
    rows = rows.exclude(reason="not_received").annotate(when=Coalesce("paid_at", "created_at"))
    return rows.filter(when__gte=begins).order_by("-when", "-pk")


def _moves(unit: Unit, begins: datetime) -> QuerySet[CreditMove]:
    return CreditMove.objects.filter(unit=unit, kind__in=_TAKEN, at__gte=begins).order_by(
        "-at", "-pk"
    )


def _when(order: PaymentOrder) -> datetime:
    return order.paid_at or order.created_at


def _of_orders(unit: Unit, orders: Sequence[PaymentOrder]) -> list[EarlierPayment]:
    payers = _payers(unit, [_when(order) for order in orders])
    going, printed = _returning(orders), _printed(unit, [order.payment_id for order in orders])
    return [
        EarlierPayment(
            payment_id=order.payment_id,
            number=order.reference,
            place=order.place,
            kiosk_code=order.kiosk_code,
            method=order.method,
            paid_at=_when(order),
            amount_minor=order.captured_minor,
            credit_minor=order.drawn_minor,
            credited_minor=order.credited_minor,
            returned_minor=order.refunded_minor,
            returning_minor=going[order.pk],
            currency=order.currency,
            payer=payers[_when(order)],
            top_up=order.top_up,
            in_part=order.in_part,
            simulated=order.simulated,
            bills=[Bill.model_validate(bill) for bill in order.bills],
            channel_reference=order.channel_reference,
            card=CardData.model_validate(order.card) if order.card else None,
            status_url=status_url(order.payment_id),
            invoice=order.life is PaymentState.APPROVED,
            printed=printed[order.payment_id],
        )
        for order in orders
    ]


def _of_moves(unit: Unit, moves: Sequence[CreditMove]) -> list[EarlierPayment]:
    payers, bills = _payers(unit, [move.at for move in moves]), _settled(unit, moves)
    printed = _printed(unit, [move.key for move in moves])
    return [
        EarlierPayment(
            payment_id=move.key,
            number=move.number,
            place="run" if move.person_name == SYSTEM.name else "counter",
            method=move.how or Method.CREDIT.value,
            paid_at=move.at,
            amount_minor=move.amount_minor,
            credited_minor=move.amount_minor if move.kind == CreditMove.Kind.DEPOSIT else 0,
            currency=unit.community.currency,
            payer=payers[move.at],
            top_up=move.kind == CreditMove.Kind.DEPOSIT,
            bills=bills[move.key],
            printed=printed[move.key],
        )
        for move in moves
    ]


def _settled(unit: Unit, moves: Sequence[CreditMove]) -> dict[str, list[Bill]]:
    """The bills of each use of credit, with what of it went to them."""
    found: dict[str, list[Bill]] = defaultdict(list)
    rows = Allocation.objects.filter(payment_id__in=[move.key for move in moves], undone=False)
    rows = rows.select_related("bill__unit").prefetch_related("bill__lines__fee_item")
    for row in rows.order_by("bill__period", "pk"):
        bill = row.bill
        told = Bill(
            number=bill.number,
            unit=bill.unit.code,
            unit_label=bill.unit.label if bill.unit_id != unit.pk else None,
            period=bill.period,
            amount_minor=row.amount_minor,
            late_fee_minor=row.late_fee_minor,
            currency=bill.currency,
            due=bill.due,
            lines=lines_of(bill),
            paid_on=bill.paid_on,
            title=bill.title if bill.title_zh else None,
        )
        found[row.payment_id].append(told)
    return found


def _payers(unit: Unit, moments: Sequence[datetime]) -> dict[datetime, str]:
    """Who paid for the unit then, masked."""
    days = {at: business_day(at, unit.community.time_zone) for at in moments}
    known = occupancy.payers_on((unit.pk, day) for day in days.values())
    return {
        at: known[unit.pk, day].masked_name if (unit.pk, day) in known else ""
        for at, day in days.items()
    }


def _returning(orders: Sequence[PaymentOrder]) -> Counter[int]:
    going = Counter[int]()
    rows = Refund.objects.filter(order__in=orders, state=Refund.State.DUE)
    for order, minor in rows.values_list("order_id", "amount_minor"):
        going[order] += minor
    return going


def _printed(unit: Unit, payments: Sequence[str]) -> Counter[str]:
    """How often a kiosk's journal says that the receipt came out whole."""
    count = Counter[str]()
    rows = JournalEntry.objects.filter(
        community=unit.community_id, payment_id__in=payments, kind=EntryKind.RECEIPT.value
    )
    for entry in rows:
        said: dict[str, Any] = entry.said
        count[entry.payment_id] += (said.get("how"), said.get("outcome")) == ("print", "printed")
    return count
