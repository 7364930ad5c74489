"""Orders that are paid in WeChat's own window, by real sockets and real signatures."""

import logging
import socket
import threading
from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from server.configuration import ConfigMistake
from server.gateways import official_account
from server.gateways.official_account import NotNamed, OfficialAccount
from server.payments.channels import wechat
from server.payments.channels.interface import (
    Browser,
    ChannelStatus,
    ChannelUnavailable,
    Ending,
    OutcomeUnknown,
)
from simulators.control import call

BACK, STATE = "https://pay.example/p/1/wechat", "0123456789abcdef0123456789abcdef"
AGENT = {"User-Agent": "Mozilla/5.0 (iPhone) AppleWebKit/605 MicroMessenger/8.0.49"}


@pytest.fixture
def line(lines):
    found = lines["wechat"]
    found.faults()
    yield found
    found.faults()


def code(line, state: str = STATE, **cookies: str) -> str:
    """WeChat's page sends the person back with it."""
    address = official_account.asks_who(line.channel.account, BACK, state)
    answer = requests.get(
        address, headers=AGENT, cookies=cookies, timeout=10, allow_redirects=False
    )
    assert answer.status_code == 302 and answer.headers["Location"].startswith(f"{BACK}?")
    told = parse_qs(urlsplit(answer.headers["Location"]).query)
    assert told["state"] == [state]
    return told["code"][0]


def begun(line, **cookies: str):
    openid = official_account.openid_of(line.channel.account, code(line, **cookies))
    browser = Browser("203.0.113.7", "https://pay.example/p/1", in_window=True, openid=openid)
    order = replace(line.order(), browser=browser)
    return order, line.channel.create(order)


def bridge(line, told: str, do: str = "pay", **changes: str) -> str:
    asked = {**line.channel.window_call(told), "do": do, **changes}
    return call(f"{line.url}/phone/bridge", asked)["err_msg"].split(":")[1]


def status(line, order):
    return line.channel.query(order.out_trade_no).status


def test_it_is_paid_by_the_bridge(line):
    order, told = begun(line)
    assert told.startswith("prepay_id=wx") and status(line, order) is ChannelStatus.WAITING
    assert bridge(line, told) == "ok"
    paid = line.channel.query(order.out_trade_no)
    assert (paid.status, paid.amount_minor) == (ChannelStatus.PAID, 33208)
    assert bridge(line, told) == "fail", "it is paid once"


def test_closed_without_paying_it_can_still_be_paid(line):
    order, told = begun(line)
    assert bridge(line, told, "cancel") == "cancel"
    assert status(line, order) is ChannelStatus.WAITING
    assert bridge(line, told) == "ok"


def test_made_again_it_is_the_same_order(line):
    order, told = begun(line)
    assert line.channel.create(order) == told


def test_it_is_closed_as_any_other(line):
    order, told = begun(line)
    assert line.channel.close(order.out_trade_no).ending is Ending.ACCEPTED
    assert bridge(line, told) == "fail" and status(line, order) is ChannelStatus.CLOSED


def test_what_was_not_signed_by_us_or_altered_is_not_taken(line):
    order, told = begun(line)
    _, other = begun(line)
    changed = {"package": other}, {"timeStamp": "1414561699"}, {"appId": "wx1"}, {"signType": "MD5"}
    for change in changed:
        assert bridge(line, told, **change) == "fail"
    assert status(line, order) is ChannelStatus.WAITING


def test_another_person_does_not_pay_it(line):
    _, told = begun(line, simulated_person="oAnother00000001")
    assert bridge(line, told) == "fail"
    assert bridge(line, told, person="oAnother00000001") == "ok"


def test_one_that_was_made_for_a_browser_is_not_made_once_more_for_the_window(line):
    order, _ = begun(line)
    page = replace(order, browser=Browser("203.0.113.7", "https://pay.example/p/1"))
    with pytest.raises(OutcomeUnknown):
        line.channel.create(page)


def test_an_openid_that_is_nobodys_is_refused(line):
    browser = Browser("203.0.113.7", "https://pay.example/", in_window=True, openid="oNobody000")
    with pytest.raises(ChannelUnavailable):
        line.channel.create(replace(line.order(), browser=browser))


