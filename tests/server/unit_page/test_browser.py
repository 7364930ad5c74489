"""A unit's page in a real browser: readable by everyone, on a desk and on a phone, in both languages."""

from pathlib import Path

import pytest

from server.estate.models import Resident
from tests.server.fleet.test_staff_browser import WEAK_TEXT, log_in, page
from tests.server.unit_page.test_correspondence import call, mailed
from tests.server.village import bill_of, create_village, issue

__all__ = ["page"]
pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize(("language", "width"), [("zh", 1280), ("en", 390)])
def test_a_units_page_is_readable(page, tmp_path: Path, language: str, width: int):
    village = create_village()
    for period in ("2026-10", "2026-11"):
        issue(village, period)
    mailed(bill_of(village), "wang.xiaoming.and.family@example.com", "bounced")
    Resident.objects.filter(occupancies__unit__code="1-1-101").update(phone="13800001101")
    call(village, "13800001101")
    page.set_viewport_size({"width": width, "height": 800})
    log_in(page)
    page.goto(f"/staff/units/{village.units.get(code='1-1-101').pk}/")
    if language == "en":
        page.click("button[value=en]")
        page.wait_for_selector("html[lang=en]")
    page.wait_for_selector(".sums")
    page.screenshot(path=tmp_path / "unit.png", full_page=True)
    assert not page.evaluate(WEAK_TEXT)
    wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert page.evaluate(wide) <= 0
