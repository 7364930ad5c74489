"""The pages of units that are merged and split, of waivers ahead, of schedules and of photos in a real
browser, on a desk and a phone, in both languages."""

import io
from datetime import date
from pathlib import Path

import pytest
from PIL import Image

from server.billing import credit
from server.billing.adjustments import Waiver
from server.billing_runs.schedule_models import DueRun, Schedule
from server.estate.models import ParkingSpace, Unit
from server.staff.people import Person
from tests.server.billing_runs.hamlet import BEFORE, NOW, PERIOD, TODAY, create_hamlet, run_all
from tests.server.fleet.test_staff_browser import WEAK_TEXT, log_in, page

__all__ = ["page"]
pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
WIDE = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


def shot(page, name: str, tmp_path: Path) -> None:
    page.wait_for_selector("h1")
    page.screenshot(path=tmp_path / f"{name}.png", full_page=True)
    assert not page.evaluate(WEAK_TEXT), name
    assert page.evaluate(WIDE) <= 0, f"{name} is wider than the window"


@pytest.mark.parametrize(("language", "width"), [("zh", 1280), ("en", 390)])
def test_each_page(page, tmp_path: Path, language: str, width: int):
    hamlet = create_hamlet()
    run_all(hamlet, BEFORE)
    unit = Unit.objects.get(code="1-1-101")
    by = {"key": "d", "note": "", "today": TODAY, "at": NOW}
    credit.deposit_by(Person("Li Lei"), unit, 5_000, "cash", **by)
    ParkingSpace.objects.create(community=hamlet, code="B1-007", unit=unit)
    Waiver.objects.create(
        community=hamlet, unit=unit, period=PERIOD, reason="停电三天", approved=True, made_at=NOW
    )
    Schedule.objects.create(community=hamlet, day=25, ahead=1, since=TODAY, set_by="Li Lei")
    figures = {"bills": 6, "total_minor": 190_000, "blocked": 1}
    due = date(2026, 11, 25)
    DueRun.objects.create(
        community=hamlet, period=PERIOD, due_on=due, state="waiting", figures=figures
    )
    page.set_viewport_size({"width": width, "height": 800})
    log_in(page)
    page.goto(f"/staff/units/{unit.pk}/split/")
    if language == "en":
        page.click("button[value=en]")
        page.wait_for_selector("html[lang=en]")
    shot(page, "split", tmp_path)
    page.goto(f"/staff/units/{unit.pk}/merge/")
    page.fill("#others", "1-1-102")
    page.click("main button.main")
    shot(page, "merge", tmp_path)
    page.fill("#id_reason", "打通成一户")
    page.click("main button.main")
    page.wait_for_load_state()
    shot(page, "merged", tmp_path)
    page.wait_for_selector(".notice.good")
    assert Unit.objects.get(code="1-1-102").merged_into == unit
    page.goto(f"/staff/units/{unit.pk}/waivers/")
    shot(page, "waivers", tmp_path)
    page.goto("/staff/billing/schedules/")
    shot(page, "schedules", tmp_path)
    page.click(".schedule details summary")
    page.fill(".schedule [name=reason]", "过年")
    page.click(".schedule details button")
    page.wait_for_selector(".notice.good")
    assert not Schedule.objects.get().active
    shot(page, "paused", tmp_path)
    page.goto("/staff/billing/")
    page.click("main > details summary")
    shot(page, "closing", tmp_path)
    page.goto(f"/staff/billing/readings/?building={unit.building_id}&period={PERIOD}")
    picture = io.BytesIO()
    Image.new("RGB", (640, 480), "teal").save(picture, "JPEG")
    sent = {"name": "a.jpg", "mimeType": "image/jpeg", "buffer": picture.getvalue()}
    page.set_input_files(".meter input[type=file] >> nth=0", sent)
    page.click(".walk > button.main")
    page.wait_for_selector(".photo img")
    shot(page, "walk", tmp_path)
