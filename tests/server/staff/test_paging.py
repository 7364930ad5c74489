"""Long lists of staff: pages from either end, months that are offered, and what finds a bill."""

import pytest
from django.core.paginator import Paginator
from django.db import connection
from django.test.utils import CaptureQueriesContext

from server.billing import bill_search
from server.billing.models import Bill
from server.estate.models import Unit
from server.staff.paging import Pages
from server.staff.roles import Role
from tests.server.billing_runs.hamlet import NOW, create_hamlet, run_all
from tests.server.staff_accounts import create_person, create_staff, signed_in

pytestmark = pytest.mark.django_db
LIST = "/admin/billing/bill/"


@pytest.mark.parametrize("size", [1, 2, 5, 6, 7, 13, 40])
def test_every_page_has_the_rows_that_it_has_when_read_from_the_beginning(size: int):
    create_hamlet("few", buildings=2)
    create_hamlet("more", buildings=5)
    rows = Unit.objects.order_by("room", "-pk")
    ours, plain = Pages(rows, size), Paginator(rows, size)
    assert ours.num_pages == plain.num_pages
    for number in plain.page_range:
        assert list(ours.page(number)) == list(plain.page(number)), number


def test_the_last_page_passes_over_no_row():
    create_hamlet(buildings=6)
    pages = Pages(Unit.objects.order_by("pk"), 5)
    with CaptureQueriesContext(connection) as asked:
        assert list(pages.page(pages.num_pages))
    assert len(asked) == 2 and "OFFSET" not in asked[-1]["sql"]


def test_all_rows_are_counted_once():
    hamlet = create_hamlet()
    run_all(hamlet)
    client = signed_in(create_staff("company"))
    for query in ("", "?q=1-1-101", "?state__exact=open"):
        with CaptureQueriesContext(connection) as asked:
            client.get(LIST + query)
        counts = [q for q in asked if "COUNT(" in q["sql"] and "billing_bill" in q["sql"]]
        assert len(counts) == 1, query


def test_months_are_offered_from_the_first_to_the_last_of_ones_own_communities():
    here, elsewhere = create_hamlet("here"), create_hamlet("elsewhere")
    run_all(here)
    for community, period in ((here, "2026-09"), (elsewhere, "2024-01"), (elsewhere, "2027-01")):
        Bill.objects.create(
            community=community,
            unit=community.units.first(),
            number=f"{community.code}-{period}",
            period=period,
            issued_on=NOW.date(),
            due=NOW.date(),
            currency="CNY",
            amount_minor=1,
        )
    clerk = signed_in(create_person("clerk", (here, Role.BOOKKEEPER)))
    page = clerk.get(LIST).content.decode()
    offered = [
        month
        for month in ("2024-01", "2026-08", "2026-09", "2026-10", "2026-12", "2027-01")
        if f"period={month}" in page
    ]
    assert offered == ["2026-09", "2026-10", "2026-12"]
    chosen = clerk.get(f"{LIST}?period=2026-09").context["cl"]
    assert {bill.period for bill in chosen.result_list} == {"2026-09"}


def test_a_bill_is_found_by_the_beginning_of_its_number_and_by_any_part_of_its_unit(monkeypatch):
    run_all(create_hamlet(buildings=12))
    bill = Bill.objects.get(unit__code="11-1-102")

    def found(term: str) -> set[str]:
        return {row.unit.code for row in bill_search.fitting(Bill.objects.all(), term)}

    assert found(bill.number) == {"11-1-102"}
    assert found(bill.number[:6]) == set(Unit.objects.values_list("code", flat=True))
    assert found("11-1") == {"11-1-101", "11-1-102"}
    assert found("nothing") == set()
    exactly = bill_search.fitting_exactly(Bill.objects.all(), "1-1-101")
    assert {row.unit.code for row in exactly} == {"1-1-101"}
    few = found("1-10")
    monkeypatch.setattr(bill_search, "_NAMED_MAX", 1)
    assert found("1-10") == few != set()
