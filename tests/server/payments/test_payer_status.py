"""The page on the resident's phone says where the money is."""

import re
from datetime import timedelta
from uuid import UUID

import pytest

from contract.messages import Method, PaymentState
from server.payments import inquiry, sweeper, transitions
from server.payments.channels import registry
from server.payments.channels.interface import RefundStatus
from server.payments.decisions.refund_takeover import returned_by_hand
from server.payments.initiation import start
from server.payments.models import PaymentOrder, Refund
from server.payments.serializers import view_of
from server.staff.people import Person
from tests.server.pages import foreign
from tests.server.payments.charges import request as charge_request
from tests.server.payments.journal.test_intake import KioskJournal, record, take
from tests.server.payments.world import NOW

SWITCH = re.compile('<button name="language" value="([^"]+)"')


def page(client, number: int = 1, status: int = 200) -> str:
    answer = client.get(f"/p/{UUID(int=number)}")
    assert answer.status_code == status
    return answer.content.decode()


def looks_again(shown: str) -> bool:
    return 'http-equiv="refresh"' in shown


def order(number: int = 1) -> PaymentOrder:
    return PaymentOrder.objects.get(payment_id=str(UUID(int=number)))


@pytest.fixture
def late(world):
    """Closed, and paid after all."""
    world.community.late_success = "refund"
    world.community.save()
    closed = inquiry.cancel(start(world.caller, world.request(), NOW), NOW)
    inquiry.apply_answer(closed, world.channel.pays(closed.out_trade_no), NOW)


def test_while_the_outcome_is_not_known_it_says_so_and_looks_again(world, client):
    start(world.caller, world.request(), NOW)
    shown = page(client)
    assert "请不要再付一次" in shown and looks_again(shown)
    assert shown.count(">未缴<") == 2


def test_paid_it_is_the_receipt(world, client):
    paid = start(world.caller, world.request(), NOW)
    inquiry.apply_answer(paid, world.channel.pays(paid.out_trade_no), NOW)
    shown = page(client)
    assert "缴费成功" in shown and not looks_again(shown)
    assert "￥664.16" in shown and shown.count("￥332.08") == 4
    assert shown.count(">已缴清<") == 2
    assert "2026-11-24 22:47:00" in shown


def test_the_page_speaks_one_language_as_the_phone_or_a_link_asks(world, client):
    paid = start(world.caller, world.request(), NOW)
    inquiry.apply_answer(paid, world.channel.pays(paid.out_trade_no), NOW)
    address = f"/p/{UUID(int=1)}"
    for asked, headers in (("?language=en", {}), ("", {"accept-language": "en-GB"})):
        english = client.get(address + asked, headers=headers).content.decode()
        assert "Payment complete" in english and '<html lang="en">' in english
        assert SWITCH.findall(english) == ["zh-hans"] and foreign(english, "en") == []
    for asked, headers in (("", {}), ("?language=zh-hans", {"accept-language": "en"})):
        chinese = client.get(address + asked, headers=headers).content.decode()
        assert "缴费成功" in chinese and "Payment complete" not in chinese
        assert SWITCH.findall(chinese) == ["en"] and foreign(chinese, "zh-hans") == []
    unknown = client.get(f"/p/{UUID(int=9)}?language=en").content.decode()
    assert "no news of this payment" in unknown


def test_money_that_goes_back_is_not_called_returned_before_it_is(late, client):
    shown = page(client)
    assert "款项正在退回" in shown and looks_again(shown)
    assert "<dt>已退回<" not in shown
    sweeper.sweep(NOW + timedelta(minutes=1))
    shown = page(client)
    assert "款项已退回" in shown and not looks_again(shown)
    assert "<dt>已退回<" in shown and ">未缴<" in shown


def test_a_refund_that_the_channel_refuses_is_not_called_under_way(world, late, client):
    world.channel.refund_says = RefundStatus.FAILED
    sweeper.sweep(NOW + timedelta(minutes=1))
    shown = page(client)
    assert "退款还没有完成" in shown and "物业也会处理" in shown and looks_again(shown)
    world.channel.refund_says = None
    sweeper.sweep(NOW + timedelta(minutes=2))
    assert "款项已退回" in page(client)


def test_what_the_office_returned_is_told_with_how_and_when(world, late, client):
    world.channel.refund_says = RefundStatus.FAILED
    sweeper.sweep(NOW + timedelta(minutes=1))
    world.channel.refund_query_says = RefundStatus.NOT_FOUND
    returned_by_hand(
        Refund.objects.get().refund_no,
        Person("李会计"),
        "本人到前台领取",
        NOW + timedelta(hours=2),
        how=Refund.How.CASH,
    )
    shown = page(client)
    assert "款项已退回" in shown and not looks_again(shown)
    assert "物业已用现金退给您（2026年11月25日）" in shown
    assert "<dt>已退回<" in shown and "￥664.16" in shown


def test_late_money_that_became_credit_is_not_called_a_settled_bill(world, client):
    world.community.late_success = "credit"
    world.community.save()
    closed = inquiry.cancel(start(world.caller, world.request(), NOW), NOW)
    inquiry.apply_answer(closed, world.channel.pays(closed.out_trade_no), NOW)
    shown = page(client)
    assert "款项已记入预存款" in shown and "账单没有销账" in shown
    assert "缴费成功" not in shown and ">未缴<" in shown


def test_who_paid_second_is_told_that_the_money_is_kept(world, client):
    first = start(world.caller, world.request(), NOW)
    inquiry.apply_answer(first, world.channel.pays(first.out_trade_no), NOW)
    journal = KioskJournal().tells(record(world, PaymentState.APPROVED, 3, number=2, offline=True))
    take(world, journal.entries)
    shown = page(client, 2)
    assert "款项已记入预存款" in shown and "已由别人先缴清" in shown


def test_a_card_that_the_terminal_took_back_is_returned(world, client):
    journal = KioskJournal().tells(record(world, PaymentState.APPROVED, 3, offline=True))
    take(world, journal.entries)
    transitions.apply_reversed(order().payment_id, "terminal_took_back", NOW)
    assert "款项已退回" in page(client)


def test_a_payment_that_no_news_came_of_is_neither_affirmed_nor_denied(world, client):
    """The kiosk took a card without a line: the slip's page waits for the journal."""
    shown = page(client, 9, status=404)
    assert "还没有这笔付款的消息" in shown and "不要再付一次" in shown and looks_again(shown)
    asked = record(world, PaymentState.UNKNOWN, 3, number=9, method=Method.CARD, offline=True)
    take(world, KioskJournal().tells(asked.model_copy(update={"reason": "lost"})).entries)
    assert "付款结果还没有确认" in page(client, 9)


@pytest.mark.parametrize("code", [True, False])
def test_where_a_reversal_was_asked_for_nobody_is_told_that_nothing_was_charged(
    world, client, code
):
    """It returns what was paid just before, and its channel calls that closed, as what was never paid."""
    world.channel.phone = "asks"
    asked = charge_request(world) if code else world.request()
    begun = start(world.caller, asked, NOW)
    through = registry.channel(begun.method)
    inquiry.end(begun, "reverse" if code else "close", through, NOW + timedelta(seconds=60))
    assert order().life is PaymentState.CANCELLED
    shown = page(client)
    assert view_of(order()).reversal_asked == code, "the kiosk says no more than the page"
    assert ("钱会原路退回" in shown) == code
    assert ("没有扣款" in shown) == (not code)
