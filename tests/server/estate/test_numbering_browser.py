"""The form of a community's numbering in a real browser: the keypads follow what is filled in."""

from pathlib import Path

import pytest

from contract.numberings import NUMBERINGS
from server.estate.models import Community
from tests.server.fleet.test_staff_browser import log_in, page
from tests.server.village import create_village

__all__ = ["page"]
pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize(("language", "towers"), [("zh-hans", "座-房号"), ("en", "Tower-flat")])
def test_a_clerk_numbers_shops_and_parking(page, tmp_path: Path, language: str, towers: str):
    pk = Community.objects.create(code="new", name_zh="新村", name_en="New", office_phone="1").pk
    log_in(page)
    page.context.add_cookies(
        [{"name": "django_language", "value": language, "url": page.url.split("/staff")[0]}]
    )
    page.goto(f"/admin/estate/community/{pk}/change/")
    assert page.locator("figure[data-kind]").count() == 1
    page.fill("[name=numbering-0-2-letters]", "A-D")
    page.wait_for_selector("figure[data-kind='0'] .letters kbd >> text=D")
    page.fill("[name=numbering-0-2-letters]", "#")
    page.wait_for_selector(".numbering-problems")
    page.screenshot(path=tmp_path / f"wrong-{language}.png", full_page=True)
    page.get_by_role("button", name=towers).click()
    page.wait_for_selector("figure[data-kind='1']")
    page.fill("[name=numbering-try]", "负1层017")
    page.wait_for_selector(".numbering-tried.good")
    page.screenshot(path=tmp_path / f"numbering-{language}.png", full_page=True)
    page.locator("[name=_continue]").click()
    page.wait_for_selector("figure[data-kind='1']")
    saved = Community.objects.get(pk=pk).unit_numbering
    assert saved == NUMBERINGS["towers"][0]


def test_what_units_do_not_fit_is_said_beside_the_form(page, tmp_path: Path):
    pk = create_village().pk
    log_in(page)
    page.goto(f"/admin/estate/community/{pk}/change/")
    page.get_by_role("button", name="门牌号").click()
    page.wait_for_selector("[name=numbering-0-zh][value=别墅]")
    page.locator("[name=_continue]").click()
    page.wait_for_selector("text=不合此规则")
    assert page.locator("[name=numbering-0-zh]").input_value() == "别墅"
    page.screenshot(path=tmp_path / "units.png", full_page=True)
