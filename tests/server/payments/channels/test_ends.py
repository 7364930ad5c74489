"""What an end was answered, and what went back, over real sockets and real signatures."""

import threading

import pytest

from server.payments.channels.interface import ChannelStatus, Ending
from server.payments.channels.sessions import Sessions

AMOUNT = 33208


def paid(line):
    order = line.order(AMOUNT)
    line.channel.charge(order, line.phone_code())
    return order


def refunded(line, order, *numbers):
    known = line.channel.query(order.out_trade_no)
    return line.channel.refunded(order.out_trade_no, known.paid_at, numbers)


@pytest.mark.parametrize("fault", ["end_unsure", "end_done_unsure"])
def test_an_answer_that_leaves_it_open_is_unsure_whatever_is_true(line, fault):
    order = paid(line)
    line.faults(**{fault: 1})
    answer = line.channel.reverse(order.out_trade_no)
    assert answer.ending is Ending.UNSURE
    known = ChannelStatus.PAID if fault == "end_unsure" else ChannelStatus.CLOSED
    assert answer.state.status is known
    again = line.channel.reverse(order.out_trade_no)
    assert (again.ending, again.state.status) == (Ending.ACCEPTED, ChannelStatus.CLOSED)
    assert line.books(order)["refunded_minor"] == AMOUNT


@pytest.mark.parametrize("scanned", [False, True])
def test_the_cancellation_of_a_code_that_alipay_does_not_know(lines, scanned):
    line = lines["alipay"]
    order = line.order()
    code_url = line.channel.create(order)
    if scanned:
        line.phone("scan", code_url)
    line.faults(not_there=1)
    answer = line.channel.reverse(order.out_trade_no)
    line.faults()
    assert answer.ending is (Ending.ACCEPTED if scanned else Ending.NOT_THERE)


def test_a_part_that_went_back_in_the_console_is_no_more_than_that(lines):
    line = lines["wechat"]
    order, other = paid(line), paid(line)
    line.refund_in_console(order, 1000)
    line.refund_in_console(other, AMOUNT)
    known = line.channel.query(order.out_trade_no)
    assert (known.status, known.refunded_minor) == (ChannelStatus.REFUNDED, None)
    assert (known.amount_minor, refunded(line, order)) == (AMOUNT, 1000)
    line.refund_in_console(order, 208)
    assert refunded(line, order) == 1208
    assert refunded(line, other) == AMOUNT


def test_our_own_refund_and_the_consoles_are_counted_once_each(lines):
    line = lines["wechat"]
    order = paid(line)
    line.channel.refund(order.out_trade_no, f"R{order.out_trade_no}", 200, AMOUNT, "late")
    line.refund_in_console(order, 1000)
    assert refunded(line, order, f"R{order.out_trade_no}") == 1200


@pytest.mark.parametrize(
    "fault", [{"silent": 1}, {"http_500": 1}, {"garbage": 1}, {"bad_signature": True}]
)
def test_without_a_good_answer_nobody_says_how_much_went_back(lines, fault):
    line = lines["wechat"]
    order = paid(line)
    line.refund_in_console(order, 1000)
    known = line.channel.query(order.out_trade_no)
    line.faults(**fault)
    assert line.channel.refunded(order.out_trade_no, known.paid_at, ()) is None
    line.faults()


def test_alipay_tells_how_much_went_back_in_all(lines):
    line = lines["alipay"]
    order = paid(line)
    line.channel.refund(order.out_trade_no, f"R{order.out_trade_no}", 200, AMOUNT, "late")
    numbers = (f"R{order.out_trade_no}",)
    assert refunded(line, order, *numbers) == 200
    line.refund_in_console(order, AMOUNT - 200)
    assert line.channel.query(order.out_trade_no).status is ChannelStatus.CLOSED


def test_each_thread_has_a_session_of_its_own():
    sessions, seen = Sessions(), []
    threads = [
        threading.Thread(target=lambda: seen.append((sessions.mine, sessions.mine)))
        for _ in range(3)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(first is again for first, again in seen)
    assert len({id(first) for first, _ in seen}) == 3
    assert not any(first.trust_env for first, _ in seen)
