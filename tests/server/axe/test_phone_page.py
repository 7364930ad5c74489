"""axe on what residents' phones show: a bill, the choice, a refusal, a payment in each of its states."""

import pytest

from server.payments import notifications
from server.payments.channels.interface import Notification
from server.service_requests.models import Kind, Topic
from tests.server.axe.test_staff_pages import JUDGED, axe, judged, pytestmark
from tests.server.fleet.test_staff_browser import page
from tests.server.payments.world import NOW
from tests.server.phone.conftest import alipay, clock, newest, put_in, scans, world

__all__ = ["alipay", "axe", "clock", "page", "pytestmark", "world"]


@pytest.mark.parametrize(("language", "width"), [("zh-hans", 390), ("en", 1280)])
def test_axe_finds_nothing_serious_on_the_phones_pages(
    page, axe, world, live_server, language, width
):
    page.set_viewport_size({"width": width, "height": 844})
    cookie = {"name": "django_language", "value": language, "url": live_server.url}
    page.context.add_cookies([cookie])
    put_in(world, 10_000)
    phone = scans(world)
    found = judged(page, axe, phone.address)
    found += judged(page, axe, f"{phone.address}?chosen=1&credit=1&bill={world.bills[0].number}")
    phone.look()
    payment = phone.pay()["Location"]
    found += judged(page, axe, payment)  # to be paid
    found += judged(page, axe, phone.address)  # held
    order = newest()
    told = world.channel.pays(order.out_trade_no)
    notifications.take("wechat", Notification(order.out_trade_no, told), NOW)
    found += judged(page, axe, payment)  # paid, and asked how it was
    Topic.objects.create(
        community=order.community, kind=Kind.QUESTION, name_zh="费用", name_en="Fees"
    )
    Topic.objects.create(
        community=order.community, kind=Kind.INVOICE, name_zh="开发票", name_en="Tax invoice"
    )
    phone.client.post(f"{payment}/vote", {"vote": 1})
    found += judged(page, axe, payment)  # asked for a number to call back at
    found += judged(page, axe, phone.address)
    found += judged(page, axe, f"{phone.address}/payments")
    found += judged(page, axe, f"{payment}/invoice")
    page.check("input[value=company]")
    page.click("form.invoice button")  # all that is wrong is marked
    page.wait_for_selector("#title-wrong")
    page.evaluate(axe)
    found += page.evaluate(JUDGED)
    page.check("input[value=person]")
    page.fill("#title", "Anna Schmidt")
    page.click("form.invoice button")
    page.wait_for_selector("section.waiting")
    found += judged(page, axe, f"{payment}/invoice")
    page.goto(f"{phone.address[:-3]}xxx")  # no bill of ours
    page.evaluate(axe)
    found += page.evaluate(JUDGED)
    assert not found, "\n".join(found)
