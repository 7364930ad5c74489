"""The one way into the books: balanced, once, in one currency. Never calls another app.

Accounts are named by code; the word before the colon says the kind (see ``CHART``). Amounts are minor
units, debit positive, credit negative.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import Sum

from server.bulk_insert import insert_many, insert_values, next_keys
from server.ledger.models import Account, Entry, Transaction

CHART = {
    "receivable": Account.Kind.ASSET,  # what units owe, by unit and bill
    "clearing": Account.Kind.ASSET,  # clearing:<method>, money at a channel until it settles
    "credit": Account.Kind.LIABILITY,  # credit balances, by unit
    "credit_reserved": Account.Kind.LIABILITY,  # credit that a payment under way may use, by unit
    "refunds_due": Account.Kind.LIABILITY,  # money that must go back, by unit
    "suspense": Account.Kind.LIABILITY,  # money whose purpose staff must say, by unit
    "refunds_outside": Account.Kind.ASSET,  # went back in a channel's console, to be decided, by unit
    "opening": Account.Kind.LIABILITY,  # what was brought forward from before the move, by unit
    "packages": Account.Kind.LIABILITY,  # packages:<fee item>, months paid ahead, not earned yet
    "income": Account.Kind.INCOME,  # income:<fee item>, income:late_fee
    "channel_fees": Account.Kind.EXPENSE,  # channel_fees:<method>
    "waivers": Account.Kind.EXPENSE,
}
BY_UNIT = (
    "receivable",
    "credit",
    "credit_reserved",
    "refunds_due",
    "refunds_outside",
    "suspense",
    "opening",
)


_ENTRY = (
    *("community_id", "transaction_id", "account_id"),
    *("amount_minor", "unit_id", "bill_number"),
)


class PostingRefused(Exception):
    """The transaction would not be true books: unbalanced, empty, or on an unknown account."""


class AlreadyPosted(Exception):
    """(kind, reference) is in the books. ``existing`` is what was posted then."""

    def __init__(self, existing: Transaction) -> None:
        super().__init__(f"{existing.kind} {existing.reference} is in the books already")
        self.existing = existing


@dataclass(frozen=True, slots=True)
class Line:
    """One entry to be. ``amount_minor``: debit positive, credit negative; ``unit_id``: whose it is,
    which every entry of an account in ``BY_UNIT`` says."""

    account: str
    amount_minor: int
    unit_id: int | None = None
    bill_number: str = ""


@dataclass(frozen=True, slots=True)
class Posting:
    """One transaction to be. (kind, reference) is unique within the community."""

    kind: str
    reference: str
    lines: tuple[Line, ...]


def post(
    community_id: int,
    kind: str,
    reference: str,
    lines: Iterable[Line],
    *,
    currency: str,
    at: datetime,
) -> Transaction:
    """Posts one transaction. Raises PostingRefused; AlreadyPosted when it happened before."""
    posting = Posting(kind, reference, tuple(lines))
    try:
        with transaction.atomic():
            return post_many(community_id, [posting], currency=currency, at=at)[0]
    except IntegrityError:
        existing = find(community_id, kind, reference)
        if existing is None:
            raise
        raise AlreadyPosted(existing) from None


def post_many(
    community_id: int, postings: Sequence[Posting], *, currency: str, at: datetime
) -> list[Transaction]:
    """Posts all or nothing. Raises PostingRefused, or IntegrityError when one happened before.

    The entries are written before their transactions: what makes a transaction whole is then there
    when the database looks at it (see ``closed_books``).
    """
    for posting in postings:
        _check(posting)
    with transaction.atomic(savepoint=False):
        accounts = _accounts(community_id, {line.account for p in postings for line in p.lines})
        keys = next_keys(Transaction, len(postings))
        rows = [
            _transaction(number, community_id, posting, currency, at)
            for number, posting in zip(keys, postings, strict=True)
        ]
        insert_values(
            Entry,
            _ENTRY,
            [
                (
                    *(community_id, key, accounts[line.account].pk),
                    *(line.amount_minor, line.unit_id, line.bill_number),
                )
                for key, posting in zip(keys, postings, strict=True)
                for line in posting.lines
            ],
        )
        insert_many(rows)
        return rows


def find(community_id: int, kind: str, reference: str) -> Transaction | None:
    return Transaction.objects.filter(
        community_id=community_id, kind=kind, reference=reference
    ).first()


def find_many(community_id: int, kind: str, references: Iterable[str]) -> dict[str, Transaction]:
    """As ``find``, for many references in one question; those not in the books are left out."""
    rows = Transaction.objects.filter(
        community_id=community_id, kind=kind, reference__in=list(references)
    )
    return {row.reference: row for row in rows}


def find_of_kinds(community_id: int, prefix: str, reference: str) -> list[Transaction]:
    """All transactions of a reference whose kind begins with ``prefix``, oldest first."""
    rows = Transaction.objects.filter(
        community_id=community_id, kind__startswith=prefix, reference=reference
    )
    return list(rows.order_by("pk"))


def mirrored(original: Transaction) -> list[Line]:
    """The lines that undo a transaction; post them under a kind of their own."""
    return [
        Line(entry.account.code, -entry.amount_minor, entry.unit_id, entry.bill_number)
        for entry in original.entries.select_related("account")
    ]


def balance(
    community_id: int, account: str, *, unit_id: int | None = None, bill_number: str = ""
) -> int:
    """The sum of an account's entries, in minor units; of one unit or bill when named."""
    entries = Entry.objects.filter(account__community_id=community_id, account__code=account)
    if unit_id is not None:
        entries = entries.filter(unit_id=unit_id)
    if bill_number:
        entries = entries.filter(bill_number=bill_number)
    return entries.aggregate(total=Sum("amount_minor"))["total"] or 0


