"""The counter's pages in a real browser: readable by everyone, on a desk and on a phone."""

import uuid
from pathlib import Path
from urllib.parse import quote

import pytest

from server.billing import credit
from server.billing.unit_accounts import credit_minor
from server.billing.waiving import Wish, waive_by
from server.staff.people import Person
from tests.server.billing.packages.offers import pay, sell
from tests.server.billing_runs.hamlet import BEFORE, PERIOD, create_hamlet, run_all
from tests.server.fleet.test_staff_browser import WEAK_TEXT, log_in, page
from tests.server.village import NOW, TODAY, bill_of, create_village, issue

__all__ = ["page"]
pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
WIDE = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


def look_at(page, address: str, language: str, width: int, picture: Path) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    log_in(page)
    page.goto(quote(address, safe="/?=#"))
    if language == "en":
        page.click("button[value=en]")
        page.wait_for_selector("html[lang=en]")
    page.wait_for_selector("main h1")
    page.screenshot(path=picture, full_page=True)
    assert not page.evaluate(WEAK_TEXT)
    assert page.evaluate(WIDE) <= 0


@pytest.mark.parametrize(("language", "width"), [("zh", 1280), ("en", 390)])
def test_a_bills_page_is_readable_and_waives(page, tmp_path: Path, language: str, width: int):
    village = create_village()
    issue(village)
    bill = bill_of(village)
    clerk, wishes = Person("clerk"), (Wish("property", 5_000), Wish("late_fee"))
    for wish in wishes:
        waive_by(clerk, bill, wish, "hardship", today=TODAY, at=NOW)
    look_at(page, bill.get_absolute_url(), language, width, tmp_path / "bill.png")
    page.select_option("#what", "bill")
    page.fill("#reason", "hardship")
    page.click("form button.main")
    page.wait_for_selector(".notice.good")
    page.screenshot(path=tmp_path / "waived.png", full_page=True)
    bill.refresh_from_db()
    assert bill.state == "waived"


@pytest.mark.parametrize(("language", "width"), [("zh", 390), ("en", 1280)])
def test_a_units_credit_is_readable_and_takes_money_in(
    page, tmp_path: Path, language: str, width: int
):
    village = create_village()
    issue(village)
    unit = village.units.get(code="1-1-101")
    by = {"key": str(uuid.uuid4()), "note": "transfer 0815", "today": TODAY, "at": NOW}
    credit.deposit_by(Person("clerk"), unit, 95_000, "bank", **by)
    address = f"/staff/units/{unit.pk}/credit/"
    look_at(page, address, language, width, tmp_path / "credit.png")
    page.fill("#who", "Wang")
    agreement = page.locator("form:has(#who)")
    agreement.locator("input[name=item][value=property]").check()
    agreement.locator("button").click()
    page.wait_for_selector(".notice.good")
    assert credit.agreement_of(unit).item_codes == ["property"]
    page.screenshot(path=tmp_path / "agreed.png", full_page=True)
    page.fill("#amount", "12.50")
    page.click("form button.main >> nth=0")
    page.wait_for_selector(".notice.good")
    assert credit_minor(unit) == 96_250


@pytest.mark.parametrize(("language", "width"), [("zh", 1280), ("en", 390)])
def test_a_package_is_offered_and_sold(page, tmp_path: Path, language: str, width: int):
    hamlet = create_hamlet(buildings=1)
    unit = hamlet.units.select_related("community").get(code="1-1-101")
    look_at(page, "/staff/prices/packages/", language, width, tmp_path / "offers.png")
    for name, value in (
        ("name_zh", "全年物业费"),
        ("name_en", "A year's property fee"),
        ("months_given", "12"),
        ("months_paid", "11"),
        ("reason", "new year"),
    ):
        page.fill(f"#id_{name}", value)
    page.check("input[name=items][value=property]")
    page.click("form.tariff button.main")
    page.wait_for_selector(".notice.good")
    page.screenshot(path=tmp_path / "offered.png", full_page=True)
    sale = sell(unit, hamlet.package_offers.get(), PERIOD)
    pay(sale.bill)
    run_all(hamlet)
    page.goto(f"/staff/units/{unit.pk}/packages/")
    page.screenshot(path=tmp_path / "months.png", full_page=True)
    other = hamlet.units.get(code="1-1-102")
    page.goto(f"/staff/units/{other.pk}/packages/")
    page.click("form[method=get] button")
    page.wait_for_selector("#quote")
    page.screenshot(path=tmp_path / "quote.png", full_page=True)
    assert not page.evaluate(WEAK_TEXT)
    assert page.evaluate(WIDE) <= 0
    page.click("#quote button.main")
    page.wait_for_selector(".notice.good")
    page.screenshot(path=tmp_path / "sold.png", full_page=True)
    assert other.package_sales.count() == 1
    page.goto(f"/staff/units/{unit.pk}/")
    page.screenshot(path=tmp_path / "unit.png", full_page=True)
    assert page.evaluate(WIDE) <= 0


@pytest.mark.parametrize(("language", "width"), [("zh", 390), ("en", 1280)])
def test_instalments_are_agreed(page, tmp_path: Path, language: str, width: int):
    hamlet = create_hamlet(buildings=1)
    run_all(hamlet, BEFORE)
    run_all(hamlet)
    unit = hamlet.units.select_related("community").get(code="1-1-101")
    address = f"/staff/units/{unit.pk}/instalments/"
    look_at(page, address, language, width, tmp_path / "instalments.png")
    page.fill("#id_agreed_by", "Wang")
    page.fill("#id_reason", "lost the job")
    page.click("button[value=preview]")
    page.wait_for_selector("#plan")
    page.screenshot(path=tmp_path / "plan.png", full_page=True)
    assert not page.evaluate(WEAK_TEXT)
    assert page.evaluate(WIDE) <= 0
    page.click("button[value=agree]")
    page.wait_for_selector("progress")
    page.screenshot(path=tmp_path / "agreement.png", full_page=True)
    assert not page.evaluate(WEAK_TEXT)
    assert page.evaluate(WIDE) <= 0
    page.goto("/staff/instalments/")
    page.screenshot(path=tmp_path / "all.png", full_page=True)
    assert unit.instalments.get().parts.count() == 3
