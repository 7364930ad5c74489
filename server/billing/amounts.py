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


def principal_minor(bill: Bill) -> int:
    """The bill's amount less what was waived of it, without late fee, whether it is paid or not."""
    return bill.amount_minor - bill.waived_minor


def late_fee_on(bill: Bill, day: date, terms: LateFeeTerms | None) -> int:
    """What a payment of the bill on ``day`` has to bring as late fee: of what was not waived, and less
    what was waived of the fee itself, which never comes back. None grows on a late fee that is in the
    bill already, nor on whatever else is free of it."""
    if bill.no_late_fee:
        return 0
    base = max(0, principal_minor(bill) - bill.late_free_minor)
    grown = late_fee_minor(base, bill.due, day, terms)
    return max(0, grown - bill.late_fee_waived_minor)


def late_fee_most(bill: Bill, terms: LateFeeTerms | None) -> int:
    """What the late fee may still come to at the very most, were the bill never paid."""
    return late_fee_on(bill, date.max, terms)


def late_fee_of(bill: Bill, today: date, terms: LateFeeTerms | None) -> int:
    """Minor units: growing while the bill is open, frozen once paid, nought when void or waived."""
    if bill.state != BillState.OPEN:
        return bill.late_fee_minor
    return late_fee_on(bill, today, terms)


def open_minor(bill: Bill, today: date, terms: LateFeeTerms | None) -> int:
    """What is still to be paid on ``today``, late fee included; nought unless open."""
    if bill.state != BillState.OPEN:
        return 0
    return principal_minor(bill) + late_fee_of(bill, today, terms)


def paid_minor(bill: Bill) -> int:
    """What was paid for it, late fee included; nought unless paid."""
    if bill.state != BillState.PAID:
        return 0
    return principal_minor(bill) + bill.late_fee_minor
