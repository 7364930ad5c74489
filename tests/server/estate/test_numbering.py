"""A community's own numbering: checked, kept in one spelling, delivered to kiosks, printed on bills."""

import json
from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.template.loader import render_to_string

from contract.numberings import NUMBERINGS
from contract.scan_kind import classify
from contract.unit_code import DEFAULT
from server.api import kiosk_config
from server.billing import bill_pdf
from server.billing.models import Bill
from server.billing.unit_accounts import UnitNotFound, find_unit
from server.estate.models import Community, FormerUnitCode, Unit
from server.fleet.models import Kiosk
from server.sample_data.neighbours import create_neighbours
from tests.server.village import NOW, TODAY, create_village, issue

pytestmark = pytest.mark.django_db


def unit_of(community: Community, code: str, **changes: object) -> Unit:
    values = {
        "community": community,
        "building": community.buildings.first(),
        "entrance": "",
        "room": "1",
        "code": code,
        "label_zh": code,
        "label_en": code,
        "area_m2": Decimal(50),
    }
    return Unit(**{**values, **changes})


@pytest.mark.parametrize(
    "typed", ["01-01-101", "1栋1单元101", "１－１－１０１", "1 1 101", "Building 1, Room 1-101"]
)
def test_every_spelling_finds_the_unit(typed: str):
    village = create_village()
    assert find_unit(village, typed).code == "1-1-101"


def test_a_former_code_is_found_in_every_spelling_too():
    village = create_village()
    issue(village)
    unit = village.units.get(code="1-1-101")
    unit.code = "1-1-109"
    unit.save()
    assert FormerUnitCode.objects.get().code == "1-1-101"
    assert find_unit(village, "01栋1单元101") == unit


def test_two_units_that_could_be_meant_are_neither():
    village = create_village()
    for code in ("7-1-101", "07-1-101"):
        unit_of(village, code).save()
    assert find_unit(village, "07-1-101").code == "07-1-101"
    with pytest.raises(UnitNotFound):
        find_unit(village, "007-1-101")


@pytest.mark.parametrize("code", ["B1-103", "S-08", "88", "3-2-12A", "1234-1-1", "1-1-甲"])
def test_a_code_that_cannot_be_typed_there_is_refused(code: str):
    with pytest.raises(ValidationError, match=r"不合本小区的编号规则|code"):
        unit_of(create_village(), code).full_clean()


def test_a_code_is_kept_in_one_spelling_and_given_once():
    village = create_village()
    made = unit_of(village, "3栋２单元1201")
    made.full_clean()
    assert made.code == "3-2-1201"
    with pytest.raises(ValidationError, match="与 1-1-101 只差前导零或大小写"):
        unit_of(village, "01-1-101").full_clean()


def test_a_numbering_that_existing_units_do_not_fit_is_refused():
    village = create_village()
    village.numbering = NUMBERINGS["towers"][0].model_dump()
    with pytest.raises(ValidationError, match="不合此规则"):
        village.full_clean()


@pytest.mark.parametrize("told", [{}, {"kinds": []}, {"kinds": [{"parts": []}]}, []])
def test_a_numbering_with_mistakes_is_refused(told: object):
    village = create_village()
    village.numbering = told
    with pytest.raises(ValidationError, match="numbering"):
        village.full_clean()


def test_a_numbering_that_cannot_be_read_is_the_usual_one():
    village = create_village()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE estate_community SET numbering = %s", [json.dumps({"kinds": 3})])
    village.refresh_from_db()
    assert village.unit_numbering == DEFAULT


def test_five_communities_named_differently_from_the_form_to_the_bill():
    """Each unit's code is one of its community's, is scanned, and is told on the bill as it is typed."""
    create_village("lakeside")
    neighbours = create_neighbours(TODAY, NOW)
    assert {c.code for c in neighbours} == set(NUMBERINGS) - {"lakeside"}
    for community in neighbours:
        kiosk = Kiosk.objects.get(community=community)
        config = kiosk_config.config_of(kiosk, NOW)
        assert config.numbering == NUMBERINGS[community.code][0]
        assert set(NUMBERINGS[community.code][1]) <= set(config.unit_codes)
        assert Bill.objects.filter(community=community).exists()
        for unit in community.units.all():
            unit.full_clean()
            scanned = classify(f"LPUNIT:{community.code}:{unit.code}")
            assert find_unit(community, scanned.unit) == unit
        bill = Bill.objects.filter(community=community).first()
        assert bill is not None
        paper = render_to_string("billing/bill.html", bill_pdf._words(bill, TODAY))
        assert f"输入 {bill.unit.code}" in paper
        assert ("选“" in paper) == (len(config.numbering.kinds) > 1)


def test_neighbours_are_made_once():
    create_neighbours(TODAY, NOW)
    before = Unit.objects.count()
    create_neighbours(date(2027, 1, 1), NOW)
    assert Unit.objects.count() == before
