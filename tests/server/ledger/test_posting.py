"""The books: balanced, once, and never changed."""

import pytest
from django.db import DatabaseError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from server.ledger import verification
from server.ledger.models import BooksAreClosed, Entry, Transaction
from server.ledger.posting import (
    AlreadyPosted,
    Line,
    Posting,
    PostingRefused,
    balance,
    balances_by_unit,
    mirrored,
    post,
    post_many,
)
from tests.server.village import NOW, create_village

pytestmark = pytest.mark.django_db
PAYMENT = (Line("clearing:card", 500, "1-1-101"), Line("credit", -500, "1-1-101"))


def posted(village, reference: str = "r1", lines=PAYMENT) -> Transaction:
    return post(village.pk, "payment", reference, lines, currency="CNY", at=NOW)


def test_a_balanced_posting_moves_both_accounts():
    village = create_village()
    transaction_ = posted(village)
    assert (transaction_.debit_minor, transaction_.credit_minor) == (500, 500)
    assert balance(village.pk, "clearing:card") == 500
    assert balance(village.pk, "credit", unit_code="1-1-101") == -500
    assert balances_by_unit(village.pk, "credit", ["1-1-101", "1-1-102"]) == {"1-1-101": -500}
    assert list(verification.problems()) == []


@pytest.mark.parametrize(
    ("lines", "why"),
    [
        ([Line("clearing:card", 500), Line("credit", -499)], "differ by 1"),
        ([Line("clearing:card", 500)], "two entries"),
        ([Line("clearing:card", 0), Line("credit", 0)], "zero"),
        ([], "two entries"),
        ([Line("pocket", 500), Line("credit", -500)], "no account 'pocket'"),
        ([Line("clearing:card", 5.0), Line("credit", -5.0)], "whole minor units"),  # type: ignore
    ],
)
def test_untrue_books_are_refused(lines: list[Line], why: str):
    village = create_village()
    with pytest.raises(PostingRefused, match=why):
        posted(village, lines=lines)
    assert not Transaction.objects.exists()


def test_the_same_reference_is_posted_once():
    village = create_village()
    first = posted(village)
    with pytest.raises(AlreadyPosted) as refused:
        posted(village)
    assert refused.value.existing == first
    assert balance(village.pk, "clearing:card") == 500


def test_two_communities_may_have_the_same_reference():
    here, there = create_village("here"), create_village("there")
    posted(here)
    posted(there)
    assert balance(here.pk, "clearing:card") == balance(there.pk, "clearing:card") == 500


def test_a_correction_is_a_new_transaction():
    village = create_village()
    post(village.pk, "correction", "r1", mirrored(posted(village)), currency="CNY", at=NOW)
    assert balance(village.pk, "clearing:card") == 0
    assert Transaction.objects.count() == 2


def test_many_are_posted_together_or_not_at_all():
    village = create_village()
    good, bad = Posting("bill", "b1", PAYMENT), Posting("bill", "b2", PAYMENT[:1])
    with pytest.raises(PostingRefused):
        post_many(village.pk, [good, bad], currency="CNY", at=NOW)
    assert not Transaction.objects.exists()


def test_rows_cannot_be_changed_or_deleted_by_our_code():
    village = create_village()
    posted(village)
    entry = Entry.objects.get(amount_minor=500)
    entry.amount_minor = 1
    for attempt in (
        entry.save,
        entry.delete,
        Entry.objects.all().delete,
        lambda: Entry.objects.update(amount_minor=1),
        lambda: Transaction.objects.update(kind="x"),
    ):
        with pytest.raises(BooksAreClosed):
            attempt()


@pytest.mark.parametrize("table", ["ledger_entry", "ledger_transaction"])
def test_the_database_refuses_changes_by_anybody(table: str):
    village = create_village()
    posted(village)
    with (
        pytest.raises(DatabaseError, match="not changed"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(f"UPDATE {table} SET community_id = community_id")


def test_postgresql_refuses_deletes_and_imbalance_at_commit():
    if connection.vendor != "postgresql":
        pytest.skip("only PostgreSQL can check at commit")
    village = create_village()
    one = posted(village)
    account = Entry.objects.first().account  # type: ignore[union-attr]
    with (
        pytest.raises(DatabaseError, match="not changed or deleted"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("DELETE FROM ledger_entry")
    with pytest.raises(DatabaseError, match="out of balance"), transaction.atomic():
        Entry.objects.create(community=village, transaction=one, account=account, amount_minor=1)
        connection.check_constraints()


def test_verification_finds_what_went_around_the_door():
    village, other = create_village("here"), create_village("there")
    one = posted(village)
    account = Entry.objects.first().account  # type: ignore[union-attr]
    row = {"community": other, "transaction": one, "account": account, "amount_minor": 7}
    Transaction.objects.create(
        community=village,
        kind="payment",
        reference="empty",
        currency="CNY",
        debit_minor=5,
        credit_minor=5,
        posted_at=NOW,
    )
    Entry.objects.bulk_create([Entry(**row)])
    found = "\n".join(verification.problems())
    assert "payment r1 is out of balance by 7" in found
    assert "payment r1 states 500 of debits, its entries say 507" in found
    assert "payment empty has 0 entries" in found
    assert "another community" in found
    if connection.vendor == "postgresql":
        transaction.set_rollback(True)  # else the database itself refuses at the end of the test


amounts = st.integers(1, 10**12)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(amounts, st.sampled_from(["credit", "income:x", "refunds_due"]))))
def test_whatever_is_posted_the_books_balance(parts: list[tuple[int, str]]):
    from server.estate.models import Community

    village = Community.objects.filter(code="village").first() or create_village()
    total = sum(minor for minor, _ in parts)
    lines = [Line("clearing:card", total), *(Line(account, -m) for m, account in parts)]
    reference = f"h{Transaction.objects.count()}"
    if not parts:
        with pytest.raises(PostingRefused):
            posted(village, reference, lines)
        return
    posted(village, reference, lines)
    assert list(verification.problems()) == []
