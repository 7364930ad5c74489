"""The pages of instalments: previewed, agreed, seen in the work list once a day is missed, ended."""

from datetime import timedelta

import pytest
from django.utils import timezone

from server.billing.instalments.models import InstalmentAgreement
from server.billing.leases import lease
from server.billing.models import Bill
from server.billing.verification import verify_ledger
from server.counter.instalment_views import monthly
from server.estate.models import Unit
from server.staff.models import Request
from server.staff.roles import Role
from tests.server.billing_runs.hamlet import BEFORE, NOW, create_hamlet, run_all
from tests.server.pages import foreign, words_of
from tests.server.staff_accounts import create_person, create_staff, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def hamlet():
    made = create_hamlet(buildings=1)
    run_all(made, BEFORE)
    run_all(made)
    return made


@pytest.fixture
def unit(hamlet):
    return Unit.objects.select_related("community").get(code="1-1-101")


def form(unit, **more: object) -> dict[str, object]:
    today = timezone.localdate()
    return {
        "do": "agree",
        "bills": [bill.number for bill in Bill.objects.filter(unit=unit, state="open")],
        "count": "3",
        "first": (today + timedelta(days=1)).isoformat(),
        "late_fee": "owed",
        "grows": "on",
        "agreed_by": "王小明",
        "agreed_on": today.isoformat(),
        "reason": "失业",
    } | more


def post(client, unit, **more: object) -> str:
    page = client.post(f"/staff/units/{unit.pk}/instalments/", form(unit, **more), follow=True)
    return words_of(page.content.decode())


def test_previewed_agreed_and_ended(hamlet, unit):
    client = signed_in(create_staff("company"))
    said = post(client, unit, do="preview")
    assert "分期方案" in said and not InstalmentAgreement.objects.exists()
    said = post(client, unit)
    agreement = InstalmentAgreement.objects.get()
    assert "已转为分期" in said and "0 / 3" in said
    page = words_of(client.get(f"/staff/units/{unit.pk}/").content.decode())
    assert "分期 第1期，共3期" in page
    assert "请写明理由" in words_of(
        client.post(agreement.get_absolute_url(), {"do": "end"}, follow=True).content.decode()
    )
    said = words_of(
        client.post(
            agreement.get_absolute_url(), {"do": "end", "reason": "不再来"}, follow=True
        ).content.decode()
    )
    assert "余款见账单" in said and Bill.objects.get(kind="rest").state == "open"
    assert verify_ledger() == []


def test_a_missed_day_is_in_the_work_list(hamlet, unit):
    client = signed_in(create_person("keeper", (hamlet, Role.BOOKKEEPER)))
    company = signed_in(create_staff("company"))
    post(company, unit)
    assert "分期逾期" not in words_of(client.get("/staff/").content.decode())
    listed = words_of(client.get("/staff/instalments/").content.decode())
    assert "1-1-101" in listed and "分期中" in listed
    later = timezone.now() + timedelta(days=3)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(timezone, "now", lambda: later)
        company = signed_in(create_staff("other"))
        assert "分期逾期" in words_of(company.get("/staff/").content.decode())
        page = words_of(company.get("/staff/instalments/?which=missed").content.decode())
    assert "已逾期" in page and "1-1-101" in page


def test_above_the_limit_it_waits(hamlet, unit):
    keeper = signed_in(create_person("keeper", (hamlet, Role.COLLECTOR)))
    assert "等待另一人审批" in post(keeper, unit)
    boss = signed_in(create_person("boss", (hamlet, Role.APPROVER)))
    page = words_of(boss.get("/staff/requests/").content.decode())
    assert "同意分期" in page and "3 ×" in page
    [asked] = Request.objects.all()
    boss.post("/staff/requests/", {"request": asked.pk, "decision": "approve"})
    assert InstalmentAgreement.objects.get().parts.count() == 3


