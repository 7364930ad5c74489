"""Our adapters against the simulated channels over real sockets and real signatures."""

from types import SimpleNamespace

import pytest

from server.configuration import ConfigMistake
from server.payments.channels import alipay, wechat
from server.payments.channels.interface import (
    ChannelStatus,
    ChannelUnavailable,
    Ending,
    OutcomeUnknown,
    RefundStatus,
)


def test_an_order_is_made_paid_and_found_paid(line):
    order = line.order()
    code_url = line.channel.create(order)
    waiting = line.channel.query(order.out_trade_no).status
    assert waiting is (ChannelStatus.WAITING if line.name == "wechat" else ChannelStatus.NOT_FOUND)
    line.phone("scan", code_url)
    assert line.channel.query(order.out_trade_no).status is ChannelStatus.WAITING
    line.phone("pay", code_url)
    paid = line.channel.query(order.out_trade_no)
    assert (paid.status, paid.amount_minor) == (ChannelStatus.PAID, 33208)
    assert paid.reference == line.books(order)["transaction_id"]
    assert abs((paid.paid_at - order.expires_at).total_seconds()) < 660


def test_making_the_same_order_again_gives_the_same_code(line):
    order = line.order()
    assert line.channel.create(order) == line.channel.create(order)


def test_another_amount_under_the_same_number_makes_no_order_and_may_be_paid_already(line):
    order = line.order()
    line.channel.create(order)
    changed = type(order)(**{**order.__dict__, "amount_minor": 1})
    with pytest.raises(OutcomeUnknown):
        line.channel.create(changed)
    assert line.books(order)["amount_minor"] == 33208


def test_what_is_paid_already_is_no_channel_that_did_nothing(line):
    """A server that was restored from a backup makes an order again that its payer has paid since."""
    order = line.order()
    line.phone("pay", line.channel.create(order))
    with pytest.raises(OutcomeUnknown):
        line.channel.create(order)
    assert line.channel.query(order.out_trade_no).status is ChannelStatus.PAID


@pytest.mark.parametrize("scanned", [False, True])
def test_an_unpaid_order_is_closed_and_cannot_be_paid(line, scanned):
    order = line.order()
    code_url = line.channel.create(order)
    if scanned:
        line.phone("scan", code_url)
    by_close = scanned or line.channel.closes_unscanned
    ended = (line.channel.close if by_close else line.channel.reverse)(order.out_trade_no)
    assert ended.ending is Ending.ACCEPTED
    assert ended.state.status is ChannelStatus.CLOSED
    with pytest.raises(ValueError, match="closed"):
        line.phone("pay", code_url)
    assert line.books(order)["state"] == "closed"


def test_closing_a_paid_order_says_that_it_was_paid_and_pays_nothing_back(line):
    order = line.order()
    line.phone("pay", line.channel.create(order))
    ended = line.channel.close(order.out_trade_no)
    assert (ended.ending, ended.state.status) == (Ending.REFUSED, ChannelStatus.PAID)
    assert line.books(order)["refunded_minor"] == 0


def test_an_order_that_was_never_made_is_said_not_to_be_there(line):
    assert line.channel.close("00000000000000000000").ending is Ending.NOT_THERE


def test_a_refund_is_given_once_for_its_number(line):
    order = line.order()
    line.phone("pay", line.channel.create(order))
    number = order.out_trade_no
    assert line.channel.query_refund(number, f"R{number}") is not RefundStatus.DONE
    first = line.channel.refund(number, f"R{number}", 33208, 33208, "late")
    again = line.channel.refund(number, f"R{number}", 33208, 33208, "late")
    assert first is RefundStatus.DONE
    assert again in (RefundStatus.DONE, RefundStatus.UNKNOWN)
    assert line.channel.query_refund(number, f"R{number}") is RefundStatus.DONE
    assert line.books(order)["refunded_minor"] == 33208


@pytest.mark.parametrize(
    "fault", [{"lose_response": 1}, {"http_500": 1}, {"garbage": 1}, {"delay_s": 3}]
)
def test_no_answer_is_never_taken_for_a_no(line, fault):
    order = line.order()
    line.faults(**fault)
    with pytest.raises(OutcomeUnknown):
        line.channel.create(order)
    line.faults()
    assert line.channel.create(order), "the same order can be asked for again"


@pytest.mark.parametrize(
    "fault",
    [{"lose_response": 9}, {"http_500": 9}, {"garbage": 9}, {"bad_signature": True}],
)
def test_a_question_without_a_good_answer_is_unknown(line, fault):
    order = line.order()
    line.phone("pay", line.channel.create(order))
    line.faults(**fault)
    assert line.channel.query(order.out_trade_no).status is ChannelStatus.UNKNOWN
    ended = line.channel.close(order.out_trade_no)
    assert (ended.ending, ended.state.status) == (Ending.UNSURE, ChannelStatus.UNKNOWN)
    refund = line.channel.query_refund(order.out_trade_no, "R1")
    assert refund is RefundStatus.UNKNOWN


@pytest.mark.parametrize("fault", ["signtest", "stale_timestamp"])
def test_wechats_probes_and_old_answers_are_not_believed(lines, fault):
    line = lines["wechat"]
    order = line.order()
    line.channel.create(order)
    line.faults(**{fault: True})
    assert line.channel.query(order.out_trade_no).status is ChannelStatus.UNKNOWN
    line.faults()


def test_a_channel_that_is_not_there_gives_no_answer(line):
    module = wechat if line.name == "wechat" else alipay
    away = module.create({**line.table, "gateway": "http://127.0.0.1:9/gateway.do"})
    assert away.query("1").status is ChannelStatus.UNKNOWN
    with pytest.raises((ChannelUnavailable, OutcomeUnknown)):
        away.create(line.order())


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("gateway", "ftp://x"),
        ("gateway", "http://api.mch.weixin.qq.com"),
        ("timeout_s", 0),
        ("notify_url", ""),
        ("colour", "green"),
    ],
)
def test_a_wrong_setting_is_named(line, key, value):
    module = wechat if line.name == "wechat" else alipay
    with pytest.raises(ConfigMistake, match=key):
        module.create({**line.table, key: value})


def test_a_missing_key_file_is_named(line, tmp_path):
    module = wechat if line.name == "wechat" else alipay
    key = "merchant_key_file" if line.name == "wechat" else "app_private_key_file"
    with pytest.raises(ConfigMistake, match=key):
        module.create({**line.table, key: str(tmp_path / "none.pem")})


@pytest.mark.parametrize("total", [0, -100])
def test_a_payment_of_nothing_is_no_answer(total):
    content = {
        "trade_state": "SUCCESS",
        "transaction_id": "42",
        "appid": "wx1",
        "success_time": "2026-11-24T20:00:00+08:00",
    }
    line = object.__new__(wechat.WeChatChannel)
    line._table = SimpleNamespace(appid="wx1")
    for said, known in ((total, ChannelStatus.UNKNOWN), (100, ChannelStatus.PAID)):
        amount = {"total": said, "currency": "CNY"}
        assert line._state({**content, "amount": amount}).status is known


@pytest.mark.parametrize(("total", "known"), [("0.00", "unknown"), ("1.00", "paid")])
def test_a_payment_of_nothing_at_alipay_is_none_either(total, known):
    content = {"trade_status": "TRADE_SUCCESS", "trade_no": "42", "total_amount": total}
    state = alipay._state({**content, "send_pay_date": "2026-11-24 20:00:00"}, "send_pay_date")
    assert state.status == ChannelStatus[known.upper()]
