"""The page of open questions in a real browser: looked at, filled in, and readable by everyone."""

import os
from datetime import timedelta
from pathlib import Path

import pytest

from server.alerts.models import Alert
from server.open_questions import views
from server.payments.models import PaymentOrder, Refund
from server.staff.models import Act
from tests.server.fleet.test_staff_browser import WEAK_TEXT, log_in, page
from tests.server.open_questions import questions as lobby
from tests.server.payments.world import NOW, World

__all__ = ["page"]
pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]

LATER = NOW + timedelta(hours=30)


@pytest.fixture
def crowded(world, monkeypatch: pytest.MonkeyPatch) -> World:
    """One of each kind waits, most of them since yesterday."""
    lobby.one_of_each(world)
    Alert.objects.filter(kind="paid_twice").update(raised_at=LATER - timedelta(hours=2))
    lobby.stopped_kiosk()
    monkeypatch.setattr(views.timezone, "now", lambda: LATER)
    return world


def open_page(page, language: str = "zh") -> None:
    log_in(page)
    page.goto("/staff/open-questions/")
    page.wait_for_selector("h1")
    if language == "en":
        page.click("button[value=en]")
        page.wait_for_selector("html[lang=en]")


def test_a_clerk_settles_another_amount(page, crowded, tmp_path: Path):
    open_page(page)
    card = page.locator("[data-kind=amount]")
    assert "￥400.00" in card.inner_text() and "￥664.16" in card.inner_text()
    card.locator("[data-act=settle_amount]").click()
    card.locator("input[value=bills]").check()
    card.locator("details[open] input[name=reason]").fill("业主同意余额转预存")
    card.locator("details[open] button.go").click()
    page.wait_for_selector(".notice.good")
    assert page.locator("[data-kind=amount]").count() == 0
    assert PaymentOrder.objects.get(reference="K03-000003").captured_minor == 40000
    act = Act.objects.get(act="settle_amount")
    assert (act.person_name, act.reason) == ("staff", "业主同意余额转预存")
    page.screenshot(path=tmp_path / "settled.png")


def test_a_refund_is_returned_by_hand_in_english(page, crowded):
    open_page(page, "en")
    card = page.locator("[data-kind=refund]")
    card.locator("[data-act=returned_by_hand]").click()
    card.locator("input[value=cash]").check()
    card.locator("details[open] button.go").click()  # without a reason the browser keeps it
    assert Refund.objects.get().state == "due"
    card.locator("details[open] input[name=reason]").fill("Signed receipt")
    card.locator("details[open] button.go").click()
    page.wait_for_selector(".notice.good")
    assert Refund.objects.get().state == "by_hand"


def test_one_form_is_open_at_a_time(page, crowded):
    open_page(page)
    card = page.locator("[data-kind=payment]").first
    for name in ("book_as_paid", "book_as_unpaid", "release_bills"):
        card.locator(f"[data-act={name}]").click()
    assert card.locator("details.act[open]").count() == 1


@pytest.mark.parametrize("language", ["zh", "en"])
def test_text_is_readable_by_everyone(page, crowded, language: str):
    open_page(page, language)
    page.evaluate("document.querySelectorAll('details').forEach(d => d.removeAttribute('name'))")
    page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    assert page.evaluate(WEAK_TEXT) == []


@pytest.mark.parametrize("language", ["zh", "en"])
def test_nothing_overflows(page, crowded, tmp_path: Path, language: str):
    open_page(page, language)
    folder = Path(os.environ.get("LOBBYPAY_PICTURES", tmp_path))
    for name, width in (("desk", 1400), ("phone", 390)):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        page.screenshot(path=folder / f"open-questions-{name}-{language}.png", full_page=True)
    page.set_viewport_size({"width": 1400, "height": 900})
    page.locator("[data-kind=refund] [data-act=returned_by_hand]").click()
    page.locator("[data-kind=refund] .known summary").click()
    page.screenshot(path=folder / f"open-questions-form-{language}.png", full_page=True)
    assert page.evaluate("document.documentElement.scrollWidth") <= 1400


def test_where_nothing_waits_it_says_so(page, world, tmp_path: Path):
    open_page(page)
    assert page.locator(".nothing").is_visible()
    folder = Path(os.environ.get("LOBBYPAY_PICTURES", tmp_path))
    page.screenshot(path=folder / "open-questions-none.png")


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_clerk_says_how_much_went_back(page, world, tmp_path: Path, language: str):
    lobby.unclear_return(world)
    open_page(page, language)
    page.locator("[data-kind=unclear] [data-act=state_returned]").click()
    form = page.locator("[data-kind=unclear] details[open]").filter(has=page.locator("form"))
    form.locator("input[name=returned]").fill("100.5")
    form.locator("input[name=reason]").fill("Li Na looked in the console")
    folder = Path(os.environ.get("LOBBYPAY_PICTURES", tmp_path))
    page.screenshot(path=folder / f"open-questions-unclear-{language}.png", full_page=True)
    form.locator("button.go").click()
    page.wait_for_selector(".notice.good")
    assert PaymentOrder.objects.get(reference="K03-000007").refunded_minor == 10050
    assert page.locator("[data-kind=unclear]").count() == 0
    assert page.locator("[data-kind=outside]").count() == 1
