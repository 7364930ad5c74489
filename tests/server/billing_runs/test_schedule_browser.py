"""The schedule and what waits by it in a real browser, on a desk and a phone, in both languages."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from server.billing_runs import schedules
from server.billing_runs.schedule_models import DueRun, Schedule
from tests.server.at_work import at_work
from tests.server.billing_runs.hamlet import create_hamlet
from tests.server.billing_runs.test_schedules import Doing
from tests.server.fleet.test_staff_browser import WEAK_TEXT, log_in, page

__all__ = ["at_work", "page"]
pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
WIDE = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.mark.parametrize(("language", "width"), [("zh", 1280), ("en", 390)])
def test_a_month_is_reckoned_and_confirmed(
    page, at_work, tmp_path: Path, language: str, width: int
):
    create_hamlet()
    page.set_viewport_size({"width": width, "height": 800})
    log_in(page)
    page.goto("/staff/billing/schedule/")
    if language == "en":
        page.click("button[value=en]")
        page.wait_for_selector("html[lang=en]")
    page.fill("#id_day", "25")
    page.fill("#id_reason", "每月出账")
    page.screenshot(path=tmp_path / "schedule.png", full_page=True)
    assert not page.evaluate(WEAK_TEXT) and page.evaluate(WIDE) <= 0
    page.click("main button.main")
    page.wait_for_selector(".notice.good")
    Schedule.objects.update(since=datetime(2026, 12, 1, tzinfo=UTC).date())
    assert schedules.look(datetime(2026, 12, 25, 4, 0, tzinfo=UTC)) == 1
    schedules.work(Doing(str(DueRun.objects.get().pk)))  # as the worker also does
    page.goto("/staff/billing/")
    page.wait_for_selector(".waiting")
    page.screenshot(path=tmp_path / "waiting.png", full_page=True)
    assert not page.evaluate(WEAK_TEXT) and page.evaluate(WIDE) <= 0
    page.click(".waiting .acts > form button")
    page.wait_for_selector("#id_due")
