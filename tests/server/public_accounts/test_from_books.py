"""Figures of public accounts from the books: totals that agree with the books to the last minor unit,
marked with their time, brought up to date in a draft, and shown to whoever approves where they differ."""

from datetime import date, timedelta

import pytest
from django.db.models import Sum

from contract.messages import Text
from server.billing.amounts import open_minor, terms_of
from server.billing.models import Allocation, BillLine
from server.billing.settlement import Part, settle, undo
from server.billing.voiding import void
from server.billing.waiving import Wish, waive_by
from server.ledger.models import Entry
from server.public_accounts import from_books, publishing
from server.public_accounts.at_kiosks import keys, told
from server.public_accounts.models import Kind, Publication, State
from server.public_accounts.rows import NotGood
from server.staff import approvals
from server.staff.models import Act, Request
from server.staff.people import Person
from server.staff.roles import Role
from tests.server.pages import foreign
from tests.server.public_accounts.test_publishing import drafted, pages, published
from tests.server.staff_accounts import create_person, signed_in
from tests.server.village import NOW, TODAY, bill_of, create_village, issue

pytestmark = pytest.mark.django_db
QUARTER = "2026-Q4"


def pay(bill, minor: int | None = None, payment_id: str = "p1", on: date = TODAY) -> None:
    part = Part(bill, bill.amount_minor if minor is None else minor)
    settle(bill.unit, [part], method="desk", payment_id=payment_id, paid_on=on, at=NOW)


def known(village, kind: Kind = Kind.COMMON, period: str = QUARTER) -> dict[str, int]:
    return {one.key: one.minor for one in from_books.figures(village, kind, period)}


def line(bill, item: str) -> int:
    rows = BillLine.objects.filter(bill=bill, fee_item__code=item)
    return rows.aggregate(sum=Sum("amount_minor"))["sum"] or 0


@pytest.fixture
def village():
    made = create_village()
    issue(made)
    return made


def test_what_was_billed_is_what_the_ledger_has_as_income(village):
    entries = Entry.objects.filter(community=village, account__code__startswith="income:")
    income = -entries.aggregate(sum=Sum("amount_minor"))["sum"]
    found = known(village)
    assert sum(minor for key, minor in found.items() if key.startswith("billed:")) == income
    of_item = entries.filter(account__code="income:property").aggregate(sum=Sum("amount_minor"))
    assert found["billed:property"] == -of_item["sum"]


def test_what_was_collected_is_what_was_paid_of_the_bills(village):
    bills = [bill_of(village, code) for code in ("1-1-101", "1-1-102", "1-2-101")]
    for number, bill in enumerate(bills):
        pay(bill, payment_id=f"p{number}")
    found = known(village)
    paid = Allocation.objects.aggregate(sum=Sum("amount_minor"))["sum"]
    assert sum(minor for key, minor in found.items() if key.startswith("collected:")) == paid
    assert found["collected:property"] == sum(line(bill, "property") for bill in bills)


def test_what_few_units_have_in_common_is_told_within_others(village):
    bills = [bill_of(village, code) for code in ("1-1-101", "1-1-102", "1-2-101")]
    for number, bill in enumerate(bills):
        pay(bill, payment_id=f"p{number}")
    found = known(village)
    assert "billed:parking" not in found and "collected:parking" not in found
    apart = sum(line(bill, item) for bill in bills for item in ("parking", "electricity"))
    assert found["billed:*"] == found["collected:*"] == apart


def test_a_single_payer_is_told_within_others_alone(village):
    pay(bill_of(village))
    assert {key for key in known(village) if key.startswith("collected")} == {"collected:*"}


