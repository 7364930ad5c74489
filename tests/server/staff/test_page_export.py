"""Open questions, jobs and prices are taken out for Excel and as CSV: scoped, logged, no formula."""

import io

import pytest
from django.utils import timezone
from openpyxl import load_workbook

from server.billing.models import FeeItem
from server.estate.models import Community
from server.jobs import queue
from server.staff.models import Act
from server.staff.roles import Role
from tests.server.open_questions import questions as lobby
from tests.server.payments.conftest import world  # noqa: F401
from tests.server.staff_accounts import create_person, signed_in
from tests.server.village import create_village

pytestmark = pytest.mark.django_db


def cells(answer) -> list[tuple]:
    book = load_workbook(io.BytesIO(b"".join(answer.streaming_content)))
    return list(book.active.iter_rows(values_only=True))


def text(answer) -> str:
    return b"".join(answer.streaming_content).decode()


def test_prices_are_taken_out_for_excel_and_as_csv():
    village = create_village()
    FeeItem.objects.filter(code="property").update(name_zh="=1+1")
    clerk = signed_in(create_person("clerk", (village, Role.BOOKKEEPER)))
    heading, *rows = cells(clerk.get(f"/staff/prices/?community={village.pk}&export=xlsx"))
    assert heading[0] == "收费项目" and len(rows) == 3
    assert ("=1+1", "2.8") in [(row[0], row[3]) for row in rows]
    said = text(clerk.get(f"/staff/prices/?community={village.pk}&export=csv"))
    assert "'=1+1" in said
    acts = Act.objects.filter(act="list_exported", subject_kind="prices", community=village)
    assert [act.after["rows"] for act in acts] == [3, 3]


def test_what_is_taken_out_is_ones_own_communities(world):  # noqa: F811
    lobby.lost_card(world)
    far = Community.objects.create(code="far", name_zh="远庄", name_en="Far", test=True)
    for place in (world.community, far):
        queue.enqueue(
            place, "bill_papers", f"{place.pk}", total=7, asked_by="Li", at=timezone.now()
        )
    here = signed_in(create_person("here", (world.community, Role.BOOKKEEPER)))
    there = signed_in(create_person("there", (far, Role.BOOKKEEPER)))
    name = world.community.name_zh
    for page in ("/staff/open-questions/", "/staff/jobs/"):
        mine, others = (cells(who.get(f"{page}?export=xlsx"))[1:] for who in (here, there))
        assert [row[0] for row in mine] == [name], page
        assert name not in [row[0] for row in others], page
        assert "?export=csv" in here.get(page).content.decode()


def test_any_other_word_is_the_page(world):  # noqa: F811
    here = signed_in(create_person("here", (world.community, Role.BOOKKEEPER)))
    assert "<h1>" in here.get("/staff/jobs/?export=exe").content.decode()
