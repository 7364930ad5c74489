"""The books: balanced, once, and never changed."""

import pytest
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


def unit(village, code: str = "1-1-101") -> int:
    return village.units.get(code=code).pk


def payment(village) -> tuple[Line, ...]:
    owner = unit(village)
    return Line("clearing:card", 500, owner), Line("credit", -500, owner)


def posted(village, reference: str = "r1", lines=None) -> Transaction:
    lines = payment(village) if lines is None else lines
    return post(village.pk, "payment", reference, lines, currency="CNY", at=NOW)


def test_a_balanced_posting_moves_both_accounts():
    village = create_village()
    transaction_ = posted(village)
    assert (transaction_.debit_minor, transaction_.credit_minor) == (500, 500)
    assert balance(village.pk, "clearing:card") == 500
    mine, theirs = unit(village), unit(village, "1-1-102")
    assert balance(village.pk, "credit", unit_id=mine) == -500
    assert balances_by_unit(village.pk, "credit", [mine, theirs]) == {mine: -500}
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
    lines = payment(village)
    good, bad = Posting("bill", "b1", lines), Posting("bill", "b2", lines[:1])
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


amounts = st.integers(1, 10**12)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(amounts, st.sampled_from(["credit", "income:x", "refunds_due"]))))
def test_whatever_is_posted_the_books_balance(parts: list[tuple[int, str]]):
    from server.estate.models import Community

    village = Community.objects.filter(code="village").first() or create_village()
    total = sum(minor for minor, _ in parts)
    owner = unit(village)
    lines = [Line("clearing:card", total), *(Line(account, -m, owner) for m, account in parts)]
    reference = f"h{Transaction.objects.count()}"
    if not parts:
        with pytest.raises(PostingRefused):
            posted(village, reference, lines)
        return
    posted(village, reference, lines)
    assert list(verification.problems()) == []
