"""Where staff begin: what waits for whom, the jobs of each role, and a box to find things."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from server.estate.models import Community
from server.fleet.models import Kiosk
from server.staff.models import Act, Request
from server.staff.roles import Role
from server.workplace import search
from server.workplace.views import jobs_of, waiting_for
from tests.server.open_questions import questions as lobby
from tests.server.payments.conftest import world  # noqa: F401
from tests.server.staff_accounts import create_person, create_staff, signed_in
from tests.server.village import NOW, bill_of, create_village, issue

pytestmark = pytest.mark.django_db
START = "/staff/"


@pytest.fixture
def village() -> Community:
    made = create_village()
    issue(made)
    return made


def names(person) -> set[str]:
    return {job.link.rstrip("/").rpartition("/")[2] for job in jobs_of(person)}


def hits(person, term: str) -> list[str]:
    return [hit.title for group in search.find(person, term) for hit in group.hits]


def test_signing_in_leads_here(client: Client, village):
    create_staff("boss")
    answer = client.post("/staff/login/", {"username": "boss", "password": "a-long-password"})
    assert answer["Location"] == START
    page = client.get(START).content.decode()
    assert "待查款项" in page and '<html lang="zh-Hans">' in page
    client.post("/i18n/setlang/", {"language": "en", "next": START})
    page = client.get(START).content.decode()
    assert "Waits for you" in page and "待查" not in page


def test_each_role_has_its_jobs_and_each_leads_somewhere(village):
    technician = create_person("technician", (village, Role.TECHNICIAN))
    collector = create_person("collector", (village, Role.COLLECTOR))
    assert not {"bill", "resident", "people"} & names(technician)
    assert {"bill", "resident"} <= names(collector) and "people" not in names(collector)
    assert "people" in names(create_person("boss", (village, Role.ADMINISTRATOR)))
    for role in Role:
        person = create_person(f"one-{role}", (village, role))
        client = signed_in(person)
        for job in jobs_of(person):
            assert client.get(job.link).status_code == 200, (role, job.link)


def test_who_holds_no_role_is_told_whom_to_ask(village):
    page = signed_in(create_person("nobody")).get(START).content.decode()
    assert "还没有岗位" in page and 'class="wait' not in page


def test_what_waits_is_counted_for_whoever_can_do_something(world):  # noqa: F811
    lobby.lost_card(world)
    community = world.community
    Kiosk.objects.update(heard_at=timezone.now() - timedelta(days=1), active=True)
    asker = create_person("asker", (community, Role.COLLECTOR))
    Request.objects.create(
        community=community,
        kind="void_bill",
        subject="1",
        amount_minor=1,
        currency="CNY",
        reason="x",
        asked_by=asker,
        asked_by_name="asker",
        asked_at=NOW,
        expires_at=timezone.now() + timedelta(days=1),
    )

    def counts(person) -> dict[str, int]:
        return {w.link: w.count for w in waiting_for(person, timezone.now())}

    approver = counts(create_person("approver", (community, Role.APPROVER)))
    assert (approver["/staff/requests/"], approver["/staff/fleet/"]) == (1, 1)
    assert approver["/staff/open-questions/"] >= 1
    assert counts(asker)["/staff/requests/"] == 1, "one's own, that another has to approve"
    elsewhere = counts(create_person("elsewhere", (create_village("other"), Role.APPROVER)))
    assert set(elsewhere.values()) == {0}


def test_the_box_finds_units_residents_bills_receipts_and_kiosks(world):  # noqa: F811
    lobby.lost_card(world)
    person = create_person("clerk", (world.community, Role.COLLECTOR))
    resident = world.community.residents.get()
    number = world.unit.bills.first().number
    for term, found in (
        ("3-2-1201", "3-2-1201"),
        ("３-２-1201", "3-2-1201"),
        ("王小", resident.masked_name),
        ("1380000", resident.masked_name),
        ("138 0000 1201", resident.masked_name),
        (number, number),
        ("k03-", "K03-000002"),
        ("k03", "K03"),
    ):
        assert found in hits(person, term), term
    assert hits(person, "138") == hits(person, "") == hits(person, "没有") == []
    assert resident.name not in str(hits(person, "王小"))


def test_a_look_for_residents_is_written_down_and_others_are_not(village):
    person = create_person("clerk", (village, Role.COLLECTOR))
    search.find(person, bill_of(village).number)
    assert not Act.objects.exists()
    search.find(person, "王小")
    [act] = Act.objects.all()
    assert (act.act, act.community, act.after) == ("searched", village, {"q": "王小"})


def test_the_box_finds_nothing_that_one_may_not_see(village):
    technician = create_person("technician", (village, Role.TECHNICIAN))
    other = create_village("other")
    elsewhere = create_person("elsewhere", *((other, role) for role in Role))
    number = bill_of(village).number
    assert hits(technician, "王小") == [] and hits(technician, number) == []
    assert number not in hits(elsewhere, number)
    assert len(hits(elsewhere, "1-1-101")) < len(hits(create_staff("boss"), "1-1-101"))


def test_many_hits_lead_to_the_whole_list(village):
    boss = create_staff("boss")
    for number in range(search.EACH_MAX + 1):
        Kiosk.objects.create(
            community=village, code=f"K{number:02}", location_zh="大堂", location_en="Lobby"
        )
    [group] = search.find(boss, "大堂")
    assert len(group.hits) == search.EACH_MAX and group.more.endswith("?q=大堂")
    assert "大堂" in signed_in(boss).get(f"{START}?q=大堂").content.decode()
