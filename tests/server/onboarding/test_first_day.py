"""A new community from an empty database to printed bills, by the pages alone, in a real browser: as
docs/begin.md tells it. ``DRAW_PICTURES=docs/pictures pytest tests/server/onboarding/test_first_day.py``
makes the pictures of that page anew."""

import os
from pathlib import Path

import pypdfium2
import pytest

from server.billing.models import Bill
from server.billing_runs import papers
from server.billing_runs.models import BillingRun
from server.estate.models import Community
from tests.server.at_work import at_work
from tests.server.fleet.test_staff_browser import page
from tests.server.onboarding.first_day import BUILDINGS, PICTURE_WIDTH, UNITS_EACH, walk
from tests.server.staff_accounts import PASSWORD, create_staff

__all__ = ["at_work", "page"]
pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True), pytest.mark.timeout(600)]
QUARTER_S = 15 * 60


def test_from_an_empty_database_to_printed_bills(page, at_work, tmp_path: Path, settings):
    settings.DATA_FOLDER = tmp_path / "data"
    drawn = os.environ.get("DRAW_PICTURES")
    assert not Community.objects.exists()
    create_staff("boss")
    page.set_viewport_size({"width": PICTURE_WIDTH, "height": 900})
    page.goto("/staff/")
    page.fill("#id_username", "boss")
    page.fill("#id_password", PASSWORD)
    page.click("button.main")
    page.wait_for_selector("nav.jobs")
    someone = walk(page, tmp_path, Path(drawn) if drawn else None)
    print(
        f"{someone.acts} acts, {someone.keys} keys, reckoned {someone.reckoned_s / 60:.1f} minutes"
    )
    assert Bill.objects.count() == BUILDINGS * UNITS_EACH
    files = papers.papers(BillingRun.objects.get())
    assert len(files) == BUILDINGS
    first = pypdfium2.PdfDocument(files[0])
    assert len(first) == UNITS_EACH
    text = first[0].get_textpage().get_text_bounded()
    assert "310012 浙江省杭州市" in text and "金合欢花园" in text and "王*一 收" in text
    assert someone.reckoned_s < QUARTER_S