@pytest.mark.parametrize("fault", ["silent", "http_500", "garbage", "bad_signature"])
def test_an_answer_that_is_none_leaves_it_open(line, fault):
    openid = official_account.openid_of(line.channel.account, code(line))
    browser = Browser("203.0.113.7", "https://pay.example/", in_window=True, openid=openid)
    order = replace(line.order(), browser=browser)
    line.faults(**{fault: 1})
    with pytest.raises(OutcomeUnknown):
        line.channel.create(order)
    line.faults()
    assert line.channel.create(order).startswith("prepay_id=")


@pytest.mark.parametrize(
    "answer", [{}, {"prepay_id": 5}, {"prepay_id": 'x" onclick='}, {"h5_url": "x"}]
)
def test_an_answer_that_is_not_understood_is_no_order(line, monkeypatch, answer):
    monkeypatch.setattr(line.channel._pay, "pay", lambda **_: (200, answer))
    browser = Browser("203.0.113.7", "https://pay.example/", in_window=True, openid="oNobody000")
    with pytest.raises(OutcomeUnknown):
        line.channel.create(replace(line.order(), browser=browser))


# --- who it is ---


def test_a_code_is_good_once(line):
    account, given = line.channel.account, code(line)
    assert official_account.openid_of(account, given).startswith("oSimulated")
    for bad in (given, "", "x" * 200, "a&secret=b", "0" * 32):
        with pytest.raises(NotNamed):
            official_account.openid_of(account, bad)


def test_another_secret_or_account_hears_nobodys_openid(line):
    real = line.channel.account
    for changed in (replace(real, secret="x"), replace(real, appid="wx1")):
        with pytest.raises(NotNamed):
            official_account.openid_of(changed, code(line))


@pytest.mark.parametrize("fault", ["silent", "lose_response", "http_500", "garbage"])
def test_a_line_that_breaks_names_nobody_and_writes_no_secret(line, caplog, fault):
    account, given = line.channel.account, code(line)
    line.faults(**{fault: 1})
    with caplog.at_level(logging.INFO), pytest.raises(NotNamed) as no:
        official_account.openid_of(account, given)
    said = f"{caplog.text} {no.value} {no.value.__cause__} {account!r}"
    assert account.secret not in said and given not in said


def test_an_answer_with_a_broken_head_writes_no_secret(caplog):
    """The library under it warns of such an answer with the whole address."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        threading.Thread(target=_broken_head, args=(server,), daemon=True).start()
        at = f"http://127.0.0.1:{server.getsockname()[1]}"
        account = OfficialAccount("wx1", "very-secret", api=at)
        assert official_account.openid_of(account, "code1234") == "oSomebody0001"
    assert "very-secret" not in caplog.text and "code1234" not in caplog.text


def _broken_head(server: socket.socket) -> None:
    connection, _ = server.accept()
    with connection:
        connection.recv(4096)
        body = b'{"openid": "oSomebody0001"}'
        size = str(len(body)).encode()
        head = b"HTTP/1.1 200 OK\r\nContent-Length: " + size + b"\r\nthis is no head\r\n\r\n"
        connection.sendall(head + body)


def test_an_address_that_nobody_serves_names_nobody(line, caplog):
    nowhere = OfficialAccount("wx1", "very-secret", api="http://127.0.0.1:9")
    with pytest.raises(NotNamed):
        official_account.openid_of(nowhere, "0" * 32)
    assert "very-secret" not in caplog.text


def test_a_secret_that_is_empty_is_a_mistake_in_the_configuration(lines, tmp_path):
    empty = tmp_path / "secret"
    empty.write_text(" \n")
    with pytest.raises(ConfigMistake, match="account_secret_file"):
        wechat.create(lines["wechat"].table | {"account_secret_file": str(empty)})


def test_without_the_accounts_secret_there_is_no_window(lines):
    table = {k: v for k, v in lines["wechat"].table.items() if k != "account_secret_file"}
    assert wechat.create(table).account is None
