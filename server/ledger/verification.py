"""Reads the books from end to end and says what is wrong with them. Changes nothing."""

from collections.abc import Iterator

from django.db.models import Case, Count, Exists, F, OuterRef, Q, Sum, Value, When

from server.ledger import guards
from server.ledger.models import Entry, Transaction
from server.ledger.posting import BY_UNIT, CHART


def problems() -> Iterator[str]:
    """One sentence for each thing wrong; nothing when the books are true."""
    yield from _open_doors()
    yield from _unbalanced()
    yield from _wrong_totals()
    yield from _in_the_wrong_books()
    yield from _unknown_accounts()
    yield from _of_no_unit()
    yield from _of_no_transaction()


def _open_doors() -> Iterator[str]:
    """What the database should refuse by itself and does not, since a trigger was taken away."""
    for guard in guards.missing():
        yield f"the database keeps no guard {guard.name} on {guard.table}: lobbypay server migrate"


def _named() -> "list[str]":
    return ["community__code", "kind", "reference"]


def _unbalanced() -> Iterator[str]:
    sums = Transaction.objects.order_by("pk").annotate(
        rows=Count("entries"), balance=Sum("entries__amount_minor")
    )
    for code, kind, reference, rows, balance in (
        sums.filter(Q(rows__lt=2) | ~Q(balance=0))
        .values_list(*_named(), "rows", "balance")
        .iterator()
    ):
        if rows < 2:
            yield f"{code}: {kind} {reference} has {rows} entries; a transaction has at least two"
        else:
            yield f"{code}: {kind} {reference} is out of balance by {balance}"


def _wrong_totals() -> Iterator[str]:
    amount = F("entries__amount_minor")
    sums = Transaction.objects.order_by("pk").annotate(
        debits=Sum(Case(When(entries__amount_minor__gt=0, then=amount), default=Value(0)))
    )
    for code, kind, reference, stated, found in (
        sums.exclude(debits=F("debit_minor"))
        .values_list(*_named(), "debit_minor", "debits")
        .iterator()
    ):
        yield f"{code}: {kind} {reference} states {stated} of debits, its entries say {found}"


def _in_the_wrong_books() -> Iterator[str]:
    strays = Entry.objects.filter(
        ~Q(community_id=F("transaction__community_id"))
        | ~Q(community_id=F("account__community_id"))
        | Q(unit__isnull=False) & ~Q(community_id=F("unit__community_id"))
    )
    for pk, kind, reference in strays.values_list(
        "pk", "transaction__kind", "transaction__reference"
    ):
        yield f"entry {pk} of {kind} {reference} stands in the books of another community"


def _unknown_accounts() -> Iterator[str]:
    codes = Entry.objects.order_by().values_list("account__code", "account__kind").distinct()
    for code, kind in codes:
        if CHART.get(code.split(":")[0]) != kind:
            yield f"account {code} is not in the chart of accounts as {kind}"


def _of_no_unit() -> Iterator[str]:
    """Nobody could be told what he owes, or has, by an entry that belongs to no unit."""
    strays = Entry.objects.filter(account__code__in=BY_UNIT, unit__isnull=True).order_by("pk")
    for pk, account, kind, reference in strays.values_list(
        "pk", "account__code", "transaction__kind", "transaction__reference"
    ):
        yield f"entry {pk} ({account}) of {kind} {reference} belongs to no unit"


def _of_no_transaction() -> Iterator[str]:
    """Only a program that opened SQLite without its foreign keys can write such entries."""
    written = Transaction.objects.filter(pk=OuterRef("transaction_id"))
    strays = Entry.objects.filter(~Exists(written)).order_by("pk")
    for pk, number, amount in strays.values_list("pk", "transaction_id", "amount_minor"):
        yield f"entry {pk} of {amount} belongs to a transaction {number} that does not exist"
