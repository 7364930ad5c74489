"""A bill is held for the payment that is taking its money: two people cannot pay it at once."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import transaction

from server.billing.models import Bill, BillLease, BillState


class BillLeased(Exception):
    """Another payment holds the bill until ``until``."""

    def __init__(self, bill_number: str, until: datetime) -> None:
        super().__init__(f"bill {bill_number} is held by another payment until {until}")
        self.bill_number, self.until = bill_number, until


class BillNotOpen(Exception):
    """The bill is paid or void. ``bill`` tells when."""

    def __init__(self, bill: Bill) -> None:
        super().__init__(f"bill {bill.number} is {bill.state}")
        self.bill = bill


def lock(bills: Iterable[Bill]) -> list[Bill]:
    """The same bills as they stand now, held by row locks in one order until the transaction ends."""
    keys = [bill.pk for bill in bills]
    rows = Bill.objects.select_related("unit").select_for_update(of=("self",))
    return list(rows.filter(pk__in=keys).order_by("pk"))


@transaction.atomic
def lease(bills: Sequence[Bill], payment_id: str, until: datetime, *, now: datetime) -> None:
    """Holds all the bills, or none. Again for the same payment, it moves the end.

    Raises BillNotOpen, or BillLeased while somebody else's lease lasts.
    """
    for bill in lock(bills):
        if bill.state != BillState.OPEN:
            raise BillNotOpen(bill)
        held = BillLease.objects.filter(bill=bill).first()
        if held and held.payment_id != payment_id and held.until > now:
            raise BillLeased(bill.number, held.until)
        BillLease.objects.update_or_create(
            bill=bill,
            defaults={
                "community_id": bill.community_id,
                "payment_id": payment_id,
                "until": until,
            },
        )


def release(*payment_ids: str) -> None:
    """Ends whatever these payments hold; nothing happens when they hold nothing."""
    BillLease.objects.filter(payment_id__in=payment_ids).delete()
