"""Bills paid on a phone: the same life, leases, sweeps and books as at a kiosk, and never both."""

from datetime import timedelta
from uuid import UUID

import pytest

from contract.messages import Method, PaymentState
from server.alerts.models import Alert
from server.billing import credit
from server.billing.leases import BillLeased
from server.billing.models import Bill, BillLease, BillState
from server.billing.unit_accounts import credit_minor
from server.billing.voiding import void
from server.payments import inquiry, notifications, transitions
from server.payments.channels.interface import (
    ChannelStatus,
    ChannelUnavailable,
    Notification,
    OrderState,
    OutcomeUnknown,
)
from server.payments.initiation import start
from server.payments.models import PaymentOrder, Place, Refund
from server.payments.sweeper import sweep
from server.payments.verification import verify_books
from server.staff.people import Person
from tests.server.payments.world import KIOSK_ID, NOW, TODAY
from tests.server.phone.conftest import newest, put_in, scans

BOTH = 66_416


@pytest.fixture(autouse=True)
def books_are_true(request, db):
    yield
    assert verify_books() == []


def states(world) -> list[str]:
    return list(
        Bill.objects.filter(unit=world.unit).order_by("period").values_list("state", flat=True)
    )


def tells(channel, order, minor: int | None = None, method: str = "wechat") -> bool:
    told = channel.pays(order.out_trade_no, minor)
    return notifications.take(method, Notification(order.out_trade_no, told), NOW)


def at_kiosk(world, number: int = 7, **changes):
    return start(world.caller, world.request(number, **changes), NOW)


def test_an_order_of_a_phone_says_so_everywhere(world, phone, staff):
    phone.look()
    answer = phone.pay()
    order = newest()
    assert answer.status_code == 302 and answer["Location"] == f"/p/{order.payment_id}"
    assert (order.place, order.kiosk_id, order.kiosk_code) == (Place.PHONE, "", "")
    assert order.reference.startswith("P-261124-") and order.amount_minor == BOTH
    tells(world.channel, order)
    assert states(world) == ["paid", "paid"]
    shown = staff.get(f"/staff/payments/{order.payment_id}/", headers={"accept-language": "zh"})
    assert "手机扫账单二维码" in shown.content.decode()
    assert world.channel.created == 1


def test_its_page_leads_to_the_channel_and_then_is_the_receipt(world, phone):
    phone.look()
    page = phone.client.get(phone.pay()["Location"]).content.decode()
    order = newest()
    assert f'href="{order.code_url}"' in page and "尚未付款" in page
    tells(world.channel, order)
    paid = phone.client.get(f"/p/{order.payment_id}").content.decode()
    assert "缴费成功" in paid and "湖畔物业" in paid and order.code_url not in paid
    pdf = phone.client.get(f"/p/{order.payment_id}/receipt.pdf")
    assert pdf.content[:5] == b"%PDF-"
    picture = phone.client.get(f"/p/{order.payment_id}/receipt.png")
    assert picture.content[:4] == b"\x89PNG"


def test_there_is_no_receipt_of_nothing(world, phone):
    phone.look()
    phone.pay()
    assert phone.client.get(f"/p/{newest().payment_id}/receipt.pdf").status_code == 404


def test_the_page_asks_the_channel_where_no_notification_comes(world, phone, clock):
    phone.look()
    address = phone.pay()["Location"]
    world.channel.pays(newest().out_trade_no)
    clock.passes(seconds=4)
    assert "缴费成功" in phone.client.get(address).content.decode()


def test_a_silent_channel_is_not_asked_by_each_look(world, phone, clock):
    phone.look()
    address = phone.pay()["Location"]
    world.channel.silent = True
    for _ in range(5):
        clock.passes(seconds=5)
        phone.client.get(address)
    assert newest().channel_responses[-1]["times"] == 2


# --- never both ---


def test_what_stands_open_at_a_kiosk_is_paid_once_by_the_phone(world, phone):
    phone.look()
    phone.pay()
    with pytest.raises(BillLeased):
        at_kiosk(world)
    tells(world.channel, newest())
    assert states(world) == ["paid", "paid"] and world.channel.created == 1


def test_what_is_paid_at_a_kiosk_the_phone_cannot_pay(world, phone):
    phone.look()
    at_kiosk(world)
    answer = phone.pay()
    assert answer.status_code == 409 and "正在终端或另一部手机上付款" in answer.content.decode()
    assert world.channel.created == 1 and PaymentOrder.objects.count() == 1
    shown = phone.look()
    assert "正在确认" in shown and phone.form().get("bill") is None


def test_what_a_kiosk_has_paid_since_is_not_paid_again(world, phone):
    phone.look()
    tells(world.channel, at_kiosk(world))
    answer = phone.pay()
    assert answer.status_code == 409 and "已经缴清" in answer.content.decode()


