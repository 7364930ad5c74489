"""Compares the books with the bills: what units owe in one must be what is open in the other."""

from collections.abc import Iterator

from django.db.models import Sum

from server.billing.models import Allocation, Bill, BillState
from server.ledger import verification
from server.ledger.models import Entry

_STEP = 500


def verify_ledger() -> list[str]:
    """One sentence for each thing wrong, in the books themselves or against the bills."""
    return [*verification.problems(), *_bills_against_books(), *_strays(), *_payments()]


def _receivables() -> dict[tuple[str, str], int]:
    """What the books say each bill still owes, by (community, bill number), in minor units."""
    rows = Entry.objects.filter(account__code="receivable").order_by()
    return {
        (community, number): total
        for community, number, total in rows.values_list(
            "account__community__code", "bill_number"
        ).annotate(total=Sum("amount_minor"))
    }


def _bills_against_books() -> Iterator[str]:
    owed = _receivables()
    bills = Bill.objects.order_by("pk").values_list(
        "community__code", "number", "state", "amount_minor"
    )
    for community, number, state, amount in bills.iterator(_STEP):
        should = amount if state == BillState.OPEN else 0
        found = owed.get((community, number), 0)
        if found != should:
            yield f"{community}: bill {number} is {state}: owes {should}, the books say {found}"


def _strays() -> Iterator[str]:
    known = set(Bill.objects.values_list("community__code", "number"))
    for community, number in _receivables():
        if (community, number) not in known:
            yield f"{community}: the books know a bill {number or '(none)'} that does not exist"


def _payments() -> Iterator[str]:
    """Every paid bill has one payment in force, of the right amount, and no open bill has any."""
    sums = {
        row["bill"]: row["total"]
        for row in Allocation.objects.filter(undone=False)
        .order_by()
        .values("bill")
        .annotate(total=Sum("amount_minor"))
    }
    bills = Bill.objects.order_by("pk").values_list(
        "pk", "community__code", "number", "state", "amount_minor", "late_fee_minor"
    )
    for pk, community, number, state, amount, late_fee in bills.iterator(_STEP):
        should = amount + late_fee if state == BillState.PAID else 0
        found = sums.get(pk, 0)
        if found != should:
            yield f"{community}: bill {number} is {state}: {should} paid, allocations say {found}"
