"""Money of another amount than the order's: in the books at once, and staff say once what it is for."""

import threading
from datetime import timedelta
from uuid import UUID

import pytest
from django.db import close_old_connections, connection

from contract.lifecycle import Fact
from contract.messages import PaymentState
from server.alerts.models import Alert
from server.billing.models import Bill, BillLease
from server.ledger import posting
from server.payments import inquiry, notifications, sweeper, transitions
from server.payments.channels.interface import ChannelStatus, OrderState
from server.payments.decisions.amount_difference import settle_amount
from server.payments.decisions.refusal import NotPossible
from server.payments.initiation import start
from server.payments.models import HeldFor, PaymentOrder, Refund
from server.payments.verification import verify_books
from server.staff.audit import ReasonMissing
from server.staff.models import Act
from server.staff.people import Person
from tests.server.payments.world import NOW

CLERK = Person("李会计")
LATER = NOW + timedelta(hours=3)
DUE = 66416  # two bills of 332.08


def order() -> PaymentOrder:
    return PaymentOrder.objects.get()


def bill_states() -> list[str]:
    return list(Bill.objects.order_by("period").values_list("state", flat=True))


def balances(world) -> dict[str, int]:
    accounts = ("clearing:wechat", "suspense", "credit", "refunds_due", "receivable")
    found = {account: posting.balance(world.community.pk, account) for account in accounts}
    return {account: minor for account, minor in found.items() if minor}


def settle(purpose: HeldFor, at=LATER, **more) -> PaymentOrder:
    return settle_amount(order().payment_id, CLERK, "与付款人核对", at, purpose=purpose, **more)


def page(client) -> str:
    return client.get(f"/p/{UUID(int=1)}").content.decode()


@pytest.fixture
def pays(world):
    """Lets the channel take an amount for the order of two bills."""

    def amount(minor: int) -> None:
        begun = start(world.caller, world.request(), NOW)
        inquiry.apply_answer(begun, world.channel.pays(begun.out_trade_no, minor), NOW)

    return amount


@pytest.mark.parametrize("purpose", [HeldFor.CREDIT, HeldFor.BILLS])
def test_a_part_that_goes_back_while_the_money_is_held_is_told_again_and_booked_then(pays, purpose):
    """Alipay tells of it once it is acknowledged, and never again."""
    pays(66316)
    part = OrderState(ChannelStatus.REFUNDED, amount_minor=66316, refunded_minor=22105, paid_at=NOW)
    assert not notifications.apply_notification(order(), part, LATER)
    assert (order().held_minor, order().refunded_minor) == (66316, 0)
    settle(purpose)
    assert notifications.apply_notification(order(), part, LATER)
    assert (order().life, order().refunded_minor) == (PaymentState.APPROVED, 22105)
    assert list(verify_books()) == []


@pytest.mark.parametrize("minor", [1, 33208, 70000])
def test_the_money_is_in_the_books_from_the_first_minute(world, pays, client, minor):
    pays(minor)
    for minutes in (7 * 60, 14 * 60):  # heard again and again, it came once
        sweeper.sweep(NOW + timedelta(minutes=minutes))
    assert balances(world) == {
        "clearing:wechat": minor,
        "suspense": -minor,
        "receivable": DUE,
    }
    assert (order().life, order().held_minor) == (PaymentState.UNKNOWN, minor)
    assert order().reason == "amount_differs"
    alert = Alert.objects.get(kind="amount_differs")
    assert (alert.details["amount_minor"], alert.details["channel_minor"]) == (DUE, minor)
    assert "物业正在核对" in page(client) and "请不要再付一次" in page(client)
    assert verify_books() == []


@pytest.mark.parametrize(
    ("minor", "bills", "credit"),
    [
        (1, ["open", "open"], 1),
        (33207, ["open", "open"], 33207),
        (33208, ["paid", "open"], 0),
        (40000, ["paid", "open"], 6792),
        (70000, ["paid", "paid"], 3584),
    ],
)
def test_what_it_covers_is_settled_in_order_and_the_rest_is_credit(
    world, pays, minor, bills, credit
):
    pays(minor)
    done = settle(HeldFor.BILLS)
    assert bill_states() == bills
    assert (done.life, done.captured_minor) == (PaymentState.APPROVED, minor)
    assert (done.allocated_minor, done.credited_minor) == (minor - credit, credit)
    assert posting.balance(world.community.pk, "credit") == -credit
    assert posting.balance(world.community.pk, "suspense") == 0
    assert posting.balance(world.community.pk, "clearing:wechat") == minor
    assert not BillLease.objects.exists()
    assert Alert.objects.get(kind="amount_differs").resolved_at == LATER
    assert verify_books() == []


def test_all_of_it_may_be_kept_as_credit(world, pays, client):
    pays(70000)
    settle(HeldFor.CREDIT)
    assert balances(world) == {"clearing:wechat": 70000, "credit": -70000, "receivable": DUE}
    shown = page(client)
    assert "款项已记入预存款" in shown and "￥700.00" in shown and "￥664.16" in shown
    assert shown.count(">未缴<") == 2 and "缴费成功" not in shown


