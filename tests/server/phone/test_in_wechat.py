"""Bills paid in WeChat's own window: who pays is asked of WeChat, its order is made then, and what the
window says is believed of nothing. The channel and WeChat's pages are the simulated ones."""

import re
from dataclasses import replace
from datetime import timedelta
from html import unescape
from urllib.parse import SplitResult, parse_qs, urlsplit

import pytest
import requests
from django.test import Client
from django.utils import timezone

from contract.messages import PaymentState
from server.alerts.models import Alert
from server.alerts.raising import PROVIDER_FAILING
from server.billing.models import Bill, BillLease
from server.billing.signing import create_key
from server.outbox.models import ProviderTrouble
from server.payments.channels import registry, wechat
from server.payments.models import PaymentOrder
from server.payments.sweeper import sweep
from server.payments.verification import verify_books
from simulators import channel_keys
from simulators.control import call
from tests.server.pages import foreign
from tests.server.payments import world as worlds
from tests.server.payments.channels.conftest import lines, own_day
from tests.server.phone.conftest import newest, scans
from tests.server.phone.test_pages import WECHAT

__all__ = ["lines", "own_day"]
AGENT = {"user-agent": WECHAT}


@pytest.fixture
def line(lines):
    found = lines["wechat"]
    found.faults()
    yield found
    found.faults()


@pytest.fixture
def world(db, line, monkeypatch, settings):
    settings.PUBLIC_URL = "http://testserver"
    made = worlds.make()
    create_key(made.community, now=worlds.NOW)
    table = channel_keys.server_tables(line.keys, line.url, "", "http://127.0.0.1:9")["wechat"]
    made.channel = wechat.create(table)
    monkeypatch.setattr(registry, "channel", {"wechat": made.channel}.get)
    monkeypatch.setattr(registry, "on_phones", lambda: ["wechat"])
    monkeypatch.setattr(registry, "in_own_window", lambda: ["wechat"])
    return made


@pytest.fixture
def phone(world):
    """A bill's code, scanned with WeChat."""
    found = scans(world)
    found.client = Client(headers=AGENT)
    found.look()
    return found


@pytest.fixture(autouse=True)
def books_are_true(db):
    yield
    assert verify_books() == []


def at_wechat(client, where: str) -> SplitResult:
    """Follows to WeChat's page. Where that leads back to."""
    asked = client.get(where)
    assert asked.status_code == 200
    [address] = re.findall(r'content="0; url=([^"]+)"', asked.content.decode())
    answer = requests.get(unescape(address), headers=AGENT, timeout=10, allow_redirects=False)
    return urlsplit(answer.headers["Location"])


def through_wechat(client, where: str):
    """And back. What our server answers then."""
    back = at_wechat(client, where)
    return client.get(f"{back.path}?{back.query}")


def begins(phone) -> str:
    """The payment's page, of an order that WeChat Pay has."""
    answer = through_wechat(phone.client, phone.pay()["Location"])
    assert answer.status_code == 302 and answer["Location"].endswith("#pay")
    return answer["Location"].removesuffix("#pay")


def touches(line, order: PaymentOrder, do: str = "pay", **changes: str) -> str:
    """The sheet of WeChat's window, as the payment's page opens it."""
    asked = {**registry.window("wechat").window_call(order.code_url), "do": do, **changes}
    return call(f"{line.url}/phone/bridge", asked)["err_msg"].split(":")[1]


def page(client, address: str) -> str:
    return client.get(address).content.decode()


def later(monkeypatch, **time: float):
    at = timezone.now() + timedelta(**time)
    monkeypatch.setattr(timezone, "now", lambda: at)
    return at


def test_from_the_bill_to_the_receipt(world, phone, line, monkeypatch):
    assert 'value="wechat"' in phone.shown and "在浏览器打开" not in phone.shown
    answer = phone.pay()
    order = newest()
    assert answer["Location"] == f"/p/{order.payment_id}/wechat"
    assert order.life is PaymentState.CREATED and BillLease.objects.count() == 2
    address = begins_of(phone, answer)
    order = newest()
    assert order.life is PaymentState.PENDING and order.code_url.startswith("prepay_id=")
    shown = page(phone.client, address)
    assert "data-wechat-call" in shown and "wechat_pay.js" in shown and "openid" not in shown
    assert touches(line, order) == "ok"
    later(monkeypatch, seconds=5)
    assert "缴费成功" in page(phone.client, address)
    assert set(Bill.objects.values_list("state", flat=True)) == {"paid"}