def test_late_fees_waivers_voids_and_undone_payments_count_as_they_stand(village):
    one, two = bill_of(village), bill_of(village, "1-1-102")
    before = known(village)
    waive_by(Person("clerk"), two, Wish("property", 1_000), "x", today=TODAY, at=NOW)
    assert known(village)["billed:property"] == before["billed:property"] - 1_000
    late = one.due + timedelta(days=100)
    fee = open_minor(one, late, terms_of(village.pk)) - one.amount_minor
    pay(one, one.amount_minor + fee, on=late)
    first_of_next = known(village, period="2027-Q1")
    assert known(village)[from_books.LATE_FEE] == fee > 0
    assert first_of_next["collected:*"] == one.amount_minor and late >= date(2027, 1, 1)
    undo(one.unit, "p1", at=NOW)
    assert from_books.LATE_FEE not in known(village) and known(village, period="2027-Q1") == {}
    three = bill_of(village, "1-2-101")
    void(three, at=NOW)
    after = known(village)["billed:property"]
    assert after == before["billed:property"] - 1_000 - line(three, "property")


def test_only_its_quarter_its_community_and_kinds_with_money_of_the_books(village):
    other = create_village("other")
    assert known(village, period="2026-Q3") == known(village, period="2027-Q1") == {}
    assert known(other) == {} and known(village, Kind.REPAIR) == {}
    assert known(village, Kind.STANDARDS, "2026-10-01") == {}
    assert known(village, Kind.ENERGY) == known(village) != {}


def taken(*figures: str):
    village, client, _drafter, other = pages()
    issue(village)
    one = drafted(client, village, period=QUARTER)
    page = f"/staff/public-accounts/{one.pk}/"
    client.post(page, {"do": "books", "figure": figures})
    one.refresh_from_db()
    return village, client, other, one, page


def typed(one: Publication, **changes) -> dict:
    """What the form of the draft sends, with ``changes`` in the first row."""
    first = {"section": "income", **one.rows[0], **changes}
    names = ("section", "zh", "en", "more_zh", "more_en", "book")
    form = {name: [first[name], *(row.get(name) or "" for row in one.rows[1:])] for name in names}
    amounts = [first["minor"], *(row["minor"] for row in one.rows[1:])]
    return form | {"amount": [f"{minor / 100:.2f}" for minor in amounts], "do": "save"}


def test_a_row_from_the_books_says_so_with_its_time_to_everybody():
    village, client, other, one, page = taken("billed:property")
    [row] = one.rows
    assert (row["book"], row["minor"], row["section"]) == (
        "billed:property",
        known(village)["billed:property"],
        "income",
    )
    assert Act.objects.filter(act="accounts_drafted").latest("pk").after["from_books"] == 1
    assert "据账簿，截至" in client.get(page).content.decode()
    published(client, other, one)
    public = client.get(f"/c/{village.code}/?language=en").content.decode()
    assert "From the books, as of 20" in public and "Property fee, billed" in public
    [at_kiosk] = told(village, keys(village))
    assert "From the books" in at_kiosk.rows[0].more.en and at_kiosk.rows[0].more.zh


def test_what_was_typed_over_is_no_figure_of_the_books_and_the_approver_sees_both():
    village, client, other, one, page = taken("billed:property", "billed:*")
    books = one.rows[0]["minor"]
    client.post(page, typed(one, minor=books + 5_000))
    one.refresh_from_db()
    assert (one.rows[0]["minor"], one.rows[0]["book_minor"]) == (books + 5_000, books)
    assert from_books.told_more(one.rows[0], village) is None
    assert from_books.told_more(one.rows[1], village) is not None
    shown = client.get(page).content.decode()
    assert "与账簿不一致" in shown
    client.post(page, {"do": "ask", "reason": "quarter"})
    asked = Request.objects.get()
    [_what, change] = publishing._changes(asked)
    assert change.old != change.new and "物业服务费" in str(change.what)
    decider = signed_in(other)
    assert change.old in decider.get("/staff/requests/").content.decode()
    approvals.approve(asked.pk, other, "agreed", NOW)
    one.refresh_from_db()
    assert one.state == State.PUBLIC and len(publishing._changes(Request.objects.get())) == 1


