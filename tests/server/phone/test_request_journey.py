"""A leak told by phone with a photo, answered by staff on their page, seen on the phone, voted on."""

from pathlib import Path

import pytest
from django.db import connection

from server.billing.signing import bill_url
from server.service_requests.models import Photo, ServiceRequest, Vote
from tests.server.counter.test_browser import WIDE
from tests.server.fleet.test_staff_browser import WEAK_TEXT, page
from tests.server.service_requests.conftest import clerk, manager, photo, village
from tests.server.staff_accounts import PASSWORD
from tests.server.village import TODAY, bill_of, issue

__all__ = ["clerk", "manager", "page", "village"]
pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
PHONE, DESK = {"width": 390, "height": 844}, {"width": 1400, "height": 900}


def look(page, picture: Path) -> None:
    page.screenshot(path=picture, full_page=True)
    assert not page.evaluate(WEAK_TEXT)
    assert page.evaluate(WIDE) <= 0


def test_a_leak_is_told_answered_seen_and_voted_on(page, village, clerk, tmp_path):
    issue(village)
    page.set_viewport_size(PHONE)
    page.goto("/b/" + bill_url(bill_of(village), TODAY).rpartition("/b/")[2])
    page.click("a[href$='/requests']")
    page.select_option("select[name=topic]", index=1)
    page.fill("textarea[name=text]", "厨房水管漏水，水已经流到走廊了。")
    leak = tmp_path / "leak.jpg"
    leak.write_bytes(photo())
    page.set_input_files("input[name=photos]", str(leak))
    page.fill("input[name=phone]", "13800001234")
    look(page, tmp_path / "form.png")
    page.click(".tell button >> nth=0")
    page.wait_for_selector("section.waiting h1")
    its_page = page.url
    look(page, tmp_path / "sent.png")

    page.set_viewport_size(DESK)
    page.goto("/staff/service/")
    page.fill("#id_username", "clerk")
    page.fill("#id_password", PASSWORD)
    page.click("button.main")
    page.wait_for_selector(".alert-list")
    look(page, tmp_path / "list.png")
    page.click("a.what")
    page.wait_for_selector(".said")
    look(page, tmp_path / "request.png")
    page.fill("textarea[name=text]", "师傅已在路上，二十分钟内到。")
    page.click("button[value=answer]")
    page.wait_for_selector(".said .ours")
    look(page, tmp_path / "answered.png")
    page.set_viewport_size(PHONE)
    look(page, tmp_path / "staff-phone.png")
    page.goto("/staff/service/topics/")
    page.set_viewport_size(DESK)
    look(page, tmp_path / "topics.png")
    page.goto("/staff/service/new/")
    look(page, tmp_path / "desk.png")

    page.set_viewport_size(PHONE)
    page.goto(its_page)
    page.wait_for_selector("section.good h1")
    assert "师傅已在路上" in page.inner_text(".word.ours")
    page.click(f".votes button[value='{Vote.GOOD.value}']")
    page.wait_for_selector(".votes button[aria-pressed]")
    look(page, tmp_path / "voted.png")
    assert (ServiceRequest.objects.get().vote, Photo.objects.count()) == (Vote.GOOD, 1)
    connection.close()
