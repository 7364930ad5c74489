"""Notices are written by staff: looked at first, published as they were looked at, changed and taken down
with a reason, and what they said before stays."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from server.estate.models import Building, Community
from server.fleet.models import Kiosk
from server.notices.models import Notice
from server.notices.writing import NotWritten, publish
from server.notices_page import pages as notice_pages
from server.staff.models import Act
from server.staff.roles import Role
from tests.server.fleet.heartbeats import kiosk
from tests.server.pages import foreign
from tests.server.staff_accounts import create_person, signed_in
from tests.server.village import create_village

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]
LIST, NEW = "/staff/notices/", "/staff/notices/new/"


@pytest.fixture
def machine() -> Kiosk:
    return kiosk()


@pytest.fixture
def village(machine) -> Community:
    return machine.community


@pytest.fixture
def boss(village) -> Client:
    return signed_in(create_person("boss", (village, Role.ADMINISTRATOR)))


def form(village: Community, **more) -> dict:
    today = timezone.now().date()
    return {
        "community": village.code,
        "title_zh": "周六停水",
        "title_en": "No water on Saturday",
        "body_zh": "八点到十二点\n\n\n请储水",
        "body_en": "From 8 to 12\n\n\nKeep some <b>water</b>",
        "show_from": str(today),
        "show_until": str(today + timedelta(days=3)),
        "reason": "the works asked for it",
    } | more


def seen(client: Client, address: str, given: dict) -> str:
    """What the page gives whoever looked at it."""
    page = client.post(address, given | {"do": "look"})
    assert page.status_code == 200
    return re.search(r'name="seen" value="(\w+)"', page.content.decode())[1]


def published(client: Client, village: Community, address: str = NEW, **more) -> Notice:
    given = form(village, **more)
    answer = client.post(
        address, given | {"do": "publish", "seen": seen(client, address, given)}, follow=True
    )
    assert answer.status_code == 200, answer.content.decode()
    return Notice.objects.latest("pk")


def test_it_is_drawn_before_it_hangs(boss, village, machine):
    machine.building = village.buildings.get()
    machine.save()
    page = boss.post(NEW, form(village, do="look")).content.decode()
    assert page.count('class="kiosk-drawn"') == 4 and page.count('class="kiosk-drawn elder"') == 4
    assert page.count('class="phone-drawn"') == 2
    assert "周六停水" in page and "No water on Saturday" in page and "扫账单二维码" in page
    assert "&lt;b&gt;" in page and f"{machine.code} " in page
    assert not Notice.objects.exists()


def test_only_what_was_looked_at_is_published(boss, village):
    given = form(village)
    stale = seen(boss, NEW, given)
    changed = given | {"title_en": "No water on Sunday", "do": "publish"}
    for digest in ("", stale):
        page = boss.post(NEW, changed | {"seen": digest})
        assert page.status_code == 422 and "请先预览" in page.content.decode()
    assert not Notice.objects.exists()
    boss.post(NEW, changed | {"seen": seen(boss, NEW, changed)})
    assert Notice.objects.get().title_en == "No water on Sunday"


def test_what_was_published_and_changed_stays_in_the_log_and_on_the_page(boss, village):
    house = village.buildings.get()
    notice = published(boss, village)
    assert notice.body_zh == "八点到十二点\n\n请储水"
    page = f"{LIST}{notice.pk}/"
    published(
        boss, village, page, title_zh="周日停水", buildings=[house.pk], kinds=["shop"], version=1
    )
    notice.refresh_from_db()
    assert (notice.title_zh, notice.kinds, notice.buildings, notice.version) == (
        "周日停水",
        ["shop"],
        [house],
        2,
    )
    changed, made = Act.objects.filter(subject_kind="notice").order_by("-pk")
    assert (made.act, changed.act) == ("notice_published", "notice_changed")
    assert changed.before == {"title_zh": "周六停水", "buildings": [], "kinds": []}
    assert changed.after == {"title_zh": "周日停水", "buildings": [house.code], "kinds": ["shop"]}
    assert changed.reason == "the works asked for it" and changed.person_name
    shown = boss.get(page).content.decode()
    assert "<del>周六停水</del>" in shown and "<ins>商铺</ins>" in shown and house.name_zh in shown


def test_two_who_change_it_at_once_do_not_overwrite_each_other(boss, village):
    notice = published(boss, village)
    page = f"{LIST}{notice.pk}/"
    published(boss, village, page, title_zh="周日停水", version=1)
    given = form(village, title_zh="周一停水", version=1)
    late = boss.post(page, given | {"do": "publish", "seen": seen(boss, page, given)})
    assert late.status_code == 422 and "有人修改过" in late.content.decode()
    notice.refresh_from_db()
    assert notice.title_zh == "周日停水"


def test_it_is_taken_down_with_a_reason_and_stays_to_be_read(boss, village, client):
    notice = published(boss, village)
    page = f"{LIST}{notice.pk}/"
    assert boss.post(page, {"do": "take_down", "reason": " "}).status_code == 422
    boss.post(page, {"do": "take_down", "reason": "the water is back"})
    notice.refresh_from_db()
    assert notice.taken_down_at and Act.objects.filter(act="notice_taken_down").count() == 1
    assert "这条公告已经撤下" in client.get(f"/n/{notice.pk}?language=zh-hans").content.decode()
    again = form(village, version=2)
    assert boss.post(page, again | {"do": "publish"}).status_code == 422
    with pytest.raises(NotWritten):
        user = create_person("other", (village, Role.ADMINISTRATOR))
        publish(user, village, notice, notice_pages._wanted_of(notice), "x", timezone.now(), 2)
    assert "周六停水" in boss.get(f"{NEW}?like={notice.pk}").content.decode()


@pytest.mark.parametrize(
    "wrong",
    [
        {"title_zh": " "},
        {"body_en": ""},
        {"title_zh": "长" * 61},
        {"body_zh": "长" * 1501},
        {"show_from": "tomorrow"},
        {"show_until": "2020-01-01"},
        {"show_until": "2099-01-01"},
        {"buildings": ["9999999"]},
        {"kinds": ["castle"]},
    ],
)
def test_what_cannot_hang_so_is_refused_in_words(boss, village, wrong):
    page = boss.post(NEW, form(village, do="look", **wrong))
    assert page.status_code == 422 and 'role="alert"' in page.content.decode()
    assert not Notice.objects.exists()


def test_a_building_of_another_community_is_refused(boss, village):
    other = Building.objects.filter(community=create_village("other")).get()
    assert boss.post(NEW, form(village, do="look", buildings=[other.pk])).status_code == 422


def test_only_where_the_person_writes_notices(boss, village):
    notice = published(boss, village)
    page = f"{LIST}{notice.pk}/"
    stranger = signed_in(create_person("far", (create_village("far"), Role.ADMINISTRATOR)))
    assert stranger.get(page).status_code == stranger.post(page, form(village)).status_code == 404
    assert stranger.post(NEW, form(village, do="look")).status_code == 403
    assert "周六停水" not in stranger.get(LIST).content.decode()
    reader = signed_in(create_person("reader", (village, Role.AUDITOR)))
    assert 'name="title_zh"' not in reader.get(page).content.decode()
    assert reader.post(page, form(village, do="look")).status_code == 403
    assert reader.get(NEW).status_code == 403


def test_the_pages_speak_one_language(boss, village, machine):
    notice = published(boss, village)
    boss.cookies["django_language"] = "en"
    names = (village.name_zh, machine.location_zh)
    shown = boss.get(LIST).content.decode()
    assert not foreign(shown, "en", *names), foreign(shown, "en", *names)
    bare = re.sub(
        r"<(figure)\b.*?</figure>|<(textarea)\b.*?</textarea>",
        "",
        boss.get(f"{LIST}{notice.pk}/").content.decode(),
        flags=re.DOTALL,
    )
    assert not foreign(bare, "en", *names, "周六停水"), foreign(bare, "en", *names)


def test_letters_and_signs_come_by_name_only(boss, client):
    assert boss.get(f"{LIST}looks/scan").headers["content-type"] == "image/png"
    assert boss.get(f"{LIST}looks/secret").status_code == 404
    assert client.get(f"{LIST}looks/scan").status_code == 302
