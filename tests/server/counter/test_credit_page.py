"""The page of a unit's credit, and its receipts."""

import uuid

import pytest

from contract.messages import Method
from server.billing import credit
from server.billing.credit_moves import CreditMove
from server.billing.unit_accounts import credit_minor
from server.payments.initiation import start
from server.staff.models import Request
from server.staff.people import Person
from server.staff.roles import Role
from tests.server.pages import foreign, words_of
from tests.server.payments import world as worlds
from tests.server.payments.world import NOW, TODAY
from tests.server.staff_accounts import create_person, create_staff, signed_in
from tests.server.village import bill_of, create_village, issue

pytestmark = pytest.mark.django_db


@pytest.fixture
def village():
    made = create_village()
    issue(made)
    return made


def act(client, unit, do: str, **more: object) -> str:
    form = {"do": do, "key": str(uuid.uuid4()), "how": "cash", **more}
    page = client.post(f"/staff/units/{unit.pk}/credit/", form, follow=True)
    return words_of(page.content.decode())


def test_taken_in_used_and_paid_out_from_the_page(village):
    unit, client = village.units.first(), signed_in(create_staff("company"))
    said = act(client, unit, "deposit", amount="1,000", note="张三")
    move = CreditMove.objects.get()
    assert move.number in said and "￥1,000.00" in said
    pdf = client.get(move.get_absolute_url())
    assert pdf.content.startswith(b"%PDF") and pdf["Content-Type"] == "application/pdf"
    act(client, unit, "use", bill=bill_of(village, unit.code).number)
    assert bill_of(village, unit.code).state == "paid"
    assert "没有可用预存款抵缴的账单" in act(client, unit, "use")
    act(client, unit, "pay_out", amount="0.01", reason="搬走")
    assert credit_minor(unit) == 100_000 - 90_008 - 1
    used = CreditMove.objects.get(kind="used")
    assert client.get(used.get_absolute_url()).content.startswith(b"%PDF")


def test_what_cannot_be_is_said_and_changes_nothing(village):
    unit, client = village.units.first(), signed_in(create_staff("company"))
    assert "金额不正确" in act(client, unit, "deposit", amount="-1")
    assert "未填写完整" in act(client, unit, "deposit", amount="1", how="gold")
    assert "未填写完整" in act(client, unit, "deposit", amount="1", key="x")
    assert "￥0.00" in act(client, unit, "pay_out", amount="1", reason="x")
    assert "未填写完整" in act(client, unit, "agree", agreed_by="", agreed_on="2026-11-01")
    assert not CreditMove.objects.exists()
    key = str(uuid.uuid4())
    act(client, unit, "deposit", amount="5", key=key)
    assert "已办理" in act(client, unit, "deposit", amount="6", key=key)
    assert credit_minor(unit) == 500


def test_an_agreement_is_noted_and_ended(village):
    unit, client = village.units.first(), signed_in(create_staff("company"))
    assert "王小明" in act(client, unit, "agree", agreed_by="王小明", agreed_on="2026-11-01")
    assert "请写明理由" in act(client, unit, "end_agreement", reason=" ")
    assert "王小明" not in act(client, unit, "end_agreement", reason="改主意")


def test_a_collector_asks_before_money_goes_out(village):
    unit = village.units.first()
    client = signed_in(create_person("collector", (village, Role.COLLECTOR)))
    act(client, unit, "deposit", amount="10")
    assert "等待另一人审批" in act(client, unit, "pay_out", amount="10", reason="搬走")
    approver = signed_in(create_person("approver", (village, Role.APPROVER)))
    page = words_of(approver.get("/staff/requests/").content.decode())
    assert unit.code in page and "￥10.00 → ￥0.00" in page
    [request] = Request.objects.all()
    approver.post("/staff/requests/", {"request": request.pk, "decision": "approve"})
    assert credit_minor(unit) == 0


def test_who_may_not_gets_neither_form_nor_way(village):
    unit = village.units.first()
    address = f"/staff/units/{unit.pk}/credit/"
    auditor = signed_in(create_person("auditor", (village, Role.AUDITOR)))
    assert 'value="deposit"' not in auditor.get(address).content.decode()
    assert auditor.post(address, {"do": "deposit"}).status_code == 403
    act(signed_in(create_staff("company")), unit, "deposit", amount="10")
    stranger = create_person("stranger", (create_village("other"), Role.BOOKKEEPER))
    technician = create_person("technician", (village, Role.TECHNICIAN))
    for person in (stranger, technician):
        client = signed_in(person)
        assert client.get(address).status_code == client.post(address).status_code == 404
        assert client.get(CreditMove.objects.get().get_absolute_url()).status_code == 404


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_page_speaks_one_language(village, language: str):
    unit, client = village.units.first(), signed_in(create_staff("company"))
    act(client, unit, "deposit", amount="1000")
    act(client, unit, "agree", agreed_by="王小明", agreed_on="2026-11-01")
    client.post("/i18n/setlang/", {"language": language})
    page = client.get(f"/staff/units/{unit.pk}/credit/").content.decode()
    assert not foreign(page, language[:2], "王小明", "LobbyPay")


def test_what_was_used_at_a_kiosk_is_among_the_movements():
    world = worlds.make()
    key = {"key": str(uuid.uuid4()), "note": "", "today": TODAY, "at": NOW}
    credit.deposit_by(Person("clerk"), world.unit, 100_000, "cash", **key)
    start(world.caller, world.request(1, Method.CREDIT), NOW)
    page = signed_in(create_staff("company")).get(f"/staff/units/{world.unit.pk}/credit/")
    said = words_of(page.content.decode())
    assert "自助机 K03" in said and "K03-000001" in said and "-￥664.16" in said
    assert "￥335.84" in said