def test_of_two_phones_one_pays(world, phone):
    other = scans(world, 1)
    phone.look()
    other.look()
    assert phone.pay().status_code == 302
    assert other.pay().status_code == 409
    assert PaymentOrder.objects.count() == 1


def test_the_same_page_sent_twice_is_one_payment(world, phone):
    phone.look()
    first, second = phone.pay(), phone.pay()
    assert first["Location"] == second["Location"]
    assert (PaymentOrder.objects.count(), world.channel.created) == (1, 1)
    tells(world.channel, newest())
    assert phone.pay()["Location"] == first["Location"], "back, and sent once more"
    assert newest().captured_minor == BOTH


def test_the_same_form_with_another_choice_begins_nothing(world, phone):
    phone.look()
    phone.pay()
    [first, _] = phone.form()["bill"]
    assert phone.pay(bill=[first]).status_code == 409
    assert phone.pay("alipay").status_code == 409
    assert PaymentOrder.objects.count() == 1


def test_whoever_closes_the_browser_finds_the_payment_by_the_bill(world, phone):
    phone.look()
    address = phone.pay()["Location"]
    assert f'href="{address}"' in phone.look()
    assert f'href="{address}"' not in scans(world).look(), "another phone is told no payment's id"
    tells(world.channel, newest())
    assert f'href="{address}"' in phone.look() and "缴清" in phone.shown


def test_a_choice_of_bills_pays_these(world, phone):
    shown = phone.look(f"?chosen=1&bill={world.bills[1].number}")
    assert "332.08" in shown
    phone.pay()
    tells(world.channel, newest())
    assert states(world) == ["open", "paid"]


# --- given up, out of time, late ---


def test_given_up_at_wechat_the_bills_are_free_at_once(world, phone):
    phone.look()
    address = phone.pay()["Location"]
    phone.client.post(f"{address}/cancel")
    assert newest().life is PaymentState.CANCELLED and not BillLease.objects.exists()
    assert at_kiosk(world).life is PaymentState.PENDING


def test_given_up_at_alipay_the_page_could_still_be_opened(world, phone, alipay, clock):
    """Nothing is there to be closed, and whoever has the address could still pay."""
    phone.look()
    address = phone.pay("alipay")["Location"]
    phone.client.post(f"{address}/cancel")
    assert newest().life is PaymentState.PENDING and BillLease.objects.exists()
    shown = phone.client.get(address).content.decode()
    assert "正在取消" in shown and newest().code_url not in shown
    sweep(clock.passes(minutes=11))
    assert newest().life is PaymentState.CANCELLED and not BillLease.objects.exists()


def test_paid_all_the_same_after_it_was_given_up_at_alipay(world, phone, alipay, clock):
    phone.look()
    address = phone.pay("alipay")["Location"]
    phone.client.post(f"{address}/cancel")
    tells(alipay, newest(), method="alipay")
    assert newest().life is PaymentState.APPROVED and states(world) == ["paid", "paid"]
    assert "缴费成功" in phone.client.get(address).content.decode()


@pytest.mark.parametrize("method", ["wechat", "alipay"])
def test_a_phone_closed_in_the_middle_lets_go_by_time(world, phone, alipay, clock, method):
    phone.look()
    phone.pay(method)
    sweep(clock.passes(minutes=11))
    assert newest().life is PaymentState.CANCELLED and not BillLease.objects.exists()


@pytest.mark.parametrize("policy", ["refund", "credit"])
def test_late_truth_is_refunded_or_credited_once(world, phone, clock, policy):
    world.community.late_success = policy
    world.community.save()
    phone.look()
    phone.pay()
    sweep(clock.passes(minutes=11))
    kiosk = at_kiosk(world)
    tells(world.channel, kiosk)
    order = PaymentOrder.objects.get(place=Place.PHONE)
    for _ in range(3):  # told again and again, and looked into
        tells(world.channel, order)
        sweep(clock.passes(minutes=2))
    order.refresh_from_db()
    if policy == "refund":
        assert order.life is PaymentState.REVERSED
        assert world.channel.refunds == {Refund.objects.get().refund_no: BOTH}
    else:
        assert (order.life, credit_minor(world.unit)) == (PaymentState.APPROVED, BOTH)
    assert Alert.objects.filter(kind="late_money").count() <= 1
    assert PaymentOrder.objects.get(kiosk_id=str(KIOSK_ID)).allocated_minor == BOTH


def test_another_amount_waits_for_staff(world, phone):
    phone.look()
    phone.pay()
    tells(world.channel, newest(), 100)
    order = newest()
    assert (order.held_minor, order.life) == (100, PaymentState.UNKNOWN)


def test_a_bill_that_a_clerk_voids_meanwhile_is_held(world, phone):
    phone.look()
    phone.pay()
    with pytest.raises(BillLeased):
        void(world.bills[0], at=NOW)


def test_a_bill_voided_before_it_was_sent_is_not_paid(world, phone):
    phone.look()
    void(world.bills[0], at=NOW)
    assert phone.pay().status_code == 409
    assert not PaymentOrder.objects.exists()