def balances_by_unit(community_id: int, account: str, unit_ids: Iterable[int]) -> dict[int, int]:
    """As ``balance``, for many units in one question, by unit; those without entries are left out."""
    rows = (
        Entry.objects.filter(
            account__community_id=community_id,
            account__code=account,
            unit_id__in=list(unit_ids),
        )
        .order_by()
        .values_list("unit_id")
        .annotate(total=Sum("amount_minor"))
    )
    return dict(rows)


def _check(posting: Posting) -> None:
    name = f"{posting.kind} {posting.reference}"
    if not posting.kind or not posting.reference:
        raise PostingRefused("a transaction needs a kind and a reference")
    if len(posting.lines) < 2 or any(line.amount_minor == 0 for line in posting.lines):
        raise PostingRefused(f"{name}: at least two entries, none of them zero, are needed")
    if any(type(line.amount_minor) is not int for line in posting.lines):
        raise PostingRefused(f"{name}: amounts are whole minor units")
    difference = sum(line.amount_minor for line in posting.lines)
    if difference:
        raise PostingRefused(f"{name}: debits and credits differ by {difference}")
    for line in posting.lines:
        if line.account.split(":")[0] not in CHART:
            raise PostingRefused(f"{name}: there is no account {line.account!r}")


def _transaction(
    number: int, community_id: int, posting: Posting, currency: str, at: datetime
) -> Transaction:
    return Transaction(
        pk=number,
        community_id=community_id,
        kind=posting.kind,
        reference=posting.reference,
        currency=currency,
        debit_minor=sum(x.amount_minor for x in posting.lines if x.amount_minor > 0),
        credit_minor=-sum(x.amount_minor for x in posting.lines if x.amount_minor < 0),
        posted_at=at,
    )


def _accounts(community_id: int, codes: set[str]) -> dict[str, Account]:
    known = {
        account.code: account
        for account in Account.objects.filter(community_id=community_id, code__in=codes)
    }
    for code in sorted(codes - set(known)):
        known[code], _ = Account.objects.get_or_create(
            community_id=community_id, code=code, defaults={"kind": CHART[code.split(":")[0]]}
        )
    return known
