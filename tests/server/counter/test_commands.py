"""What the commands of the front desk print."""

import json

import pytest

from server import cli
from server.billing.instalments.agreeing import agree_by
from server.estate.models import Unit
from tests.server.billing.instalments.test_instalments import CLERK, terms
from tests.server.billing.packages.offers import create_offer, pay, sell
from tests.server.billing_runs.hamlet import NOW, PERIOD, TODAY, create_hamlet, run_all

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


def test_instalments_and_how_far_they_are_paid(capsys):
    hamlet = create_hamlet(buildings=1)
    run_all(hamlet)
    unit = Unit.objects.select_related("community").get(code="1-1-101")
    agree_by(CLERK, unit, terms(unit), "x", today=TODAY, at=NOW)
    assert cli.main(["instalments", "--json"]) == 0
    [told] = json.loads(capsys.readouterr().out)
    assert (told["unit"], told["paid"], told["of"]) == ("1-1-101", 0, 3)
    assert cli.main(["instalments", "--missed", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == []
    assert cli.main(["instalments"]) == 0
    assert "1-1-101  going_on  0/3" in capsys.readouterr().out