def test_what_cannot_be_is_said_beside_the_field(hamlet, unit):
    client = signed_in(create_staff("company"))
    past = (timezone.localdate() - timedelta(days=3)).isoformat()
    assert "不早于今天" in post(client, unit, first=past)
    assert "请改正标出的地方" in post(client, unit, count="1")
    open_ones = Bill.objects.filter(unit=unit, state="open")
    lease(open_ones[:1], "00000000-0000-4000-8000-000000000001", now=NOW)
    page = client.get(f"/staff/units/{unit.pk}/instalments/").content.decode()
    assert open_ones[0].number not in page and open_ones[1].number in page
    assert not InstalmentAgreement.objects.exists()


def test_who_may_not_gets_neither_form_nor_way(hamlet, unit):
    post(signed_in(create_staff("company")), unit)
    one = InstalmentAgreement.objects.get()
    mine, address = f"/staff/units/{unit.pk}/instalments/", one.get_absolute_url()
    auditor = signed_in(create_person("auditor", (hamlet, Role.AUDITOR)))
    assert auditor.get(mine).status_code == auditor.get(address).status_code == 200
    assert 'value="end"' not in auditor.get(address).content.decode()
    assert auditor.post(mine, form(unit)).status_code == 403
    assert auditor.post(address, {"do": "end", "reason": "x"}).status_code == 403
    stranger = signed_in(create_person("stranger", (create_hamlet("other"), Role.BOOKKEEPER)))
    for path in (mine, address):
        assert stranger.get(path).status_code == stranger.post(path).status_code == 404
    assert "1-1-101" not in words_of(stranger.get("/staff/instalments/?which=all").content.decode())


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_pages_speak_one_language(hamlet, unit, language: str):
    client = signed_in(create_staff("company"))
    other = Unit.objects.select_related("community").get(code="1-1-102")
    post(client, unit)
    client.post("/i18n/setlang/", {"language": language})
    names = ("王小明", "失业", "LobbyPay", "小庄", "Hamlet", "company")
    one = InstalmentAgreement.objects.get()
    for address in (one.get_absolute_url(), "/staff/instalments/?which=all"):
        page = client.get(address).content.decode()
        assert not foreign(page, language[:2], *names)
    page = client.post(f"/staff/units/{other.pk}/instalments/", form(other, do="preview"))
    assert not foreign(page.content.decode(), language[:2], *names)


def test_the_same_day_of_each_month():
    from datetime import date

    assert monthly(date(2027, 1, 31), 4) == (
        date(2027, 1, 31),
        date(2027, 2, 28),
        date(2027, 3, 31),
        date(2027, 4, 30),
    )


def amounts_of(page: str) -> str:
    return page.split('name="amounts_of" value="')[1].split('"')[0]


def test_each_amount_may_be_typed_and_together_they_are_what_is_owed(hamlet, unit):
    client = signed_in(create_staff("company"))
    page = client.post(f"/staff/units/{unit.pk}/instalments/", form(unit, do="preview"))
    text = page.content.decode()
    key, whole = amounts_of(text), sum(page.context["seen"].totals)
    assert text.count('name="amount"') == 3
    typed = {"amounts_of": key, "amount": [f"{whole - 3000:d}"[:-2] + ".00", "10", "x"]}
    assert "金额不正确" in post(client, unit, **typed)
    typed["amount"] = ["100", "10", "10"]
    said = client.post(f"/staff/units/{unit.pk}/instalments/", form(unit, **typed)).content.decode()
    assert "各期合计 ￥120.00" in words_of(said) and 'value="100"' in said
    typed["amount"] = [f"{(whole - 3000) / 100:.2f}", "10.00", "￥20"]
    changed = {**typed, "count": "4"}
    assert "重新核对" in post(client, unit, **changed)
    assert not InstalmentAgreement.objects.exists()
    assert "已转为分期" in post(client, unit, **typed)
    made = Bill.objects.filter(kind="instalment").order_by("number")
    assert [bill.amount_minor for bill in made] == [whole - 3000, 1000, 2000]
    assert verify_ledger() == []
