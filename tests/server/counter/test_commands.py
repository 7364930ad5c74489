"""What the commands of the front desk print."""

import json

import pytest

from server import cli
from server.estate.models import Unit
from tests.server.billing.packages.offers import create_offer, pay, sell
from tests.server.billing_runs.hamlet import PERIOD, create_hamlet, run_all

pytestmark = pytest.mark.django_db


def test_packages_with_their_months_to_come(capsys):
    hamlet = create_hamlet(buildings=1)
    sale = sell(Unit.objects.get(code="1-1-101"), create_offer(hamlet), PERIOD)
    pay(sale.bill)
    run_all(hamlet)
    assert cli.main(["packages", "--json"]) == 0
    [told] = json.loads(capsys.readouterr().out)
    assert (told["unit"], told["state"], told["used"]) == ("1-1-101", "paid", 1)
    assert (told["to_come"][0], told["to_come"][-1], len(told["to_come"])) == (
        "2027-01",
        "2027-11",
        11,
    )
    assert cli.main(["packages"]) == 0
    assert f"1-1-101  {sale.bill.number}  paid  11  2027-11" in capsys.readouterr().out
