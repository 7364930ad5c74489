"""A bill's page for staff: who may waives there or asks for it, and everybody sees what became of it."""

import pytest

from server.billing.models import Bill, BillState, BillWaiver
from server.billing.typed_money import NoAmount, minor_of
from server.language import both
from server.staff.models import Request
from server.staff.roles import Role
from tests.server.pages import foreign, words_of
from tests.server.staff_accounts import create_person, create_staff, signed_in
from tests.server.village import bill_of, create_village, issue

pytestmark = pytest.mark.django_db


@pytest.fixture
def village():
    made = create_village()
    issue(made)
    return made


def page_of(bill: Bill) -> str:
    return f"/staff/bills/{bill.number}/"


def waive(client, bill: Bill, **more: str) -> str:
    form = {"do": "waive", "what": "property", "amount": "100.08", "reason": "困难", **more}
    return words_of(client.post(page_of(bill), form, follow=True).content.decode())


def test_asked_for_here_and_approved_there(village):
    bill = bill_of(village)
    collector = signed_in(create_person("collector", (village, Role.COLLECTOR)))
    assert str(both("It waits for another person to approve it").zh) in waive(collector, bill)
    approver = signed_in(create_person("approver", (village, Role.APPROVER)))
    page = words_of(approver.get("/staff/requests/").content.decode())
    assert "物业服务费" in page and "￥900.08 → ￥800.00" in page
    [request] = Request.objects.all()
    approver.post("/staff/requests/", {"request": request.pk, "decision": "approve"})
    seen = words_of(collector.get(page_of(bill)).content.decode())
    assert "￥800.00" in seen and "困难" in seen and "collector" in seen


def test_what_cannot_be_is_said_and_changes_nothing(village):
    bill, client = bill_of(village), signed_in(create_staff("company"))
    assert "金额不正确" in waive(client, bill, amount="a lot")
    assert "￥332.08" in waive(client, bill, amount="332.09")
    assert "请写明理由" in waive(client, bill, reason=" ")
    assert not BillWaiver.objects.exists()
    assert "已办理" in waive(client, bill, amount="")
    assert "￥568.00" in words_of(client.get(page_of(bill)).content.decode())


def test_taken_back_on_the_same_page(village):
    bill, client = bill_of(village), signed_in(create_staff("company"))
    waive(client, bill, what="bill", amount="")
    assert bill_of(village).state == BillState.WAIVED
    [waiver] = BillWaiver.objects.all()
    form = {"do": "take_back", "waiver": waiver.pk, "reason": "错了"}
    client.post(page_of(bill), form)
    assert bill_of(village).state == BillState.OPEN


def test_who_may_not_waive_gets_no_form_and_no_way(village):
    bill = bill_of(village)
    for role in (Role.AUDITOR, Role.APPROVER):
        client = signed_in(create_person(role, (village, role)))
        assert 'value="waive"' not in client.get(page_of(bill)).content.decode()
        assert client.post(page_of(bill), {"do": "waive", "what": "bill"}).status_code == 403
    stranger = create_person("stranger", (create_village("other"), Role.BOOKKEEPER))
    assert signed_in(stranger).get(page_of(bill)).status_code == 404
    assert signed_in(stranger).post(page_of(bill), {"do": "waive"}).status_code == 404


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_page_speaks_one_language(village, language: str):
    bill, client = bill_of(village), signed_in(create_staff("company"))
    for what in ("property", "late_fee"):
        waive(client, bill, what=what, amount="")
    client.post("/i18n/setlang/", {"language": language})
    page = client.get(page_of(bill)).content.decode()
    assert not foreign(page, language[:2], "困难", "LobbyPay")


def test_paper_and_phone_show_what_was_waived(village):
    from server.billing import bill_pdf
    from server.billing.signing import bill_url
    from tests.server.village import TODAY

    bill, client = bill_of(village), signed_in(create_staff("company"))
    waive(client, bill)
    bill.refresh_from_db()
    words = bill_pdf._words(bill, TODAY)
    assert words["amount"] == "￥800.00"
    assert (
        "￥800.00" in client.get("/b/" + bill_url(bill, TODAY).rsplit("/", 1)[1]).content.decode()
    )
    waive(client, bill, what="bill", amount="")
    bill.refresh_from_db()
    page = client.get("/b/" + bill_url(bill, TODAY).rsplit("/", 1)[1]).content.decode()
    assert "已全部减免" in page and "困难" not in page
    assert bill_pdf._words(bill, TODAY)["waived"] is True
    assert bill_pdf.render(bill, TODAY).startswith(b"%PDF")


@pytest.mark.parametrize(
    ("typed", "currency", "minor"),
    [
        ("12.5", "CNY", 1250),
        ("￥1,200", "CNY", 120_000),
        ("１２．５０", "CNY", 1250),
        ("7", "JPY", 7),
    ],
)
def test_amounts_as_people_type_them(typed: str, currency: str, minor: int):
    assert minor_of(typed, currency) == minor


@pytest.mark.parametrize("typed", ["", "0", "-1", "1.005", "1e3", "abc", "1" * 14, "0x1", "²"])
def test_what_is_no_amount_is_refused(typed: str):
    with pytest.raises(NoAmount):
        minor_of(typed, "CNY")
