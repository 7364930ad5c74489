"""Our adapters charge simulated phones over real sockets and real signatures."""

import logging
from time import monotonic, sleep

import pytest
import requests

from contract.scan_kind import ScanKind, classify
from server.payments.channels import alipay, wechat
from server.payments.channels.interface import ChannelStatus, Ending, RefundStatus

SMALL, LARGE = 33208, 120_000  # above 1000 yuan the wallets ask for the password


def charged(line, amount_minor=LARGE):
    order = line.order(amount_minor)
    return order, line.channel.charge(order, line.phone_code())


def on_phone(line, order, what):
    return line.phone(what, line.books(order)["code_url"])


def status(line, order):
    return line.channel.query(order.out_trade_no).status


def test_the_phone_shows_a_code_of_its_wallet_until_it_is_used(line):
    code = line.phone_code()
    kind = ScanKind.WECHAT_PAYMENT if line.name == "wechat" else ScanKind.ALIPAY_PAYMENT
    assert classify(code).kind is kind
    assert line.phone_code() == code
    line.channel.charge(line.order(), code)
    assert line.phone_code() != code


def test_a_person_with_curl_is_told_the_code_too(line):
    answer = requests.post(f"{line.url}/phone/code", data={"": "{}"}, timeout=10)
    assert answer.json() == {"code": line.phone_code()}


def test_a_small_amount_is_paid_at_once(line):
    order, known = charged(line, SMALL)
    assert (known.status, known.amount_minor) == (ChannelStatus.PAID, SMALL)
    assert known.reference == line.books(order)["transaction_id"]
    found = line.channel.query(order.out_trade_no)
    assert (found.reference, found.paid_at) == (known.reference, known.paid_at)


def test_a_large_amount_waits_for_the_password(line):
    order, known = charged(line)
    assert known.status is ChannelStatus.WAITING
    assert status(line, order) is ChannelStatus.WAITING
    on_phone(line, order, "pay")
    assert status(line, order) is ChannelStatus.PAID


def test_a_refused_password_is_no_payment_and_the_reversal_ends_it(line):
    order, _ = charged(line)
    on_phone(line, order, "refuse")
    known = line.channel.query(order.out_trade_no)
    if line.name == "wechat":
        assert (known.status, known.reason) == (ChannelStatus.DECLINED, "refused")
    else:
        assert known.status is ChannelStatus.WAITING, "Alipay says only that nobody paid yet"
    assert line.channel.reverse(order.out_trade_no).state.status is ChannelStatus.CLOSED
    with pytest.raises(ValueError, match="closed"):
        on_phone(line, order, "pay")


def test_a_reversal_of_what_nobody_paid_ends_it(line):
    order, _ = charged(line)
    assert line.channel.reverse(order.out_trade_no).state.status is ChannelStatus.CLOSED
    assert line.channel.reverse(order.out_trade_no).state.status is ChannelStatus.CLOSED
    assert line.books(order)["state"] == "closed"


def test_a_reversal_of_what_was_paid_gives_it_back(line):
    order, _ = charged(line, SMALL)
    assert line.channel.reverse(order.out_trade_no).state.status is ChannelStatus.CLOSED
    assert line.books(order)["refunded_minor"] == SMALL


def test_a_reversal_of_what_never_arrived_ends_it(line):
    ended = line.channel.reverse(line.order().out_trade_no)
    assert ended.ending is (Ending.NOT_THERE if line.name == "wechat" else Ending.ACCEPTED)
    assert ended.state.status is ChannelStatus.NOT_FOUND


def test_a_refused_reversal_ends_nothing(line):
    order, _ = charged(line)
    line.faults(reverse_refused=1)
    ended = line.channel.reverse(order.out_trade_no)
    assert ended.ending is (Ending.BUSY if line.name == "wechat" else Ending.UNSURE)
    assert ended.state.status is ChannelStatus.WAITING
    on_phone(line, order, "pay")
    assert status(line, order) is ChannelStatus.PAID


def test_codes_that_are_wrong_or_used_are_declined_with_their_reason(line):
    wrong = "100000000000000000" if line.name == "wechat" else "250000000000000000"
    known = line.channel.charge(line.order(), wrong)
    assert (known.status, known.reason) == (ChannelStatus.DECLINED, "code_invalid")
    code = line.phone_code()
    line.channel.charge(line.order(), code)
    again = line.channel.charge(line.order(), code)
    assert (again.status, again.reason) == (ChannelStatus.DECLINED, "code_invalid")


def test_a_number_that_was_used_is_not_taken_for_a_no(line):
    order, _ = charged(line, SMALL)
    again = line.channel.charge(order, line.phone_code())
    assert again.status is ChannelStatus.UNKNOWN
    assert status(line, order) is ChannelStatus.PAID


@pytest.mark.parametrize(
    ("fault", "truth"),
    [
        ({"silent": 1}, ChannelStatus.NOT_FOUND),
        ({"http_500": 1}, ChannelStatus.NOT_FOUND),
        ({"lose_response": 1}, ChannelStatus.PAID),
        ({"garbage": 1}, ChannelStatus.PAID),
        ({"delay_s": 3}, ChannelStatus.PAID),
        ({"bad_signature": True}, ChannelStatus.PAID),
    ],
)
def test_no_good_answer_is_unknown_whatever_is_true(line, fault, truth):
    order, code = line.order(SMALL), line.phone_code()
    line.faults(**fault)
    assert line.channel.charge(order, code).status is ChannelStatus.UNKNOWN
    line.faults()
    end = monotonic() + 15  # a slow channel may do it after we stopped waiting
    while status(line, order) is not truth and monotonic() < end:
        sleep(0.2)
    assert status(line, order) is truth


@pytest.mark.parametrize("fault", [{"silent": 9}, {"http_500": 9}, {"garbage": 9}])
def test_a_reversal_without_a_good_answer_is_unknown(line, fault):
    order, _ = charged(line)
    line.faults(**fault)
    assert line.channel.reverse(order.out_trade_no).state.status is ChannelStatus.UNKNOWN
    line.faults()


def test_a_refusal_that_wechat_did_not_sign_is_no_refusal(lines):
    line = lines["wechat"]
    line.faults(bad_signature=True)
    known = line.channel.charge(line.order(), "100000000000000000")
    line.faults()
    assert known.status is ChannelStatus.UNKNOWN


def test_a_channel_that_is_not_there_is_looked_for_again(line):
    module = wechat if line.name == "wechat" else alipay
    away = module.create({**line.table, "gateway": "http://127.0.0.1:9/gateway.do"})
    assert away.charge(line.order(), line.phone_code()).status is ChannelStatus.UNKNOWN
    assert away.reverse("1").ending is Ending.UNSURE


def test_what_a_phone_paid_can_be_refunded(line):
    order, _ = charged(line, SMALL)
    number = order.out_trade_no
    assert line.channel.refund(number, f"R{number}", SMALL, SMALL, "late") is RefundStatus.DONE


def test_the_code_is_in_no_log(line, caplog):
    caplog.set_level(logging.DEBUG)
    codes = [line.phone_code()]
    line.channel.charge(line.order(), codes[0])
    line.channel.charge(line.order(), codes[0])
    line.faults(lose_response=1)
    codes.append(line.phone_code())
    line.channel.charge(line.order(), codes[1])
    assert not [code for code in codes if code in caplog.text]
