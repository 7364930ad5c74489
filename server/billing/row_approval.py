"""Discounts, charges and shared costs take a second person above somebody's limit, as waivers do: a
discount of all there is lets off as much."""

from datetime import date
from fractions import Fraction
from math import ceil

from django.db.models import Q, QuerySet, Sum
from django.utils.translation import gettext_lazy as _

from server.billing import opening
from server.billing.adjustments import Discount
from server.billing.models import Bill, BillLine
from server.staff import row_changes
from server.staff.approvals import Kind

DISCOUNT, ONE_OFF, SHARED_COST = "discount", "one_off", "shared_cost"
MONTHS_WITHOUT_END = 12  # what a discount without an end is measured by

KINDS: dict[str, Kind] = {
    DISCOUNT: row_changes.kind(_("Give a discount")),
    ONE_OFF: row_changes.kind(_("Charge once")),
    SHARED_COST: row_changes.kind(_("Share a cost")),
}


def discount_minor(discount: Discount) -> int | None:
    """What a discount may come to, with the others of the unit at the same time, in minor units: by what
    the unit's newest bill charges, for each month that it touches. None for a unit without such a bill.
    """
    newest = _newest_bill(discount.unit_id)
    if newest is None:
        return None
    ends = discount.ends or date.max
    others = Discount.objects.filter(unit=discount.unit_id, begins__lte=ends)
    others = others.filter(Q(ends=None) | Q(ends__gte=discount.begins)).exclude(pk=discount.pk)
    total = Fraction(0)
    for one in (discount, *others):
        gross = _gross_minor(newest, one)
        if gross is None:
            return None
        total += Fraction(gross) * Fraction(one.percent) / 100 * _months(one)
    return ceil(total)


def _newest_bill(unit_id: int) -> Bill | None:
    bills: QuerySet[Bill] = opening.of_months(Bill.objects.filter(unit=unit_id))
    return opening.standing(bills).order_by("-period", "-pk").first()


def _gross_minor(bill: Bill, discount: Discount) -> int | None:
    """Of the item, or of all; None where the bill does not charge it. Before discounts, which are lines
    less than nought."""
    lines = BillLine.objects.filter(bill=bill, amount_minor__gt=0)
    if discount.fee_item_id is not None:
        lines = lines.filter(fee_item=discount.fee_item_id)
    return lines.order_by().aggregate(sum=Sum("amount_minor"))["sum"]


def _months(discount: Discount) -> int:
    begins, ends = discount.begins, discount.ends
    if ends is None:
        return MONTHS_WITHOUT_END
    return (ends.year - begins.year) * 12 + ends.month - begins.month + 1