def begins_of(phone, answer) -> str:
    return through_wechat(phone.client, answer["Location"])["Location"].removesuffix("#pay")


def test_nothing_is_kept_of_who_paid(world, phone, line):
    begins(phone)
    order = newest()
    touches(line, order)
    kept = str(PaymentOrder.objects.values().get())
    assert "oSimulated" not in kept and "oSimulated" not in str(phone.client.cookies)


def test_what_the_window_says_pays_nothing(world, phone, line, monkeypatch):
    """Whoever comes back before WeChat Pay has told is shown that it is not certain."""
    address = begins(phone)
    line.faults(silent=9)
    later(monkeypatch, seconds=5)
    assert "尚未付款" in page(phone.client, address)
    line.faults()
    touches(line, newest())
    line.faults(silent=9)
    later(monkeypatch, seconds=25)
    assert newest().life is PaymentState.PENDING
    line.faults()
    later(monkeypatch, seconds=30)
    assert "缴费成功" in page(phone.client, address)


def test_closed_without_paying_it_is_paid_the_next_time_or_given_up(world, phone, line):
    address = begins(phone)
    assert touches(line, newest(), "cancel") == "cancel"
    assert "data-wechat-call" in page(phone.client, address)
    phone.client.post(f"{address}/cancel")
    assert newest().life is PaymentState.CANCELLED and not BillLease.objects.exists()
    assert "data-wechat-call" not in page(phone.client, address)
    assert touches(line, newest()) == "fail"


def test_an_answer_that_is_lost_is_asked_for_again_and_is_one_order(world, phone, line):
    where = at_wechat(phone.client, phone.pay()["Location"])
    pay = world.channel._pay.pay
    lost = []

    def loses(**how):
        """The order is made; its answer does not arrive."""
        lost.append(pay(**how))
        line.faults(silent=1)
        return pay(**how)

    world.channel._pay.pay = loses
    address = phone.client.get(f"{where.path}?{where.query}")["Location"]
    world.channel._pay.pay = pay
    line.faults()
    assert newest().life is PaymentState.CREATED and len(lost) == 1
    shown = page(phone.client, address)
    assert "/go" in shown and "data-wechat-call" not in shown
    again = phone.client.post(address.removesuffix("#pay") + "/go")
    assert through_wechat(phone.client, again["Location"]).status_code == 302
    assert newest().code_url == f"prepay_id={lost[0][1]['prepay_id']}"
    orders = call(f"{line.url}/admin/orders")["orders"]
    assert len([o for o in orders if o["out_trade_no"] == newest().out_trade_no]) == 1


def test_sent_twice_it_is_one_order(world, phone, line):
    first, second = phone.pay(), phone.pay()
    assert first["Location"] == second["Location"]
    assert begins_of(phone, first) == f"/p/{newest().payment_id}"
    code = newest().code_url
    assert phone.client.get(second["Location"])["Location"] == f"/p/{newest().payment_id}"
    assert newest().code_url == code and PaymentOrder.objects.count() == 1


def test_late_truth_is_credited_or_returned(world, phone, line, monkeypatch):
    begins(phone)
    order = newest()
    sweep(later(monkeypatch, minutes=11))
    assert newest().life is PaymentState.CANCELLED and not BillLease.objects.exists()
    line.faults(pay_after_close=True)
    line.phone("pay", line.books(order)["code_url"])
    sweep(later(monkeypatch, minutes=5))
    assert newest().life in (PaymentState.REVERSED, PaymentState.APPROVED)
    assert "open" in set(Bill.objects.values_list("state", flat=True))


def test_who_never_comes_back_from_wechat_holds_nothing_for_long(world, phone, monkeypatch):
    phone.client.get(phone.pay()["Location"])
    sweep(later(monkeypatch, minutes=11))
    assert newest().life is PaymentState.CANCELLED and not BillLease.objects.exists()


# --- whose state it is ---


def test_a_state_of_another_browser_finishes_nothing(world, phone, line):
    """Somebody sends on the address with which WeChat sent them back: their account would be charged, or
    would hear of another's payment."""
    where = at_wechat(phone.client, phone.pay()["Location"])
    victim = Client(headers=AGENT)
    for query in (where.query, where.query.replace("state=", "state=0"), "state=&code=" + "0" * 32):
        answer = victim.get(f"{where.path}?{query}")
        assert answer.status_code == 409 and "没有返回付款人" in answer.content.decode()
    assert newest().life is PaymentState.CREATED
    assert phone.client.get(f"{where.path}?{where.query}").status_code == 302
    assert newest().life is PaymentState.PENDING


