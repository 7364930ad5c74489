"""The pages of packages: offered, sold, paid, given back by two people; who may not, does not see
them."""

import pytest

from server.billing.models import Bill, PackageOffer, PackageSale
from server.billing.unit_accounts import credit_minor
from server.billing.verification import verify_ledger
from server.estate.models import Unit
from server.staff.models import Act, Request
from server.staff.roles import Role
from tests.server.billing.packages.offers import CLERK, create_offer, pay, sell
from tests.server.billing_runs.hamlet import BEFORE, create_hamlet, run_all
from tests.server.pages import foreign, words_of
from tests.server.staff_accounts import create_person, create_staff, signed_in

pytestmark = pytest.mark.django_db
OFFER = {
    "do": "new",
    "name_zh": "全年物业费",
    "name_en": "A year's fee",
    "months_given": "12",
    "months_paid": "11",
    "items": ["property"],
    "who": "all",
    "leaving": "full_price",
    "on_sale_from": "2026-01-01",
    "reason": "新年活动",
}


@pytest.fixture
def hamlet():
    return create_hamlet(buildings=1)


@pytest.fixture
def unit(hamlet):
    return Unit.objects.select_related("community").get(code="1-1-101")


def act(client, unit, do: str, **more: object) -> str:
    page = client.post(f"/staff/units/{unit.pk}/packages/", {"do": do, **more}, follow=True)
    return words_of(page.content.decode())


def test_offered_sold_paid_and_given_back(hamlet, unit):
    client = signed_in(create_staff("company"))
    said = client.post(f"/staff/prices/packages/?community={hamlet.pk}", OFFER, follow=True)
    assert "套餐已推出" in words_of(said.content.decode())
    offer = PackageOffer.objects.get()
    page = client.get(f"/staff/units/{unit.pk}/packages/?offer={offer.pk}&first=2027-06")
    words = words_of(page.content.decode())
    assert "全年物业费，2027-06 至 2028-05" in words and "生成账单" in words
    assert "已办理" in act(client, unit, "sell", offer=offer.pk, first="2027-06")
    sale = PackageSale.objects.get()
    assert sale.sold_by_name == "company"
    pay(sale.bill)
    front = words_of(client.get(f"/staff/units/{unit.pk}/").content.decode())
    assert "还有 12 个月" in front and "全年物业费" in front
    act(client, unit, "give_back", sale=sale.pk, first="2027-07", reason="搬走")
    assert credit_minor(unit) > 0 and verify_ledger() == []
    assert {a.act for a in Act.objects.filter(subject_kind="unit")} >= {
        "package_sold",
        "package_given_back",
    }


def test_a_price_of_what_was_billed_takes_two_people(hamlet):
    run_all(hamlet, BEFORE)
    hamlet.fee_items.filter(code="property").update(name_zh="物业费")
    keeper = signed_in(create_person("keeper", (hamlet, Role.BOOKKEEPER)))
    keeper.post(f"/staff/prices/packages/?community={hamlet.pk}", OFFER)
    assert not PackageOffer.objects.exists()
    boss = signed_in(create_person("boss", (hamlet, Role.APPROVER)))
    page = words_of(boss.get("/staff/requests/").content.decode())
    assert "物业费" in page and "property" not in page and "11" in page
    [asked] = Request.objects.all()
    boss.post("/staff/requests/", {"request": asked.pk, "decision": "approve"})
    assert PackageOffer.objects.get().months_paid == 11


def test_an_offer_is_sold_no_more(hamlet, unit):
    offer, client = create_offer(hamlet), signed_in(create_staff("company"))
    form = {"do": "end", "offer": offer.pk, "reason": ""}
    address = f"/staff/prices/packages/?community={hamlet.pk}"
    assert "请写明理由" in words_of(client.post(address, form, follow=True).content.decode())
    client.post(address, form | {"reason": "活动结束"})
    assert "不在售" in act(client, unit, "sell", offer=offer.pk, first="2027-06")
    assert not PackageSale.objects.exists()


def test_what_cannot_be_had_is_said(hamlet, unit):
    offer, client = create_offer(hamlet), signed_in(create_staff("company"))
    address = f"/staff/units/{unit.pk}/packages/"
    for query in (f"?offer={offer.pk}&first=2040-01", f"?offer={offer.pk}&first=x", "?offer=zz"):
        page = client.get(address + query)
        assert page.status_code == 200 and 'role="alert"' in page.content.decode()
    assert "账期要写成" in act(client, unit, "sell", offer=offer.pk, first="x")
    wrong = client.post(
        f"/staff/prices/packages/?community={hamlet.pk}", OFFER | {"months_paid": "13"}
    )
    assert "不能少于" in words_of(wrong.content.decode())


def test_one_that_nobody_pays_is_voided_within_the_limits(hamlet, unit):
    sale = sell(unit, create_offer(hamlet))
    keeper = signed_in(create_person("keeper", (hamlet, Role.BOOKKEEPER)))
    assert "等待另一人审批" in act(keeper, unit, "void", sale=sale.pk, reason="不要了")
    assert "请写明理由" in act(signed_in(create_staff("company")), unit, "void", sale=sale.pk)
    act(signed_in(create_staff("other")), unit, "void", sale=sale.pk, reason="不要了")
    assert Bill.objects.get(pk=sale.bill_id).state == "void"


def test_who_may_not_gets_neither_form_nor_way(hamlet, unit):
    sale = sell(unit, create_offer(hamlet))
    address, offers = f"/staff/units/{unit.pk}/packages/", "/staff/prices/packages/"
    auditor = signed_in(create_person("auditor", (hamlet, Role.AUDITOR)))
    page = auditor.get(f"{address}?offer={sale.offer_id}&first=2028-02").content.decode()
    assert not any(f'value="{do}"' in page for do in ("sell", "void", "give_back", "cut"))
    for do in ("sell", "void", "give_back", "cut"):
        assert auditor.post(address, {"do": do, "sale": sale.pk}).status_code == 403
    assert auditor.post(offers, OFFER).status_code == 403
    stranger = signed_in(create_person("stranger", (create_hamlet("other"), Role.BOOKKEEPER)))
    assert stranger.get(address).status_code == 404
    assert stranger.get(f"{offers}?community={hamlet.pk}").status_code == 404


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_pages_speak_one_language(hamlet, unit, language: str):
    offer, client = create_offer(hamlet), signed_in(create_staff("company"))
    pay(sell(unit, offer).bill)
    client.post("/i18n/setlang/", {"language": language})
    for address in (
        f"/staff/units/{unit.pk}/packages/?offer={offer.pk}&first=2028-01",
        "/staff/prices/packages/",
    ):
        page = client.get(address).content.decode()
        assert not foreign(page, language[:2], CLERK.name, "LobbyPay", "小庄", "Hamlet")
