"""From the bill's code to the receipt in a phone's browser: real signatures and pages, both languages."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection

from server.billing.models import Bill
from server.billing.signing import bill_url, create_key
from server.payments import notifications, timing
from server.payments.channels import alipay, registry, wechat
from server.payments.channels.interface import Notification
from server.payments.models import PaymentOrder
from server.payments.verification import verify_books
from server.service_requests.models import Kind, Topic
from simulators import channel_keys, wechat_pay
from simulators.control import call
from tests.server.counter.test_browser import WIDE
from tests.server.fleet.test_staff_browser import WEAK_TEXT, page
from tests.server.payments import world as worlds
from tests.server.payments.channels.conftest import lines, own_day
from tests.server.payments.world import NOW, TODAY
from tests.server.phone.conftest import newest, scans
from tests.server.phone.test_pages import WECHAT

__all__ = ["lines", "own_day", "page"]
pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
BRIDGE = Path(wechat_pay.__file__).with_name("bridge.js")
PAID = {"zh": "缴费成功", "en": "Payment complete"}


@pytest.fixture
def bill(lines, live_server, page, settings, monkeypatch) -> str:
    """The address in a bill's code, as a phone reads it; the channels are the simulated ones."""
    settings.PUBLIC_URL = live_server.url
    made = worlds.make()
    Topic.objects.create(
        community=made.community, kind=Kind.QUESTION, name_zh="费用", name_en="Fees"
    )
    Topic.objects.create(
        community=made.community, kind=Kind.INVOICE, name_zh="开发票", name_en="Tax invoice"
    )
    create_key(made.community, now=worlds.NOW)
    keys, urls = lines["wechat"].keys, (lines["wechat"].url, lines["alipay"].url)
    tables = channel_keys.server_tables(keys, *urls, live_server.url)
    channels = {
        "wechat": wechat.create(tables["wechat"]),
        "alipay": alipay.create(tables["alipay"]),
    }
    monkeypatch.setattr(registry, "channel", channels.get)
    monkeypatch.setattr(registry, "on_phones", lambda: list(channels))
    monkeypatch.setattr(registry, "in_own_window", lambda: ["wechat"])
    page.set_viewport_size({"width": 390, "height": 844})
    return "/b/" + bill_url(made.bills[0], TODAY).rpartition("/b/")[2]


@pytest.fixture
def browser_of_wechat(page, lines, live_server):
    """A page in WeChat's window, with its bridge."""
    url = lines["wechat"].url
    context = page.context.browser.new_context(
        base_url=live_server.url,
        viewport={"width": 390, "height": 844},
        user_agent=WECHAT,
        locale="zh-CN",
    )
    found = context.new_page()
    found.expose_function("simulatedWeChat", lambda asked: call(f"{url}/phone/bridge", asked))
    found.add_init_script(BRIDGE.read_text())
    yield found
    context.close()


def look(page, picture: Path) -> None:
    page.screenshot(path=picture, full_page=True)
    assert not page.evaluate(WEAK_TEXT)
    assert page.evaluate(WIDE) <= 0


@pytest.mark.parametrize(("language", "method"), [("zh", "wechat"), ("en", "alipay")])
def test_from_the_bills_code_to_the_receipt(page, bill, tmp_path, language, method):
    page.goto(f"{bill}?language={'en' if language == 'en' else 'zh-hans'}")
    page.wait_for_selector(f"html[lang={'en' if language == 'en' else 'zh-Hans'}]")
    page.locator("details summary").first.click()
    look(page, tmp_path / "bill.png")
    page.locator(".pick input").nth(1).uncheck()
    page.wait_for_url("**chosen=1**")
    page.click(f"button.way.{method}")
    page.wait_for_selector(f"a.way.{method}")
    look(page, tmp_path / "begun.png")
    page.click(f"a.way.{method}")
    page.wait_for_selector("button.pay")
    page.screenshot(path=tmp_path / "channel.png")
    page.click("button.pay")
    page.wait_for_selector("section.good h1", timeout=40_000)
    assert PAID[language] in page.inner_text("section.good h1")
    look(page, tmp_path / "receipt.png")
    page.locator(".faces button").nth(2).click()
    page.fill("#vote input[type=tel]", "139 1111 2222")
    look(page, tmp_path / "voted.png")
    page.click("#vote button.quiet")
    page.wait_for_selector("section.waiting h1")
    look(page, tmp_path / "call_back.png")
    page.go_back()
    page.wait_for_selector("#vote p a")
    look(page, tmp_path / "called_back.png")
    picture = page.request.get(page.locator(".keep a").nth(1).get_attribute("href"))
    (tmp_path / "picture.png").write_bytes(picture.body())
    order = PaymentOrder.objects.get()
    assert (order.method, order.captured_minor, order.by_phone) == (method, 33_208, True)
    assert sorted(Bill.objects.values_list("state", flat=True)) == ["open", "paid"]
    assert verify_books() == []
    _asks_for_an_invoice(page, tmp_path)
    page.goto(bill)  # the browser was closed, the bill is scanned once more
    page.wait_for_selector("a.began")
    look(page, tmp_path / "again.png")
    page.click("a[href$='/payments']")
    look(page, tmp_path / "payments.png")
    connection.close()


