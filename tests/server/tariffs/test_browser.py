"""A new price in a real browser: steps as rows, the preview, saved; on a desk and on a phone."""

from datetime import date
from pathlib import Path

import pytest

from server.billing.issuing import issue_period
from server.billing.models import FeeItem, Tariff
from tests.server.billing_runs.hamlet import NOW, TODAY, create_hamlet
from tests.server.fleet.test_staff_browser import WEAK_TEXT, log_in, page

__all__ = ["page"]
pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
WIDE = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.mark.parametrize(("language", "width"), [("zh", 1280), ("en", 390)])
def test_a_price_is_changed(page, tmp_path: Path, language: str, width: int):
    hamlet = create_hamlet()
    issue_period(hamlet, "2026-12", issued_on=TODAY, due=date(2027, 1, 31), at=NOW)
    page.set_viewport_size({"width": width, "height": 800})
    log_in(page)
    page.goto("/staff/prices/")
    if language == "en":
        page.click("button[value=en]")
        page.wait_for_selector("html[lang=en]")
    page.screenshot(path=tmp_path / "prices.png", full_page=True)
    assert not page.evaluate(WEAK_TEXT) and page.evaluate(WIDE) <= 0
    water = FeeItem.objects.get(code="water")
    page.click(f"a[href='/staff/prices/{water.pk}/']")
    page.wait_for_selector("[data-steps-add]")  # shown by the script
    page.fill("#id_valid_from", "2027-02-01")
    page.fill("#id_rate", "")
    assert page.locator("[data-steps] tbody tr").count() == 1
    page.click("[data-steps-add]")
    page.focus("[data-steps-add]")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "id_steps-2-up_to"
    page.screenshot(path=tmp_path / "steps.png", full_page=True)
    assert not page.evaluate(WEAK_TEXT) and page.evaluate(WIDE) <= 0
    for name, value in (
        ("steps-0-up_to", "4"),
        ("steps-1-up_to", "5"),
        ("steps-1-rate", "3.5"),
        ("steps-2-rate", "9.8"),
    ):
        page.fill(f"#id_{name}", value)
    page.click("[data-steps-remove]")
    page.fill("#id_reason", "调价")
    page.click("button[value=preview]")
    page.wait_for_selector("#effect")
    page.screenshot(path=tmp_path / "preview.png", full_page=True)
    assert not page.evaluate(WEAK_TEXT) and page.evaluate(WIDE) <= 0
    page.click("button[value=save]")
    page.wait_for_selector(".notice.good")
    made = Tariff.objects.get(fee_item=water, valid_from=date(2027, 2, 1))
    assert made.steps == [["5", "3.5"], [None, "9.8"]]
    page.goto(f"/admin/billing/tariff/{made.pk}/change/")
    page.wait_for_selector("[data-steps-add]")
    page.screenshot(path=tmp_path / "back_office.png", full_page=True)
    page.goto(f"/admin/billing/feeitem/{water.pk}/change/")
    page.screenshot(path=tmp_path / "item.png", full_page=True)
