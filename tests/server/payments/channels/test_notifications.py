"""A notification is believed only with the channel's own signature, fresh, and about our merchant."""

import importlib
from base64 import b64encode
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from time import monotonic, sleep
from urllib.parse import parse_qsl, quote, urlencode

import pytest
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from server.payments.channels.interface import ChannelStatus, NotGenuine, Order
from simulators import channel_keys


@pytest.fixture
def inbox():
    """A place to which the channel sends its notifications."""
    received = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            received.append((dict(self.headers), body))
            answer = b"success"
            self.send_response(200)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_):
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    yield received, f"http://127.0.0.1:{server.server_address[1]}/notify"
    server.shutdown()


def told(line, inbox, **faults):
    """What arrives when a resident pays."""
    received, url = inbox
    module = importlib.import_module(f"server.payments.channels.{line.name}")
    channel = module.create({**line.table, "notify_url": url})
    order: Order = line.order()
    line.faults(**faults)
    line.phone("pay", channel.create(order))
    end = monotonic() + 15
    while not received and monotonic() < end:
        sleep(0.05)
    return order, received[0]


def test_a_genuine_notification_says_what_was_paid(line, inbox):
    order, (headers, body) = told(line, inbox)
    news = line.channel.parse_notification(headers, body)
    assert news.out_trade_no == order.out_trade_no
    assert (news.state.status, news.state.amount_minor) == (ChannelStatus.PAID, 33208)


def test_a_changed_notification_is_not_believed(line, inbox):
    _, (headers, body) = told(line, inbox)
    if line.name == "wechat":
        changed = body.replace(b"TRANSACTION.SUCCESS", b"TRANSACTION.SUCCES5")
    else:
        fields = dict(parse_qsl(body.decode()))
        changed = urlencode({**fields, "total_amount": "0.01"}).encode()
    for wrong in (changed, b"x" + body, b"", b"\xff\xfe", body[: len(body) // 2]):
        with pytest.raises(NotGenuine):
            line.channel.parse_notification(headers, wrong)


def test_wechats_headers_must_all_be_right(lines, inbox):
    line = lines["wechat"]
    _, (headers, body) = told(line, inbox)
    for name in ("Wechatpay-Signature", "Wechatpay-Nonce", "Wechatpay-Serial"):
        with pytest.raises(NotGenuine):
            line.channel.parse_notification({**headers, name: "x"}, body)
    with pytest.raises(NotGenuine):
        line.channel.parse_notification({**headers, "Wechatpay-Timestamp": "1624523846"}, body)


@pytest.mark.parametrize("fault", ["signtest", "stale_timestamp", "bad_signature"])
def test_wechats_probes_are_refused(lines, inbox, fault):
    line = lines["wechat"]
    received, url = inbox
    module = importlib.import_module("server.payments.channels.wechat")
    channel = module.create({**line.table, "notify_url": url})
    code_url = channel.create(line.order())
    line.faults(**{fault: True})
    line.phone("pay", code_url)
    end = monotonic() + 15
    while not received and monotonic() < end:
        sleep(0.05)
    line.faults()
    with pytest.raises(NotGenuine):
        line.channel.parse_notification(*received[0])


def test_another_merchants_notification_is_refused(line, inbox):
    _, (headers, body) = told(line, inbox)
    module = importlib.import_module(f"server.payments.channels.{line.name}")
    other = {"mchid": "1900009999"} if line.name == "wechat" else {"seller_id": "2088999999999"}
    with pytest.raises(NotGenuine):
        module.create({**line.table, **other}).parse_notification(headers, body)


def test_a_duplicate_comes_with_the_same_news(line, inbox):
    received, _ = inbox
    told(line, inbox, duplicate_notification=True)
    end = monotonic() + 15
    while len(received) < 2 and monotonic() < end:
        sleep(0.05)
    first, second = (line.channel.parse_notification(*n) for n in received[:2])
    assert first == second


def test_a_notification_in_gbk_is_read_in_the_charset_that_it_was_signed_in(lines, inbox):
    """Signed over GBK bytes, as accounts get it that were opened long ago."""
    line = lines["alipay"]
    line.faults()
    _, (headers, body) = told(line, inbox)
    fields = dict(parse_qsl(body.decode(), keep_blank_values=True))
    key = load_pem_private_key(
        channel_keys.private_key(line.keys, "alipay-platform").read_bytes(), None
    )

    def signed(charset, codec):
        said = {**fields, "charset": charset, "subject": "湖畔花园 3-2-1201 物业缴费"}
        signature, sign_type = said.pop("sign"), said.pop("sign_type")
        assert signature
        text = "&".join(f"{name}={said[name]}" for name in sorted(said)).encode(codec)
        said |= {"sign": b64encode(key.sign(text, PKCS1v15(), SHA256())).decode()}
        return urlencode({**said, "sign_type": sign_type}, encoding=codec).encode()

    for charset, codec in (("GBK", "gbk"), ("gb18030", "gb18030"), ("utf-8", "utf-8")):
        news = line.channel.parse_notification(headers, signed(charset, codec))
        assert news.out_trade_no == fields["out_trade_no"]
        assert (news.state.status, news.state.amount_minor) == (ChannelStatus.PAID, 33208)
    for charset in ("GBK", "gb18030", "big5", "²"):
        wrong = signed("utf-8", "utf-8").replace(
            b"charset=utf-8", quote(f"charset={charset}").encode()
        )
        with pytest.raises(NotGenuine):
            line.channel.parse_notification(headers, wrong)


@settings(
    max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    stamp=st.text(max_size=12) | st.just("9" * 5000), body=st.binary(max_size=60), data=st.data()
)
def test_whatever_knocks_is_refused_and_raises_nothing_else(lines, stamp, body, data):
    name = data.draw(st.sampled_from(["wechat", "alipay"]))
    headers = {
        "Wechatpay-Timestamp": stamp,
        "Wechatpay-Serial": lines["wechat"].table["platform_public_key_id"],
        "Wechatpay-Nonce": "n",
        "Wechatpay-Signature": "c2ln",
    }
    with pytest.raises(NotGenuine):
        lines[name].channel.parse_notification(headers, body)


@pytest.mark.parametrize("stamp", ["²", "１７００００００００", "9" * 5000, "-1", ""])
def test_a_timestamp_that_is_no_number(lines, stamp):
    headers = {
        "Wechatpay-Timestamp": stamp,
        "Wechatpay-Serial": lines["wechat"].table["platform_public_key_id"],
    }
    with pytest.raises(NotGenuine):
        lines["wechat"].channel.parse_notification(headers, b"{}")


def test_alipay_tells_of_a_refund_in_the_console_and_how_much_went_back(lines, inbox):
    line = lines["alipay"]
    received, _ = inbox
    order, _ = told(line, inbox)
    line.refund_in_console(order, 1000)
    end = monotonic() + 15
    while len(received) < 2 and monotonic() < end:
        sleep(0.05)
    news = line.channel.parse_notification(*received[1])
    assert (news.state.status, news.state.refunded_minor) == (ChannelStatus.REFUNDED, 1000)
    assert news.state.amount_minor == 33208
