"""What a bill costs on a given day. Pure reading; nothing here writes or asks what day it is."""

from datetime import date

from server.billing.models import Bill, BillState, LateFeePolicy
from server.billing.rules.late_fee import LateFeeTerms, late_fee_minor


def terms_of(community_id: int) -> LateFeeTerms | None:
    """The community's late fee; None when it has none."""
    policy = LateFeePolicy.objects.filter(community_id=community_id).first()
    if policy is None:
        return None
    return LateFeeTerms(policy.daily_rate, policy.grace_days, policy.cap)


def late_fee_of(bill: Bill, today: date, terms: LateFeeTerms | None) -> int:
    """Minor units: growing while the bill is open, frozen once paid, nought when void."""
    if bill.state != BillState.OPEN:
        return bill.late_fee_minor
    return late_fee_minor(bill.amount_minor, bill.due, today, terms)


def open_minor(bill: Bill, today: date, terms: LateFeeTerms | None) -> int:
    """What is still to be paid on ``today``, late fee included; nought unless open."""
    if bill.state != BillState.OPEN:
        return 0
    return bill.amount_minor + late_fee_of(bill, today, terms)
