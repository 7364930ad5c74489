"""The payer's page in a real browser: on a phone and on a desk, in both languages."""

import os
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest

from server.payments import inquiry
from server.payments.initiation import start
from tests.server.fleet.test_staff_browser import WEAK_TEXT, page
from tests.server.payments import world as worlds
from tests.server.payments.world import NOW

__all__ = ["page"]
pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
PAID, OPEN, UNHEARD = (f"/p/{UUID(int=number)}" for number in (1, 2, 3))


@pytest.fixture
def payments(world) -> None:
    paid = start(world.caller, world.request(1, bills=1), NOW)
    inquiry.apply_answer(paid, world.channel.pays(paid.out_trade_no), NOW)
    world.bills = worlds.bills(world.unit, "2026-11")
    start(world.caller, world.request(2, bills=1), NOW + timedelta(minutes=1))


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_it_is_readable_and_nothing_overflows(page, payments, tmp_path: Path, language: str):
    folder = Path(os.environ.get("LOBBYPAY_PICTURES", tmp_path))
    for name, path in (("paid", PAID), ("open", OPEN), ("unheard", UNHEARD)):
        page.goto(f"{path}?language={language}")
        assert page.evaluate(WEAK_TEXT) == []
        for screen, width in (("desk", 1400), ("phone", 360)):
            page.set_viewport_size({"width": width, "height": 800})
            assert page.evaluate("document.documentElement.scrollWidth") <= width
            page.screenshot(path=folder / f"payer-{name}-{screen}-{language}.png", full_page=True)


def test_its_button_leads_to_the_other_language_and_back(page, payments):
    page.goto(f"{PAID}?language=zh-hans")
    page.click("button[value=en]")
    page.wait_for_selector("html[lang=en]")
    assert "Payment complete" in page.inner_text("h1")
    page.click("button[value=zh-hans]")
    page.wait_for_selector("html[lang=zh-Hans]")
    assert "缴费成功" in page.inner_text("h1")
