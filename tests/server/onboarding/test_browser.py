"""A company moves in by the pages, in a real browser: a community is made, its file imported."""

from pathlib import Path

import pytest

from server.estate.models import Community, Unit
from tests.server.at_work import at_work
from tests.server.fleet.test_staff_browser import WEAK_TEXT, log_in, page
from tests.server.onboarding.files import UNITS, save, unit

__all__ = ["at_work", "page"]
pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]


def shot(page, name: str, tmp_path: Path) -> None:
    page.wait_for_selector("h1")
    assert not page.evaluate(WEAK_TEXT), name
    wide = page.evaluate(
        "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )
    assert wide <= 0, f"{name} is wider than the window"
    page.screenshot(path=tmp_path / f"{name}.png", full_page=True)


@pytest.mark.parametrize(
    ("language", "width"), [("zh", 1280), ("en", 1280), ("zh", 390), ("en", 390)]
)
def test_from_nothing_to_an_estate(page, at_work, tmp_path: Path, language: str, width: int):
    page.set_viewport_size({"width": width, "height": 800})
    log_in(page)
    page.goto("/staff/onboarding/")
    if language == "en":
        page.click("button[value=en]")
        page.wait_for_selector("html[lang=en]")
    shot(page, "communities", tmp_path)
    page.goto("/staff/onboarding/new/")
    page.fill("[name=code]", "acacia")
    page.fill("[name=name_zh]", "金合欢花园")
    page.fill("[name=name_en]", "Acacia Garden")
    shot(page, "new", tmp_path)
    page.click("main button.main")
    page.wait_for_selector(".notice.good")
    assert Community.objects.get().code == "acacia"
    page.click("a.button.quiet")
    shot(page, "choose", tmp_path)
    bad = save(tmp_path / "bad.xlsx", {"units": [UNITS, unit("101", area_m2="x"), unit("x" * 90)]})
    page.set_input_files("#file", bad)
    page.click("main button.main")
    page.wait_for_selector(".notice.bad")
    shot(page, "mistakes", tmp_path)
    with page.expect_download() as download:
        page.click("button[value=problems]")
    assert download.value.suggested_filename == "acacia-mistakes.xlsx"
    page.click(".acts-row a.button.quiet")
    rows = [unit(str(n), f"业主{n}", owed_yuan=5) for n in range(101, 130)]
    page.set_input_files("#file", save(tmp_path / "good.xlsx", {"units": [UNITS, *rows]}))
    page.click("main button.main")
    page.wait_for_selector("button[value=import]")
    assert not Unit.objects.exists()
    shot(page, "found", tmp_path)
    page.click("button[value=import]")
    page.wait_for_selector("a.button[href='/staff/onboarding/']")
    shot(page, "done", tmp_path)
    assert Unit.objects.count() == 29
