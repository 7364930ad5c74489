"""A company moves in with what it is owed, and bills its first month: nothing of the one is in the way of
the other."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from server.billing.models import Bill
from server.billing.verification import verify_ledger
from server.billing_runs import report
from server.billing_runs.presentation import last_total
from server.estate.models import Community
from server.onboarding.importing import import_estate
from server.staff.people import Person
from tests.server.billing_runs.hamlet import run_all
from tests.server.onboarding.files import UNITS, save, unit

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 28, 4, 0, tzinfo=UTC)
TARIFFS = (
    ("item", "item_en", "rule", "rate_yuan", "valid_from"),
    ("物业服务费", "Property fee", "per_area", 2.8, "2026-01-01"),
    ("垃圾费", "Waste", "fixed", 6, "2026-01-01"),
)


@pytest.mark.parametrize("period", ["2026-11", "2026-12"])
def test_what_was_owed_before_is_no_fee_of_the_month(tmp_path: Path, period: str):
    of = Community.objects.create(code="maple", name_zh="枫林苑", name_en="Maple", test=True)
    file = save(
        tmp_path / "estate.xlsx",
        {
            "units": [
                UNITS,
                unit("101", "王一", owed_yuan=100.5),
                unit("102", "王二", credit_yuan=9),
            ],
            "tariffs": TARIFFS,
        },
    )
    taken = import_estate(file, of, person=Person("李"), at=NOW)
    assert not taken.problems
    run = run_all(of, period)
    assert list(report.remarks_of(run)) == [], "and no amount is odd beside it"
    assert last_total(of, period)["bills"] == 0
    bills = Bill.objects.filter(community=of, period=period, lines__fee_item__code="opening")
    assert not bills.exists()
    made = Bill.objects.filter(community=of, period=period).values_list("amount_minor", flat=True)
    assert list(made) == [24780 + 600] * 2
    assert verify_ledger() == []
