"""The command of a billing run: what it prints, and what it refuses."""

import json

import pytest

from server import cli
from server.billing.models import Bill, FeeItem
from server.estate.models import Unit
from server.ledger.posting import balance
from tests.server.billing_runs.hamlet import (
    create_hamlet,
)

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("options", [[], ["--preview"]])
def test_the_command_says_exactly_this(capsys, options: list[str]):
    hamlet = create_hamlet()
    Unit.objects.filter(code="3-1-102").update(kind="parking", area_m2=0)
    FeeItem.objects.exclude(code="property").update(unit_kinds=["home"])
    arguments = ["billing-run", "--community", "hamlet", "--period", "2026-12", "--json", *options]
    assert cli.main(arguments) == 0
    told = json.loads(capsys.readouterr().out)
    assert list(told) == ["units", "bills", "lines", "total_minor", "blocked", "warnings"]
    assert told["blocked"] == [
        {"unit": "3-1-102", "item": "property", "reason": "unit 3-1-102 has no area"}
    ]
    assert (told["units"], told["bills"], told["lines"], told["warnings"]) == (6, 5, 20, [])
    assert Bill.objects.count() == (0 if options else 5)
    if not options:
        assert told["total_minor"] == balance(hamlet.pk, "receivable")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--community", "nowhere"], "no community nowhere; there are: hamlet"),
        (["--period", "december"], "december is no period"),
        (["--items", "gas"], "no fee item gas"),
        (["--person", "nobody"], "no member of staff nobody"),
    ],
)
def test_the_command_refuses_in_words(capsys, arguments: list[str], said: str):
    create_hamlet()
    usual = ["billing-run", "--community", "hamlet", "--period", "2026-12"]
    assert cli.main([*usual, *arguments]) == 1
    assert said in capsys.readouterr().err
    assert not Bill.objects.exists()