def _asks_for_an_invoice(page, tmp_path) -> None:
    """From the payment's page, with a mistake that is mended."""
    page.click("a[href$='/invoice']")
    page.check("input[value=person]")
    assert not page.is_visible("#tax_number"), "a person has none"
    page.check("input[value=company]")
    page.fill("#title", "某某科技有限公司")
    page.fill("#tax_number", "91330106673959654X")
    look(page, tmp_path / "invoice.png")
    page.click("form.invoice button")
    page.wait_for_selector("#tax_number-wrong")
    look(page, tmp_path / "invoice_wrong.png")
    assert page.input_value("#title") == "某某科技有限公司"
    page.fill("#tax_number", "91330106673959654p")
    page.click("form.invoice button")
    page.wait_for_selector("section.waiting h1")
    look(page, tmp_path / "invoice_sent.png")
    page.click("button[name=withdraw]")
    page.wait_for_selector("section.quiet h1")
    look(page, tmp_path / "invoice_withdrawn.png")


@pytest.mark.parametrize("language", ["zh", "en"])
def test_in_wechats_own_window(browser_of_wechat, bill, lines, tmp_path, language):
    page = browser_of_wechat
    page.goto(f"{bill}?language={'en' if language == 'en' else 'zh-hans'}")
    look(page, tmp_path / "bill.png")
    page.click("button.way.wechat")
    page.wait_for_selector("#wechat-sheet")  # by way of WeChat's page, which asks nothing
    page.click("#wechat-cancel")
    page.wait_for_selector("p[role=status]:not(:empty)")
    look(page, tmp_path / "closed.png")
    with page.expect_response("**/p/*"):
        pass  # the page has looked at itself
    page.wait_for_timeout(500)
    assert page.inner_text("p[role=status]"), "what WeChat said stays to be read"
    page.click("[data-wechat-call] button")
    page.click("#wechat-pay")
    page.wait_for_selector("section.good h1", timeout=40_000)
    assert PAID[language] in page.inner_text("section.good h1")
    look(page, tmp_path / "receipt.png")
    order = PaymentOrder.objects.get()
    assert order.code_url.startswith("prepay_id=") and order.captured_minor == order.amount_minor
    assert verify_books() == []
    connection.close()


def test_a_page_that_waits_shows_the_result_by_itself(page, world):
    phone = scans(world)
    phone.look()
    page.goto(phone.pay()["Location"])
    page.evaluate("window.stays = true")
    page.wait_for_timeout(6_000)
    assert page.evaluate("window.stays"), "it is shown anew only when it says something else"
    order = newest()
    told = world.channel.pays(order.out_trade_no)
    notifications.take("wechat", Notification(order.out_trade_no, told), NOW)
    page.wait_for_selector("section.good h1", timeout=20_000)


def test_wechats_page_opens_by_a_new_address_too(page, bill, monkeypatch):
    monkeypatch.setattr(timing, "PAGE_ADDRESS_LIFE", timedelta(0))
    page.goto(bill)
    page.click("button.way.wechat")
    page.click("a.way.wechat")
    page.wait_for_selector("button.pay")
    page.click("button.pay")
    page.wait_for_selector("section.good h1", timeout=40_000)
    connection.close()