def test_all_of_it_may_go_back(world, pays, client):
    pays(70000)
    settle(HeldFor.REFUND)
    assert balances(world) == {"clearing:wechat": 70000, "refunds_due": -70000, "receivable": DUE}
    assert "款项正在退回" in page(client)
    sweeper.sweep(LATER + timedelta(minutes=1))
    assert list(world.channel.refunds.values()) == [70000]
    assert Refund.objects.get().state == "done"
    assert (order().life, order().refunded_minor) == (PaymentState.REVERSED, 70000)
    assert balances(world) == {"receivable": DUE}
    assert "款项已退回" in page(client)
    assert verify_books() == []


def test_the_page_says_what_came_and_what_became_of_it(world, pays, client):
    pays(40000)
    assert "收到 ￥400.00，订单是 ￥664.16" in page(client)
    settle(HeldFor.BILLS)
    shown = page(client)
    assert "缴费成功" in shown and "余下 ￥67.92 记入预存" in shown
    assert "别人" not in shown
    assert shown.count(">已缴清<") == 1 and shown.count(">未缴<") == 1


def test_who_decided_what_and_why_is_recorded(world, pays):
    pays(40000)
    settle(HeldFor.BILLS)
    act = Act.objects.get()
    assert (act.person_name, act.act, act.reason) == ("李会计", "settle_amount", "与付款人核对")
    assert act.before == {"state": "unknown", "held_minor": 40000}
    assert act.after == {
        "purpose": "bills",
        "state": "approved",
        "allocated_minor": 33208,
        "credited_minor": 6792,
    }


def test_it_is_decided_once(world, pays):
    pays(40000)
    settle(HeldFor.CREDIT)
    for purpose in HeldFor:
        with pytest.raises(NotPossible) as error:
            settle(purpose)
        assert error.value.code == "nothing_held"
    assert balances(world)["credit"] == -40000
    assert Act.objects.count() == 1
    inquiry.apply_answer(order(), world.channel.orders[order().out_trade_no], LATER)
    assert balances(world)["credit"] == -40000


def test_the_bills_may_have_been_paid_by_somebody_else_meanwhile(world, pays):
    pays(70000)
    BillLease.objects.all().delete()
    Bill.objects.filter(period="2026-09").update(state="void")
    done = settle(HeldFor.BILLS)
    assert (done.allocated_minor, done.credited_minor) == (33208, 70000 - 33208)


def test_a_person_decides_about_the_amount_that_was_seen(world, pays):
    pays(40000)
    world.channel.pays(order().out_trade_no, 50000)
    with pytest.raises(NotPossible) as error:
        settle(HeldFor.BILLS, seen_minor=40000)
    assert error.value.code == "amount_changed"
    assert balances(world)["suspense"] == -50000
    settle(HeldFor.CREDIT, seen_minor=50000)
    assert balances(world)["credit"] == -50000


def test_without_a_reason_nothing_happens(world, pays):
    pays(40000)
    with pytest.raises(ReasonMissing):
        settle_amount(order().payment_id, CLERK, " ", LATER, purpose=HeldFor.CREDIT)
    assert order().held_minor == 40000


def test_what_goes_back_by_itself_leaves_the_suspense_account_too(world, pays):
    pays(40000)
    inquiry.apply_answer(order(), OrderState(ChannelStatus.REFUNDED, refunded_minor=40000), LATER)
    assert balances(world) == {"receivable": DUE}
    assert (order().life, order().captured_minor) == (PaymentState.REVERSED, 40000)
    assert order().refunded_minor == 40000
    assert Alert.objects.get(kind="amount_differs").resolved_at == LATER, "nobody has to decide"
    with pytest.raises(NotPossible):
        settle(HeldFor.REFUND)


@pytest.mark.parametrize("fact", [Fact.CANCELLED, Fact.DECLINED])
def test_who_says_unpaid_after_money_came_is_not_believed(world, pays, fact):
    pays(40000)
    transitions.apply_unpaid(order().payment_id, fact, "closed", LATER)
    assert (order().life, order().held_minor) == (PaymentState.UNKNOWN, 40000)
    assert balances(world)["suspense"] == -40000


def test_the_right_amount_that_is_told_afterwards_waits_for_staff_too(world, pays):
    """It is one payment: what came is what the channel says now."""
    pays(40000)
    inquiry.apply_answer(order(), world.channel.pays(order().out_trade_no, DUE), LATER)
    assert balances(world) == {"clearing:wechat": DUE, "suspense": -DUE, "receivable": DUE}
    done = settle(HeldFor.BILLS)
    assert (bill_states(), done.credited_minor) == (["paid", "paid"], 0)
    assert verify_books() == []


@pytest.mark.django_db(transaction=True)
def test_two_clerks_at_once_decide_once(world, pays):
    pays(40000)
    ready, done = threading.Barrier(2, timeout=30), []

    def decides(purpose: HeldFor) -> None:
        ready.wait()
        try:
            settle(purpose)
            done.append(purpose)
        except NotPossible as error:
            assert error.code == "nothing_held"
        finally:
            close_old_connections()
            connection.close()

    clerks = [threading.Thread(target=decides, args=(p,)) for p in (HeldFor.CREDIT, HeldFor.REFUND)]
    for clerk in clerks:
        clerk.start()
    for clerk in clerks:
        clerk.join()
    assert len(done) == 1 == Act.objects.count()
    assert balances(world)["clearing:wechat"] == 40000
    assert posting.balance(world.community.pk, "suspense") == 0
    assert verify_books() == []