# --- crashes between every two steps ---


def test_killed_before_the_channel_was_asked_the_phone_goes_on(world, phone, monkeypatch):
    phone.look()
    world.channel.fails = [KeyboardInterrupt()]
    with pytest.raises(KeyboardInterrupt):
        phone.pay()
    order = newest()
    assert order.life is PaymentState.CREATED and BillLease.objects.exists()
    page = phone.client.get(f"/p/{order.payment_id}").content.decode()
    assert f"/p/{order.payment_id}/go" in page
    phone.client.post(f"/p/{order.payment_id}/go")
    assert newest().life is PaymentState.PENDING and newest().code_url
    tells(world.channel, newest())
    assert states(world) == ["paid", "paid"]


def test_killed_after_the_channel_was_asked_it_is_the_same_order(world, phone, monkeypatch):
    phone.look()
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(transitions, "mark_submitted", _dies)
        phone.pay()
    order = newest()
    assert order.life is PaymentState.CREATED and order.out_trade_no in world.channel.orders
    world.channel.pays(order.out_trade_no)
    sweep(NOW + timedelta(minutes=1))
    assert newest().life is PaymentState.APPROVED


def _dies(*_args, **_named):
    raise KeyboardInterrupt


def test_never_asked_and_never_come_back_to_it_ends_by_time(world, phone, clock):
    phone.look()
    world.channel.fails = [KeyboardInterrupt()]
    with pytest.raises(KeyboardInterrupt):
        phone.pay()
    sweep(clock.passes(minutes=11))
    assert newest().life is PaymentState.CANCELLED and not BillLease.objects.exists()


def test_an_answer_that_is_lost_is_asked_for_again(world, phone):
    phone.look()
    world.channel.fails = [OutcomeUnknown("lost")]
    address = phone.pay()["Location"]
    assert newest().life is PaymentState.CREATED
    phone.client.post(f"{address}/go")
    assert newest().code_url and len(world.channel.orders) == 1


def test_a_channel_that_is_away_is_said_so_and_holds_nothing(world, phone):
    phone.look()
    world.channel.fails = [ChannelUnavailable("away")]
    answer = phone.pay()
    assert answer.status_code == 409 and "没有被扣款" in answer.content.decode()
    assert newest().life is PaymentState.DECLINED and not BillLease.objects.exists()


def test_garbage_of_the_channel_changes_nothing(world, phone, clock):
    phone.look()
    phone.pay()
    world.channel.orders[newest().out_trade_no] = OrderState(ChannelStatus.UNKNOWN)
    sweep(clock.passes(minutes=15))
    assert newest().life is PaymentState.PENDING and BillLease.objects.exists()


def test_old_news_after_new_changes_nothing(world, phone, clock):
    phone.look()
    phone.pay()
    old = newest()
    tells(world.channel, old)
    inquiry.apply_answer(old, OrderState(ChannelStatus.WAITING), clock.now)
    inquiry.apply_answer(old, OrderState(ChannelStatus.CLOSED), clock.now)
    assert newest().life is PaymentState.APPROVED and states(world) == ["paid", "paid"]


# --- the unit's credit ---


def test_credit_pays_a_part_and_the_phone_the_rest(world, phone):
    put_in(world, 20_000)
    phone.look("?chosen=1&credit=1&" + "&".join(f"bill={b.number}" for b in world.bills))
    phone.pay()
    order = newest()
    assert (order.amount_minor, order.credit_minor) == (46_416, 20_000)
    tells(world.channel, order)
    assert (credit_minor(world.unit), states(world)) == (0, ["paid", "paid"])


def test_credit_pays_it_all_and_no_channel_is_asked(world, phone):
    put_in(world, 70_000)
    phone.look("?chosen=1&credit=1&" + "&".join(f"bill={b.number}" for b in world.bills))
    address = phone.pay("credit")["Location"]
    order = newest()
    assert (order.method, order.life) == (Method.CREDIT, PaymentState.APPROVED)
    assert (credit_minor(world.unit), world.channel.created) == (70_000 - BOTH, 0)
    assert "缴费成功" in phone.client.get(address).content.decode()


def test_credit_that_was_used_meanwhile_is_not_used_twice(world, phone):
    put_in(world, 20_000)
    phone.look("?chosen=1&credit=1&" + "&".join(f"bill={b.number}" for b in world.bills))
    credit.pay_out_by(
        Person("clerk"),
        world.unit,
        20_000,
        "cash",
        key=str(UUID(int=98)),
        reason="moved out",
        today=TODAY,
        at=NOW,
    )
    assert phone.pay().status_code == 409
    assert not PaymentOrder.objects.exists()


def test_a_bill_waived_in_full_meanwhile_is_not_paid(world, phone):
    phone.look()
    tells(world.channel, at_kiosk(world, bills=1))
    assert phone.pay().status_code == 409
    assert states(world) == ["paid", BillState.OPEN]
