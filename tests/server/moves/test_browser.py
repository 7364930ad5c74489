"""The page of moves in a real browser: a flat is sold there, on a desk and a phone, in both languages."""

from pathlib import Path

import pytest

from server.estate.models import Occupancy
from tests.server.fleet.test_staff_browser import WEAK_TEXT, log_in, page
from tests.server.village import create_village, issue

__all__ = ["page"]
pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize(("language", "width"), [("zh", 1280), ("en", 390)])
def test_a_flat_is_sold(page, tmp_path: Path, language: str, width: int):
    village = create_village()
    for period in ("2026-10", "2026-11"):
        issue(village, period)
    unit = village.units.get(code="1-1-101")
    page.set_viewport_size({"width": width, "height": 800})
    log_in(page)
    page.goto(f"/staff/units/{unit.pk}/")
    if language == "en":
        page.click("button[value=en]")
        page.wait_for_selector("html[lang=en]")
    page.click(f"a[href='/staff/units/{unit.pk}/move/']")
    page.wait_for_selector("#id_name")
    page.screenshot(path=tmp_path / "move.png", full_page=True)
    assert not page.evaluate(WEAK_TEXT)
    wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert page.evaluate(wide) <= 0
    page.check("input[name=leaves]")
    page.fill("#id_day", "2026-12-01")
    page.fill("#id_name", "赵新")
    page.fill("#id_phone", "13800009999")
    page.select_option("table select >> nth=1", "came")
    page.fill("#id_reason", "过户")
    page.click("form.moves button.main")
    page.wait_for_selector(".sums")
    page.screenshot(path=tmp_path / "moved.png", full_page=True)
    assert Occupancy.objects.filter(unit=unit, resident__name="赵新", role="owner").exists()