def test_it_is_brought_up_to_date_while_it_is_a_draft_and_frozen_then():
    village, client, other, one, page = taken("billed:property")
    before = one.rows[0]["minor"]
    waive_by(Person("clerk"), bill_of(village), Wish("property", 700), "x", today=TODAY, at=NOW)
    [moved] = from_books.differences(one)
    assert (moved.draft, moved.then, moved.now) == (before, before, before - 700)
    client.post(page, {"do": "ask", "reason": "quarter"})
    [_what, change] = publishing._changes(Request.objects.get())
    assert "账簿已变动" in str(change.what)
    client.post(page, typed(one) | {"do": "books"})
    failed = approvals.approve(Request.objects.get().pk, other, "x", NOW)
    assert failed.state == Request.State.FAILED, "the draft is another since"
    one.refresh_from_db()
    assert one.rows[0]["minor"] == before - 700 and from_books.differences(one) == []
    client.post(page, {"do": "ask", "reason": "again"})
    approvals.approve(Request.objects.get(state="open").pk, other, "x", NOW)
    waive_by(
        Person("x"), bill_of(village, "1-1-102"), Wish("property", 90), "x", today=TODAY, at=NOW
    )
    client.post(page, {"do": "books", "figure": "billed:*"})
    one.refresh_from_db()
    assert one.state == State.PUBLIC and [row["minor"] for row in one.rows] == [before - 700]


def test_what_was_typed_over_stays_when_the_others_are_brought_up_to_date():
    village, client, _other, one, page = taken("billed:property", "billed:*")
    client.post(page, typed(one, minor=123_400))
    one.refresh_from_db()
    waive_by(Person("c"), bill_of(village), Wish("parking", 300), "x", today=TODAY, at=NOW)
    old = one.rows[1]["minor"]
    client.post(page, typed(one) | {"do": "books"})
    one.refresh_from_db()
    assert [row["minor"] for row in one.rows] == [123_400, old - 300]


def test_a_form_cannot_say_what_the_books_said():
    village, client, _other, one, page = taken("billed:property")
    forged = typed(one, minor=999) | {"book_minor": ["999"], "as_of": ["2020-01-01"]}
    client.post(page, forged)
    one.refresh_from_db()
    assert one.rows[0]["book_minor"] == known(village)["billed:property"]
    client.post(page, typed(one, book="billed:*"))
    one.refresh_from_db()
    assert "book" not in one.rows[0], "a mark that the draft did not have is not taken from a form"


def test_an_item_that_few_have_by_now_is_not_told_as_nought(village):
    """It stands within others then: its row goes, and what was typed over is no figure of the books."""
    bills = [bill_of(village, code) for code in ("1-1-101", "1-1-102", "1-2-101")]
    for number, bill in enumerate(bills):
        pay(bill, payment_id=f"p{number}")

    def again(rows, *wanted):
        return from_books.taken(village, Kind.COMMON, QUARTER, rows, wanted, NOW)

    rows = again([], "collected:property", "collected:*")
    assert [row["book"] for row in rows] == ["collected:property", "collected:*"]
    undo(bills[2].unit, "p2", at=NOW)
    [others] = again(rows)
    assert others["book"] == "collected:*" and others["minor"] > rows[1]["minor"]
    [left] = again([{**rows[0], "minor": 77}])
    assert left["minor"] == 77 and "book" not in left
    for bill, number in zip(bills, ("p0", "p1"), strict=False):
        undo(bill.unit, number, at=NOW)
    assert [row["minor"] for row in again(rows)] == [0, 0], "nobody paid: that is nought"


def test_more_than_kiosks_are_told_of_is_not_taken(village, monkeypatch):
    """A configuration with it would be none, for all kiosks of the community."""
    huge = from_books.Figure("billed:property", Text(zh="物业费", en="Property"), 10**12 + 1)
    monkeypatch.setattr(from_books, "figures", lambda *_: [huge])
    with pytest.raises(NotGood):
        from_books.taken(village, Kind.COMMON, QUARTER, [], ["billed:property"], NOW)


