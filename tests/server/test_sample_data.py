"""The sample community has what a demonstration counts on, on any day of the year."""

from datetime import UTC, date, datetime

import pytest
from django.db.models import Count

from server.api.kiosk_config import config_of
from server.billing.models import Bill
from server.billing.unit_accounts import account_of, find_unit
from server.estate.models import Community, Resident, Unit
from server.payments.verification import verify_books
from server.sample_data.creation import create_sample

pytestmark = pytest.mark.django_db


def sample(today: date) -> Community:
    return create_sample(
        today, datetime(today.year, today.month, today.day, 4, tzinfo=UTC)
    ).community


@pytest.mark.parametrize(
    "today", [date(2026, 11, 24), date(2026, 3, 1), date(2028, 2, 29), date(2026, 12, 31)]
)
def test_on_any_day(today: date):
    lakeside = sample(today)
    assert (lakeside.code, lakeside.name_zh, lakeside.test) == ("lakeside", "湖畔花园", True)
    assert Unit.objects.count() == 300
    wang = account_of(find_unit(lakeside, "3-2-1201"), today)
    assert wang.payer == "王*明"
    assert len(wang.bills) == 3
    assert [bill.due < today for bill in wang.bills] == [True, False, False]
    assert [bill.late_fee_minor > 0 for bill in wang.bills] == [True, False, False]
    assert {line.fee_item for line in wang.bills[0].lines} == {
        "property",
        "electricity",
        "parking",
    }
    assert wang.bills[-1].lines[0].amount_minor == 33_208
    assert verify_books() == []


def test_every_kind_of_unit_is_there():
    today = date(2026, 11, 24)
    lakeside = sample(today)
    all_paid = find_unit(lakeside, "3-2-1202")
    assert account_of(all_paid, today).bills == []
    assert Bill.objects.filter(unit=all_paid, state="paid").count() == 3
    never_billed = find_unit(lakeside, "3-2-2502")
    assert not Bill.objects.filter(unit=never_billed).exists()
    assert account_of(find_unit(lakeside, "3-2-1102"), today).credit_minor == 5_600
    states = dict(Bill.objects.order_by().values_list("state").annotate(Count("pk")))
    assert states["paid"] > 300 and states["open"] > 200
    names = set(Resident.objects.values_list("name", flat=True))
    assert {"王㛃", "李頔", "赵翀", "Anna Schmidt"} <= names
    lobby = config_of(lakeside.kiosks.get(), datetime(2026, 11, 24, 4, tzinfo=UTC)).notices
    assert len(lobby) == 3, "it stands in the building whose lift is serviced"


def test_the_same_seed_gives_the_same_neighbours_and_running_again_changes_nothing():
    today = date(2026, 11, 24)
    sample(today)
    before = list(Bill.objects.order_by("pk").values_list("number", "amount_minor", "state"))
    sample(today)
    assert (
        list(Bill.objects.order_by("pk").values_list("number", "amount_minor", "state")) == before
    )