def test_a_state_is_good_once_and_for_its_own_payment(world, phone, line):
    where = at_wechat(phone.client, phone.pay()["Location"])
    line.faults(silent=1)  # WeChat does not answer who it is
    assert phone.client.get(f"{where.path}?{where.query}").status_code == 409
    line.faults()
    assert phone.client.get(f"{where.path}?{where.query}").status_code == 409, "used up"
    assert newest().life is PaymentState.CREATED
    assert through_wechat(phone.client, where.path).status_code == 302
    assert newest().life is PaymentState.PENDING


# --- in which window ---


def test_begun_in_wechat_and_opened_in_a_browser_it_says_so(world, phone, line):
    address = begins(phone)
    browser = Client()
    shown = page(browser, address)
    assert "在微信里发起" in shown and "data-wechat-call" not in shown
    assert browser.get(f"{address}/open")["Location"] == address
    assert browser.get(f"{address}/wechat")["Location"] == address


def test_begun_in_a_browser_and_opened_in_wechat_it_says_so(world, phone, line):
    other = scans(world)
    other.look()
    address = other.pay()["Location"]
    assert newest().code_url.startswith("http")
    shown = page(phone.client, address)
    assert "在浏览器里发起" in shown and newest().code_url not in shown


def test_without_the_contract_for_pages_it_is_paid_in_wechat_only(world, phone, monkeypatch):
    monkeypatch.setattr(registry, "on_phones", list)
    browser = scans(world)
    shown = browser.look()
    assert 'value="wechat"' not in shown and "用微信扫账单" in shown
    assert browser.pay().status_code == 409
    assert phone.pay().status_code == 302
    order = newest()
    assert Client().post(f"/p/{order.payment_id}/go").status_code == 302
    assert newest().life is PaymentState.CREATED, "a browser of its own asks nothing of the channel"


def test_where_it_is_not_set_up_the_page_says_how_as_before(world, phone, monkeypatch):
    monkeypatch.setattr(registry, "in_own_window", list)
    shown = phone.look()
    assert 'value="wechat"' not in shown and "在浏览器打开" in shown
    assert phone.pay().status_code == 409


def test_a_payment_that_is_none_is_asked_about_by_nobody(world, phone):
    assert phone.client.get("/p/00000000-0000-4000-8000-000000000000/wechat").status_code == 404


@pytest.mark.parametrize("begun", [True, False])
def test_once_paying_in_wechat_is_switched_off_an_open_payment_is_not_sent_to_wechat(
    world, phone, monkeypatch, begun
):
    """Neither one whose order WeChat Pay has, nor one that waits to hear who pays."""
    address = begins(phone) if begun else f"/p/{newest_of(phone)}"
    monkeypatch.setattr(registry, "in_own_window", list)
    for client in (phone.client, Client()) if begun else (phone.client,):
        for language, said in (
            ("zh", "停用" if begun else "手机浏览器"),
            ("en", "phone's browser"),
        ):
            answer = client.get(address, headers={"accept-language": language})
            shown = unescape(answer.content.decode())
            assert said in shown and "data-wechat-call" not in shown
            assert "在微信里发起" not in shown and "begun in WeChat" not in shown
            assert f'action="{address}/cancel"' in shown, "it can be given up"
            assert not begun or ("打开的页面" not in shown and "page that opens" not in shown)
            assert foreign(shown, language, "Lakeside Garden", "微信支付") == []


def newest_of(phone) -> str:
    phone.pay()
    return newest().payment_id


def test_an_account_that_names_nobody_is_an_alert_and_one_bad_code_is_none(world, phone, line):
    where = phone.pay()["Location"]
    for _ in range(4):
        back = at_wechat(phone.client, where)
        state = parse_qs(back.query)["state"][0]
        answer = phone.client.get(f"{back.path}?code=code-of-nobody&state={state}")
        assert answer.status_code == 409
    assert not Alert.objects.exists(), "that is the one person's code"
    account = world.channel.account
    world.channel.account = replace(account, secret="another")
    for _ in range(3):
        assert through_wechat(phone.client, where).status_code == 409
    alert = Alert.objects.get()
    assert (alert.kind, alert.subject) == (PROVIDER_FAILING, f"wechat {account.appid}")
    world.channel.account = account
    assert through_wechat(phone.client, where).status_code == 302
    assert ProviderTrouble.objects.get().failures == 0
