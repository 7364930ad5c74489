"""Compares the books with the bills: what units owe in one must be what is open in the other."""

from collections.abc import Iterator

from django.db.models import Sum

from server.billing.credit_moves import CreditMove
from server.billing.models import Allocation, Bill, BillState, BillWaiver, PackageMonth
from server.ledger import verification
from server.ledger.models import Entry

_STEP = 500


def verify_ledger() -> list[str]:
    """One sentence for each thing wrong, in the books themselves or against the bills."""
    return [
        *verification.problems(),
        *_bills_against_books(),
        *_strays(),
        *_payments(),
        *_waivers(),
        *_packages(),
        *_credit_by_hand(),
    ]


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
        "community__code", "number", "state", "amount_minor", "waived_minor"
    )
    for community, number, state, amount, waived in bills.iterator(_STEP):
        should = amount - waived if state == BillState.OPEN else 0
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
        "pk",
        "community__code",
        "number",
        "state",
        "amount_minor",
        "late_fee_minor",
        "waived_minor",
    )
    for pk, community, number, state, amount, late_fee, waived in bills.iterator(_STEP):
        should = amount - waived + late_fee if state == BillState.PAID else 0
        found = sums.get(pk, 0)
        if found != should:
            yield f"{community}: bill {number} is {state}: {should} paid, allocations say {found}"


def _waivers() -> Iterator[str]:
    """What a bill says was waived of it is what its waivers in force, and the books, say."""
    granted: dict[tuple[int, bool], int] = {}
    rows = BillWaiver.objects.filter(ended_at=None).order_by()
    for bill, of, minor in rows.values_list("bill", "of", "amount_minor"):
        key = (bill, of == BillWaiver.Of.LATE_FEE)
        granted[key] = granted.get(key, 0) + minor
    booked: dict[tuple[str, str, bool], int] = {}
    entries = Entry.objects.filter(account__code__startswith="waivers:").order_by()
    for community, number, code, minor in entries.values_list(
        "account__community__code", "bill_number", "account__code"
    ).annotate(total=Sum("amount_minor")):
        key = (community, number, code == "waivers:late_fee")
        booked[key] = booked.get(key, 0) + minor
    bills = Bill.objects.order_by("pk").values_list(
        "pk", "community__code", "number", "waived_minor", "late_fee_waived_minor"
    )
    for pk, community, number, *said in bills.iterator(_STEP):
        for of_fee, minor in zip((False, True), said, strict=True):
            found = (granted.get((pk, of_fee), 0), booked.get((community, number, of_fee), 0))
            if found != (minor, minor):
                what = "late fee" if of_fee else "lines"
                yield (
                    f"{community}: bill {number} says {minor} of its {what} was waived,"
                    f" the waivers say {found[0]}, the books {found[1]}"
                )


def _packages() -> Iterator[str]:
    """What the books hold as paid ahead for a package is the months of it that are still to come."""
    rows = PackageMonth.objects.filter(used_at=None, given_up=False)
    ahead = {
        number: -total
        for number, total in rows.exclude(sale__bill__state=BillState.VOID)
        .order_by()
        .values_list("sale__bill__number")
        .annotate(total=Sum("amount_minor"))
    }
    booked = dict(
        Entry.objects.filter(account__code__startswith="packages:")
        .order_by()
        .values_list("bill_number")
        .annotate(total=Sum("amount_minor"))
    )
    for number in sorted({*ahead, *booked}):
        should, found = ahead.get(number, 0), booked.get(number, 0)
        if found != should:
            yield f"package {number}: {should} is paid ahead, the books say {found}"


_KIND_IN_BOOKS = {
    CreditMove.Kind.DEPOSIT: ("deposit", 1),
    CreditMove.Kind.PAID_OUT: ("credit_paid_out", -1),
    CreditMove.Kind.MOVED_OUT: ("credit_moved", -1),
    CreditMove.Kind.MOVED_IN: ("credit_moved", 1),
}


def _credit_by_hand() -> Iterator[str]:
    """What clerks took in, paid out and moved of a unit's credit is what the books say of it."""
    moved: dict[tuple[str, str, str], int] = {}
    rows = CreditMove.objects.filter(kind__in=_KIND_IN_BOOKS).order_by()
    for community, unit, kind, total in rows.values_list(
        "community__code", "unit__code", "kind"
    ).annotate(total=Sum("amount_minor")):
        booked_as, sign = _KIND_IN_BOOKS[CreditMove.Kind(kind)]
        key = (community, unit, booked_as)
        moved[key] = moved.get(key, 0) + sign * total
    kinds = {kind for kind, _sign in _KIND_IN_BOOKS.values()}
    entries = Entry.objects.filter(account__code="credit", transaction__kind__in=kinds).order_by()
    booked = {
        (community, unit, kind): -total
        for community, unit, kind, total in entries.values_list(
            "account__community__code", "unit__code", "transaction__kind"
        ).annotate(total=Sum("amount_minor"))
    }
    for key in sorted({*moved, *booked}):
        said, found = moved.get(key, 0), booked.get(key, 0)
        if said != found:
            community, unit, kind = key
            yield f"{community}: unit {unit}: its moves ({kind}) come to {said}, the books say {found}"