def test_an_item_is_not_counted_twice():
    village, client, _other, one, page = taken("billed:property")
    for number, code in enumerate(("1-1-101", "1-1-102", "1-2-101")):
        pay(bill_of(village, code), payment_id=f"p{number}")
    twice = client.post(page, typed(one) | {"do": "books", "figure": "collected:property"})
    assert twice.status_code == 422 and "重复" in twice.content.decode()
    one.refresh_from_db()
    assert len(one.rows) == 1


def test_what_few_paid_is_not_told_as_nothing(village):
    """Of an item that three were billed for and one paid, the one is within others, and not nought."""
    pay(bill_of(village))
    named = {one.key: one for one in from_books.figures(village, Kind.COMMON, QUARTER)}
    assert named["billed:property"].beside is None
    assert named["billed:*"].beside is None and named["collected:*"].beside is None
    for code in ("1-1-102", "1-2-101"):
        pay(bill_of(village, code), payment_id=code)
    named = {one.key: one for one in from_books.figures(village, Kind.COMMON, QUARTER)}
    paid = named["collected:property"].minor
    assert f"{paid / 100:,.2f}" in named["billed:property"].beside.en


def test_nothing_paid_of_an_item_is_told(village):
    beside = from_books.figures(village, Kind.COMMON, QUARTER)[0].beside
    assert beside.en.endswith("0.00")


@pytest.mark.parametrize("both", [("billed:property", "collected:*"), ("billed:*", "collected:*")])
def test_others_hold_items_that_are_billed_by_name(village, both):
    pay(bill_of(village))
    assert set(both) <= {*known(village)}
    with pytest.raises(NotGood):
        from_books.taken(village, Kind.COMMON, QUARTER, [], both, NOW)
    assert len(from_books.taken(village, Kind.COMMON, QUARTER, [], both[:1], NOW)) == 1


def test_who_only_reads_takes_nothing_and_another_community_sees_nothing():
    village, _client, _other, one, page = taken("billed:property")
    reader = signed_in(create_person("reader", (village, Role.COLLECTOR)))
    assert 'name="figure"' not in reader.get(page).content.decode()
    assert reader.post(page, {"do": "books", "figure": "billed:*"}).status_code == 403
    far = signed_in(create_person("far", (create_village("far"), Role.BOOKKEEPER)))
    assert far.post(page, {"do": "books", "figure": "billed:*"}).status_code == 404
    one.refresh_from_db()
    assert len(one.rows) == 1


def test_the_page_speaks_one_language():
    village, client, _other, one, page = taken("billed:property")
    client.post(page, typed(one, minor=5))
    client.get(page)
    client.cookies["django_language"] = "en"
    shown = client.get(page).content.decode()
    names = (village.name_zh, one.rows[0]["zh"])
    assert not foreign(shown, "en", *names), foreign(shown, "en", *names)
    assert "Other than in the books" in shown


def test_many_figures_cost_no_more_questions(village, django_assert_max_num_queries):
    for number, code in enumerate(("1-1-101", "1-1-102", "1-2-101")):
        pay(bill_of(village, code), payment_id=f"p{number}")
    with django_assert_max_num_queries(5):
        assert len(known(village)) >= 4


def test_the_words_of_a_long_item_still_fit(village):
    item = village.fee_items.get(code="property")
    item.name = Text(zh="长" * 40, en="x" * 60)
    item.save()
    [row] = from_books.taken(village, Kind.COMMON, QUARTER, [], ["billed:property"], NOW)
    assert len(row["zh"]) <= 60 >= len(row["en"])
    assert row["en"].endswith("x, billed") and row["zh"].startswith("长" * 40)
    assert len(row["zh"]) > 40, "what it is of the item stands behind it"
