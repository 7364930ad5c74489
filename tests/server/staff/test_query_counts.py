"""A list of staff asks the database as often for a hundred rows as for ten."""

import pytest
from django.contrib import admin
from django.db import connection
from django.db.models import ForeignKey
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from server.estate.models import Unit
from tests.server.billing_runs.hamlet import create_hamlet, run_all
from tests.server.staff_accounts import create_staff, signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.any_database, pytest.mark.timeout(400)]
FEW, MANY = 10, 100


def lists() -> list[str]:
    names = [
        f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist"
        for model in admin.site._registry
    ]
    return [reverse(name) for name in sorted(names)]


def asked(client: Client, address: str) -> tuple[int, list[str]]:
    """How many questions the page asks, and which; the session's are the same each time."""
    client.get(address)  # what is remembered for the whole process is read now
    with CaptureQueriesContext(
        connection,
    ) as found:
        assert client.get(address).status_code == 200, address
    return len(found), [query["sql"] for query in found]


def test_no_list_asks_for_each_row():
    company = signed_in(create_staff("company"))
    run_all(create_hamlet("few", buildings=1, rooms=FEW), size=FEW)
    before = {address: asked(company, address)[0] for address in lists()}
    run_all(create_hamlet("many", buildings=1, rooms=MANY - FEW), size=MANY)
    assert Unit.objects.count() == MANY
    more = {}
    for address in lists():
        count, queries = asked(company, address)
        if count > before[address] + 2:  # a page more, another filter
            more[address] = (before[address], count, queries[-1][:300])
    assert not more


@pytest.mark.parametrize("model", admin.site._registry, ids=str)
def test_what_a_list_names_of_other_rows_is_read_with_it(model, rf):
    """Also where the link may lead to nobody: Django by itself follows only those that never do."""
    request = rf.get("/")
    request.user = create_staff("company")
    page = admin.site._registry[model]
    links = {field.name for field in model._meta.fields if isinstance(field, ForeignKey)}
    followed = page.get_list_select_related(request)
    assert followed is True or links & set(page.get_list_display(request)) <= set(followed or ())
