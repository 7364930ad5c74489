"""What must hold of parts of bills: what was paid in time divides its bill, and nothing of it is lost."""

from collections.abc import Iterator

from server.billing.amounts import principal_minor
from server.billing.models import Allocation, Bill, BillReplacement
from server.payments.models import PaymentOrder


def wrong() -> Iterator[str]:
    for order in PaymentOrder.objects.filter(state="approved", in_part=True, reason=""):
        bill = Bill.objects.filter(number=order.bills[0]["number"]).first()
        if bill is not None and not order.allocated_minor and _nobody_else_had(bill):
            yield f"{order.reference}: a part of {bill.number} was paid, and it is as it was"
    for old in Bill.objects.filter(replaced_by__new__kind="part", state="void").distinct():
        yield from _divided(old)


def _nobody_else_had(bill: Bill) -> bool:
    return bill.state == "open" and not Allocation.objects.filter(bill=bill).exists()


def _divided(old: Bill) -> Iterator[str]:
    """The bills that stand for it come to what it did, where they are its own two parts."""
    own = BillReplacement.objects.filter(old=old, new__number__contains=f"-{old.pk:06d}-")
    parts = [row.new for row in own.select_related("new")]
    if parts and sum(part.amount_minor for part in parts) != principal_minor(old):
        yield f"{old.number} came to {principal_minor(old)}, its parts do not"
