"""Orders that a phone's browser pays on the channel's page, by real sockets and real signatures."""

from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from server.payments.channels.interface import (
    Browser,
    ChannelStatus,
    ChannelUnavailable,
    Ending,
    OutcomeUnknown,
)
from simulators.payment_channel.browser import MARK

BACK = "https://pay.example/p/1"
FROM = {"Referer": "https://pay.example/"}


def begun(line, **changes):
    order = replace(line.order(), browser=Browser("203.0.113.7", BACK), **changes)
    return order, line.channel.create(order)


def opened(address):
    return requests.get(address, headers=FROM, timeout=10)


def status(line, order):
    return line.channel.query(order.out_trade_no).status


def pay(line, order, what="pay"):
    told = {"code_url": line.books(order)["code_url"], "back": BACK}
    return requests.post(f"{line.url}/phone/{what}", data=told, timeout=10, allow_redirects=False)


def test_it_is_paid_on_the_channels_page_and_comes_back(line):
    order, address = begun(line)
    page = opened(address)
    assert page.status_code == 200 and "332.08" in page.text and BACK in page.text
    assert line.books(order)["code_url"].startswith(MARK)
    assert status(line, order) is ChannelStatus.WAITING
    assert pay(line, order).headers["Location"] == BACK
    assert line.channel.query(order.out_trade_no).amount_minor == 33208
    assert status(line, order) is ChannelStatus.PAID


def test_made_again_it_is_the_same_order(line):
    order, address = begun(line)
    again = line.channel.create(order)
    assert opened(address).ok and opened(again).ok
    assert urlsplit(again).path == urlsplit(address).path


def test_alipay_has_no_trade_before_its_page_is_opened(lines):
    line = lines["alipay"]
    order, address = begun(line)
    assert status(line, order) is ChannelStatus.NOT_FOUND
    assert line.channel.close(order.out_trade_no).ending is Ending.NOT_THERE
    opened(address)
    assert status(line, order) is ChannelStatus.WAITING
    assert line.channel.close(order.out_trade_no).ending is Ending.ACCEPTED
    assert "关闭" in opened(address).text


def test_wechat_has_the_order_at_once_and_closes_it(lines):
    line = lines["wechat"]
    order, _ = begun(line)
    assert status(line, order) is ChannelStatus.WAITING
    assert line.channel.close(order.out_trade_no).ending is Ending.ACCEPTED


def test_wechats_page_opens_only_from_a_page_of_ours(lines):
    _, address = begun(lines["wechat"])
    assert "商家参数格式有误" in requests.get(address, timeout=10).text
    assert "332.08" in opened(address).text


def test_alipays_page_opens_by_our_signature_only(lines):
    line = lines["alipay"]
    _, address = begun(line)
    assert parse_qs(urlsplit(address).query)["return_url"] == [BACK]
    for spoiled in (address.replace("332.08", "3.32"), address.replace("sign=", "sign=A")):
        assert spoiled != address
        assert opened(spoiled).status_code == 400


def test_alipays_page_is_over_with_the_orders_time(lines):
    line = lines["alipay"]
    order = line.order(minutes=-1)
    address = line.channel.create(replace(order, browser=Browser("203.0.113.7", BACK)))
    opened(address)
    assert status(line, order) is ChannelStatus.NOT_FOUND


@pytest.mark.parametrize(
    "fault", ["silent", "http_500", "garbage", "bad_signature", "lose_response"]
)
def test_an_answer_that_is_none_leaves_wechats_order_open(lines, fault):
    line = lines["wechat"]
    line.faults(**{fault: 1})
    try:
        with pytest.raises(OutcomeUnknown):
            begun(line)
    finally:
        line.faults()


def test_a_phone_is_sent_nowhere_but_by_https(lines, monkeypatch):
    line = lines["wechat"]
    for address in ("javascript:alert(1)//?", "http://evil.example/?", "//evil?", "https://x", 5):
        monkeypatch.setattr(line.channel._pay, "pay", lambda a=address, **_: (200, {"h5_url": a}))
        with pytest.raises((OutcomeUnknown, ChannelUnavailable)):
            begun(line)


def test_only_yuan(line):
    with pytest.raises(ChannelUnavailable):
        begun(line, currency="HKD")
