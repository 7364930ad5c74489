"""What an order's money is for: its bills, as far as there are such, and the rest becomes credit."""

from collections.abc import Sequence
from datetime import datetime

from contract.business_day import business_day
from server.billing import settlement
from server.billing.models import Bill
from server.payments.channels.interface import OrderState
from server.payments.models import PaymentOrder


def parts_of(orders: Sequence[PaymentOrder]) -> dict[str, list[settlement.Part]]:
    """By payment: what each is meant for. The orders are of one community."""
    numbers = {bill["number"] for order in orders for bill in order.bills}
    rows = Bill.objects.filter(community=orders[0].community, number__in=numbers)
    found = {bill.number: bill for bill in rows}
    return {
        order.payment_id: [
            settlement.Part(
                found[bill["number"]], order.amount_minor if order.in_part else bill["amount_minor"]
            )
            for bill in order.bills
            if bill["number"] in found
        ]
        for order in orders
    }


def taken(
    order: PaymentOrder, known: OrderState, parts: list[settlement.Part], at: datetime
) -> settlement.Taken:
    """What is meant for no bill that there is becomes credit: all of it when the parts do not add up."""
    paid_at = known.paid_at or at
    whole = order.amount_minor + order.credit_minor
    rest = whole - sum(part.amount_minor for part in parts)
    if rest < 0:
        parts, rest = [], whole
    return settlement.Taken(
        order.unit,
        parts,
        order.method,
        order.payment_id,
        business_day(paid_at, order.community.time_zone),
        rest,
        currency=order.currency,
        priced_on=business_day(order.created_at, order.community.time_zone),
        credit_minor=order.credit_minor,
        reserved_minor=order.reserved_minor,
        in_part=order.in_part,
    )
