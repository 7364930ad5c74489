"""The staff pages: for staff only, Chinese first, live."""

import pytest
from django.contrib.auth.models import User
from django.test import Client

from server.billing.models import Bill
from server.fleet.admin import KioskAdmin
from server.fleet.heartbeats import record_heartbeat
from server.fleet.models import Kiosk
from server.staff.models import Act
from tests.server.fleet.heartbeats import PAPER_LOW, device, heartbeat, kiosk
from tests.server.pages import foreign
from tests.server.village import NOW, bill_of, create_village, issue

pytestmark = pytest.mark.django_db


def test_strangers_are_sent_to_the_login_page(client: Client):
    page = client.get("/", follow=True)
    assert page.redirect_chain[-1][0].startswith("/staff/login/?next=/staff/")
    assert "员工登录" in page.content.decode()


def test_a_live_part_whose_login_ended_sends_the_whole_page_there(client: Client):
    answer = client.get("/staff/fleet/live/", headers={"HX-Request": "true"})
    assert (answer.status_code, answer["HX-Redirect"]) == (204, "/staff/login/")


def test_who_is_not_staff_is_refused(client: Client):
    User.objects.create_user("guest", password="a-long-password")
    client.login(username="guest", password="a-long-password")
    assert client.get("/staff/fleet/").status_code == 403


@pytest.fixture
def paper_low() -> None:
    record_heartbeat(kiosk(), heartbeat(NOW, device("printer", PAPER_LOW)), now=NOW)


@pytest.mark.parametrize("path", ["/staff/fleet/", "/staff/fleet/live/"])
def test_the_fleet_is_in_chinese_whatever_the_browser_asks(staff: Client, paper_low, path: str):
    text = staff.get(path, headers={"Accept-Language": "en"}).content.decode()
    for words in ("K03", "纸快用完了", "3号楼大堂", "今日收款"):
        assert words in text
    assert foreign(text, "zh-hans") == []


@pytest.mark.parametrize("path", ["/staff/fleet/", "/staff/fleet/live/"])
def test_the_fleet_is_in_english_when_chosen(staff: Client, paper_low, path: str):
    staff.post("/i18n/setlang/", {"language": "en", "next": "/staff/fleet/"})
    text = staff.get(path).content.decode()
    for words in ("K03", "Put in a new 80 mm roll", "Taken today"):
        assert words in text
    assert foreign(text, "en") == []


def test_what_a_kiosk_says_cannot_run_on_the_page(staff: Client):
    evil = {"level": "error", "code": "x", "staff": {"zh": "<script>alert(1)</script>"}}
    record_heartbeat(kiosk(), heartbeat(NOW, device("printer", evil)), now=NOW)
    assert "<script>alert" not in staff.get("/staff/fleet/live/").content.decode()


def test_an_empty_server_says_what_to_do(staff: Client):
    assert "sample-data" in staff.get("/staff/fleet/").content.decode()


@pytest.mark.parametrize(
    "page",
    [
        "",
        "estate/community/",
        "estate/unit/",
        "estate/resident/add/",
        "billing/bill/",
        "billing/tariff/add/",
        "billing/meterreading/",
        "ledger/transaction/",
        "ledger/account/",
        "fleet/kiosk/",
        "notices/notice/",
        "auth/user/",
    ],
)
def test_the_back_office_opens(staff: Client, page: str):
    issue(create_village())
    assert staff.get(f"/admin/{page}").status_code == 200


def test_the_books_cannot_be_edited_in_the_back_office(staff: Client):
    issue(create_village())
    assert staff.get("/admin/ledger/transaction/add/").status_code == 403
    assert staff.get("/admin/billing/bill/add/").status_code == 403


def test_staff_void_a_bill_and_make_a_pairing_code(staff: Client):
    village = create_village()
    issue(village)
    chosen = {"action": "void_bills", "_selected_action": [bill_of(village).pk]}
    page = staff.post("/admin/billing/bill/", chosen, follow=True)
    assert "请写明作废原因" in page.content.decode()
    assert not Bill.objects.filter(state="void") and not Act.objects.exists()
    chosen |= {"reason": "面积登记有误"}
    page = staff.post("/admin/billing/bill/", chosen, follow=True)
    assert "已作废 1 张账单" in page.content.decode()
    voided = Bill.objects.get(state="void")
    act = Act.objects.get()
    assert (act.act, act.subject_id, act.reason) == ("bill_voided", voided.number, "面积登记有误")
    assert act.person_name and (act.before["state"], act.after["state"]) == ("open", "void")
    page = staff.post(
        "/admin/billing/bill/", chosen | {"_selected_action": [voided.pk]}, follow=True
    )
    assert "不是待缴状态" in page.content.decode() and Act.objects.count() == 1
    chosen = {"action": "new_pairing_code", "_selected_action": [kiosk().pk]}
    page = staff.post("/admin/fleet/kiosk/", chosen, follow=True)
    assert "K03 的配对码：" in page.content.decode()


def test_the_back_office_speaks_chinese_too(staff: Client):
    text = staff.get("/admin/billing/bill/").content.decode()
    assert "输入文字搜索" in text
    assert "Type to search" not in text


def test_who_corrects_a_kiosks_place_changes_nothing_else_of_it(client: Client, monkeypatch):
    """The kiosk goes on telling its journal between the reading of its row and the saving."""
    User.objects.create_superuser("boss", password="a-long-password")
    client.login(username="boss", password="a-long-password")
    machine = kiosk()
    save = KioskAdmin.save_model

    def meanwhile(self, request, obj, form, change):
        Kiosk.objects.filter(pk=machine.pk).update(journal_sequence=42, stopped="twin")
        save(self, request, obj, form, change)

    monkeypatch.setattr(KioskAdmin, "save_model", meanwhile)
    place = {"location_zh": "新大堂", "location_en": "New lobby", "active": "on"}
    form = {"community": machine.community_id, "code": machine.code, **place}
    assert client.post(f"/admin/fleet/kiosk/{machine.pk}/change/", form).status_code == 302
    machine.refresh_from_db()
    assert (machine.location_zh, machine.journal_sequence) == ("新大堂", 42)
    assert machine.stopped == "twin"
