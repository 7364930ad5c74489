"""Units are found by who lives there, by whoever may look at residents, and there only."""

import json

import pytest
from django.test import Client

from server.estate.models import Resident
from server.staff.roles import Role
from tests.server.staff_accounts import create_person, signed_in
from tests.server.village import create_village

pytestmark = pytest.mark.django_db
LIST = "/admin/estate/unit/"


def found(client: Client, term: str) -> int:
    page = client.get(LIST, {"q": term})
    assert page.status_code == 200
    return page.context["cl"].result_count


def suggested(client: Client, term: str) -> int:
    asked = {"app_label": "estate", "model_name": "occupancy", "field_name": "unit", "term": term}
    answer = client.get("/admin/autocomplete/", asked)
    return len(json.loads(answer.content)["results"]) if answer.status_code == 200 else 0


def test_whoever_may_not_see_residents_finds_no_unit_by_their_names():
    village = create_village()
    resident = Resident.objects.filter(occupancies__isnull=False).first()
    assert resident is not None
    unit = resident.occupancies.get().unit
    clerk = signed_in(create_person("clerk", (village, Role.BOOKKEEPER)))
    technician = signed_in(create_person("technician", (village, Role.TECHNICIAN)))
    for term in (resident.name, resident.name[:1]):
        assert found(clerk, term) >= 1
        assert found(technician, term) == suggested(technician, term) == 0
    assert found(clerk, unit.code) == found(technician, unit.code) >= 1


def test_a_role_in_one_community_finds_no_residents_of_another():
    east, west = create_village("east"), create_village("west")
    both = signed_in(create_person("wu", (east, Role.BOOKKEEPER), (west, Role.TECHNICIAN)))
    Resident.objects.filter(community=east).update(name="东东")
    Resident.objects.filter(community=west).update(name="西西")
    assert found(both, "东东") >= 1
    assert found(both, "西西") == 0
