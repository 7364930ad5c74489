"""Why a bill is higher than the one before, from the figures of both; on the phone beside the answer."""

import pytest
from django.test import Client

from server.billing.models import Bill, BillLine, BillState
from server.billing.signing import bill_url
from server.standard_answers import own_figures, writing
from tests.server.village import NOW, TODAY, bill_of, issue

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


@pytest.fixture
def bill(village) -> Bill:
    issue(village)
    return bill_of(village)


def earlier_of(bill: Bill, **changes) -> Bill:
    """The same bill a month before, with one line more or with other figures of the first line."""
    lines = list(bill.lines.order_by("position"))
    earlier = Bill.objects.get(pk=bill.pk)
    earlier.pk, earlier.number, earlier.period = None, "EARLIER-1", "2026-01"
    earlier.save(force_insert=True)
    for line in lines:
        line.pk, line.bill = None, earlier
        if line.position == lines[0].position:
            for name, value in changes.items():
                setattr(line, name, value)
    BillLine.objects.bulk_create(lines)
    return earlier


def test_what_has_changed_is_told_with_quantity_and_price(bill):
    first = bill.lines.order_by("position")[0]
    earlier = earlier_of(bill, amount_minor=first.amount_minor - 1000, rate="1.11")
    assert own_figures.before(bill) == earlier
    [change] = own_figures.differences(bill, earlier)
    assert (change.name, change.more.minor) == (first.fee_item.name, 1000)
    assert (change.rates, change.quantities) == (("1.11", first.rate), ("", ""))


def test_the_same_figures_are_no_change_and_a_void_bill_is_none(bill):
    earlier = earlier_of(bill)
    assert own_figures.differences(bill, earlier) == []
    Bill.objects.filter(pk=earlier.pk).update(state=BillState.VOID)
    assert own_figures.before(bill) is None


def test_the_phone_says_it_beside_the_answer(bill, village, manager):
    path = bill_url(bill, TODAY).split("//")[-1].partition("/")[2]
    assert "常见问题" not in Client().get(f"/{path}").content.decode()
    writing.begin(manager, village, NOW)
    text = Client().get(f"/{path}").content.decode()
    assert "为什么比上月多" in text and "相比" not in text  # there is no bill before it
    first = bill.lines.order_by("position")[0]
    earlier_of(bill, amount_minor=first.amount_minor + 100)
    text = Client().get(f"/{path}").content.decode()
    assert "与 2026-01 相比" in text and " → " in text
    assert "房子空着" not in text  # not marked for residents
