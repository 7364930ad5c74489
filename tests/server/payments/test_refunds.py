"""A refund is sent by the machine or returned by people: one of the two, never both."""

import threading
from datetime import timedelta

import pytest
from django.db import DatabaseError, close_old_connections, connection, transaction

from contract.messages import PaymentState
from server.alerts.models import Alert
from server.ledger import posting
from server.payments import inquiry, notifications, refunds, sweeper
from server.payments.channels import registry
from server.payments.channels.interface import ChannelStatus, OrderState, RefundStatus
from server.payments.decisions.refund_takeover import returned_by_hand, try_again
from server.payments.decisions.refusal import NotPossible
from server.payments.initiation import start
from server.payments.models import PaymentOrder, Refund
from server.payments.verification import verify_books
from server.staff.audit import ReasonMissing
from server.staff.models import Act
from server.staff.people import Person
from tests.server.payments.world import NOW

CLERK = Person("李会计")
How = Refund.How


def later(**more) -> object:
    return NOW + timedelta(**more)


def sweep(**more) -> None:
    sweeper.sweep(later(**more))


def refund() -> Refund:
    return Refund.objects.get()


def order() -> PaymentOrder:
    return PaymentOrder.objects.get()


def by_hand(at=None, how=How.CASH, reason="收据已签收", **more) -> Refund:
    when = at or later(hours=1)
    return returned_by_hand(refund().refund_no, CLERK, reason, when, how=how, **more)


def refused(code: str, **more) -> None:
    with pytest.raises(NotPossible) as error:
        by_hand(**more)
    assert error.value.code == code


def balances(world) -> dict[str, int]:
    accounts = ("clearing:wechat", "clearing:cash", "clearing:bank", "refunds_due")
    found = {account: posting.balance(world.community.pk, account) for account in accounts}
    return {account: minor for account, minor in found.items() if minor}


@pytest.fixture
def due(world):
    """Late money of 664.16 that is to go back; nothing was sent yet."""
    world.community.late_success = "refund"
    world.community.save()
    closed = inquiry.cancel(start(world.caller, world.request(), NOW), NOW)
    inquiry.apply_answer(closed, world.channel.pays(closed.out_trade_no), NOW)
    return world


@pytest.fixture
def refusing(due):
    """The channel refuses it for good."""
    due.channel.refund_says = RefundStatus.FAILED
    due.channel.refund_query_says = RefundStatus.NOT_FOUND
    sweep(minutes=1)
    return due


def test_what_staff_returned_is_never_sent_again(refusing):
    sent = refusing.channel.sent
    by_hand()
    refusing.channel.refund_says = None  # now it would
    for hours in range(2, 72, 7):
        sweep(hours=hours)
    assert refusing.channel.sent == sent
    assert refusing.channel.refunds == {}
    assert (refund().state, refund().how, refund().done_at) == ("by_hand", "cash", later(hours=1))
    assert (order().life, order().refunded_minor) == (PaymentState.REVERSED, 66416)


@pytest.mark.parametrize(
    ("how", "left"),
    [
        (How.CASH, {"clearing:wechat": 66416, "clearing:cash": -66416}),
        (How.BANK, {"clearing:wechat": 66416, "clearing:bank": -66416}),
        (How.CHANNEL, {}),
    ],
)
def test_the_books_say_where_the_money_came_from(refusing, how, left):
    by_hand(how=how)
    assert balances(refusing) == left
    assert verify_books() == []


def test_who_did_it_why_and_how_is_recorded_and_the_alert_ends(refusing):
    assert Alert.objects.get(kind="refund_failed").resolved_at is None
    by_hand(returned_at=later(minutes=30))
    act = Act.objects.get()
    assert (act.person_name, act.act, act.reason) == ("李会计", "returned_by_hand", "收据已签收")
    assert (act.subject_kind, act.subject_id) == ("refund", refund().refund_no)
    assert act.before == {"state": "due", "said": "failed"}
    assert act.after["how"] == "cash" and act.after["amount_minor"] == 66416
    assert act.after["returned_at"] == later(minutes=30).isoformat()
    assert Alert.objects.get(kind="refund_failed").resolved_at == later(hours=1)


def test_a_second_click_and_a_second_clerk_return_nothing_twice(refusing):
    by_hand()
    refused("ended", how=How.BANK)
    assert Act.objects.count() == 1
    assert balances(refusing)["clearing:cash"] == -66416


def test_while_it_is_being_sent_nobody_takes_it_over(due):
    met = []

    def clerk() -> None:
        with pytest.raises(NotPossible) as error:
            by_hand(at=later(minutes=1, seconds=5), looked_at_channel=True)
        met.append(error.value.code)

    due.channel.while_refunding = [clerk]
    due.channel.refund_query_says = RefundStatus.NOT_FOUND
    sweep(minutes=1)
    assert met == ["in_flight"]
    assert (refund().state, due.channel.refunds) == ("done", {refund().refund_no: 66416})


def test_what_was_tried_between_the_question_and_the_act_is_asked_about_again(due):
    """The channel is asked outside of any transaction; a sweep may come in between."""
    due.channel.silent = True
    sweep(minutes=1)
    due.channel.silent = False
    asked = refund().poll_count
    due.channel.refund_says = due.channel.refund_query_says = RefundStatus.UNKNOWN
    sweep(minutes=2)
    with pytest.raises(refunds.RefundInFlight):
        refunds.take_over(refund().pk, How.CASH, later(minutes=3), asked, later(minutes=3))
    assert refund().state == "due"


def test_what_the_channel_did_already_is_not_returned_by_hand(due):
    """The answer was lost, the money went back."""
    due.channel.refunds[f"R{order().out_trade_no}"] = 66416
    due.channel.refund_says = RefundStatus.UNKNOWN
    due.channel.refund_query_says = RefundStatus.UNKNOWN
    sweep(minutes=1)
    due.channel.refund_query_says = None
    refused("ended")
    assert (refund().state, order().refunded_minor) == ("done", 66416)
    assert not Act.objects.exists()
    assert balances(due) == {}


@pytest.mark.parametrize(
    ("said", "code"),
    [(RefundStatus.PROCESSING, "in_flight"), (RefundStatus.UNKNOWN, "no_answer")],
)
def test_what_may_be_on_its_way_is_not_taken_over(refusing, said, code):
    refusing.channel.refund_query_says = said
    refused(code)
    assert refund().state == "due"
    assert not Act.objects.exists()


def test_where_the_channel_is_silent_a_person_looks_in_its_console(refusing):
    refusing.channel.refund_query_says = RefundStatus.UNKNOWN
    assert by_hand(looked_at_channel=True).state == "by_hand"
    assert Act.objects.get().after["looked_at_channel"] is True


def test_money_that_went_back_twice_after_all_is_found_booked_and_told(refusing):
    by_hand()
    refusing.channel.refund_query_says = RefundStatus.DONE
    for minutes in (62, 75, 200):
        sweep(minutes=minutes)
    assert Alert.objects.filter(kind="refunded_twice").count() == 1
    assert balances(refusing) == {"clearing:cash": -66416, "refunds_due": 66416}
    assert refund().state == "by_hand"
    assert verify_books() == []


def test_an_alert_about_a_refund_ends_when_the_machine_returns_it(refusing):
    refusing.channel.refund_says = None
    sweep(minutes=10)
    assert refund().state == "done"
    assert Alert.objects.get(kind="refund_failed").resolved_at == later(minutes=10)


def test_what_is_tried_for_too_long_is_told_and_tried_on(due):
    due.channel.silent = True
    for minutes in range(1, 300, 10):
        sweep(minutes=minutes)
    assert refund().trouble_since is not None and refund().state == "due"
    assert Alert.objects.filter(kind="refund_failed", resolved_at=None).count() == 1
    due.channel.silent = False
    sweep(minutes=400)
    assert refund().state == "done"


def test_a_channel_that_is_not_set_up_any_more_is_told_at_once(due, monkeypatch):
    monkeypatch.setattr(registry, "channel", lambda method: None)
    sweep(minutes=1)
    assert refund().trouble_since is not None
    assert by_hand().state == "by_hand"


def test_it_is_tried_at_once_when_somebody_says_so(refusing):
    refusing.channel.refund_says = None
    assert try_again(refund().refund_no, CLERK, "商户余额已充值", later(minutes=2)).state == "done"
    assert Act.objects.get().act == "refund_again"
    with pytest.raises(NotPossible) as error:
        try_again(refund().refund_no, CLERK, "再试", later(minutes=3))
    assert error.value.code == "ended"


def test_it_needs_a_reason_and_cannot_be_in_the_future(refusing):
    with pytest.raises(ReasonMissing):
        by_hand(reason="  ")
    refused("in_future", returned_at=later(hours=2))
    assert refund().state == "due"


def test_a_refund_is_claimed_by_one_at_a_time(due):
    first, second = refund(), refund()
    assert refunds.claim(first, later(minutes=1))
    assert not refunds.claim(second, later(minutes=1))
    assert not refunds.claim(refund(), later(minutes=2))
    assert refunds.claim(refund(), later(minutes=5))  # whoever had it is gone


def test_the_database_keeps_what_has_ended(refusing):
    by_hand()
    for change in (
        {"state": "due", "done_at": None, "how": ""},
        {"claimed_until": later(hours=2)},
        {"how": "bank"},
        {"amount_minor": 1},
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            Refund.objects.update(**change)
    assert not refunds.claim(refund(), later(hours=3))


@pytest.mark.django_db(transaction=True)
def test_a_clerk_and_a_sweep_at_the_same_moment(refusing):
    """Whoever is first has it; the other finds that out, in the database."""
    refusing.channel.refund_says = None
    ready, met = threading.Barrier(2, timeout=30), []

    def clerk() -> None:
        ready.wait()
        try:
            by_hand(at=later(hours=2))
            met.append("by hand")
        except NotPossible as error:
            met.append(error.code)

    def machine() -> None:
        ready.wait()
        sweep(hours=2)

    def closing(work) -> None:
        try:
            work()
        finally:
            close_old_connections()
            connection.close()

    threads = [threading.Thread(target=closing, args=(work,)) for work in (clerk, machine)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    by_machine = bool(refusing.channel.refunds)
    assert by_machine == (refund().state == "done") == (met != ["by hand"])
    assert len(met) == 1
    assert verify_books() == []


def test_what_staff_paid_out_and_somebody_returned_in_the_console_is_booked_and_told(refusing):
    by_hand()
    sent = OrderState(ChannelStatus.REFUNDED, "4200001", 66416, NOW, 22000)
    for _ in range(2):  # it may come twice
        assert notifications.apply_notification(order(), sent, later(minutes=70))
    alert = Alert.objects.get(kind="refunded_twice")
    assert alert.details["amount_minor"] == 22000
    assert balances(refusing) == {
        "clearing:cash": -66416,
        "clearing:wechat": 66416 - 22000,
        "refunds_due": 22000,
    }
    assert verify_books() == []


def test_what_somebody_returned_in_the_console_too_is_found_though_nobody_tells(refusing):
    """A channel may say that something went back, and how much only with its bill of the day."""
    by_hand()
    number = order().out_trade_no
    refusing.channel.orders[number] = OrderState(ChannelStatus.REFUNDED, "42", 66416, NOW, None)
    sweep(hours=27)
    assert not Alert.objects.filter(kind="refunded_twice")
    refusing.channel.sent_back[number] = 22000
    for hours in (40, 60, 120):
        sweep(hours=hours)
    alert = Alert.objects.get(kind="refunded_twice")
    assert alert.details["amount_minor"] == 22000
    assert balances(refusing)["refunds_due"] == 22000
    assert verify_books() == []


def test_what_staff_paid_out_is_looked_at_for_as_long_as_a_payment_that_stands(refusing):
    by_hand()
    days = [1 / 4 + 2, 6, 17, 50]
    for day in days:
        assert order().next_poll_at is not None
        sweep(hours=24 * day)
    assert order().next_poll_at is None
    assert not Alert.objects.filter(kind="refunded_twice")


@pytest.mark.parametrize("read", [False, True])
def test_each_part_that_went_back_in_the_console_too_is_booked_and_told(refusing, read):
    by_hand()
    for minutes, sum_minor in enumerate((22000, 30000, 30000, 66416, 66416), 70):
        sent = OrderState(ChannelStatus.REFUNDED, "4200001", 66416, NOW, sum_minor)
        assert notifications.apply_notification(order(), sent, later(minutes=minutes))
        if read:
            Alert.objects.update(resolved_at=later(minutes=minutes))
        assert verify_books() == []
    told = [a.details["amount_minor"] for a in Alert.objects.filter(kind="refunded_twice")]
    assert sorted(told) == ([8000, 22000, 36416] if read else [66416])
    assert balances(refusing)["refunds_due"] == 66416


def test_what_went_back_before_the_rest_was_due_is_no_second_return(world):
    """A part of late money was returned in the console, and staff paid out what was left."""
    world.community.late_success = "refund"
    world.community.save()
    closed = inquiry.cancel(start(world.caller, world.request(), NOW), NOW)
    world.channel.pays(closed.out_trade_no)
    world.channel.refund_says = RefundStatus.FAILED
    world.channel.refund_query_says = RefundStatus.NOT_FOUND
    part = OrderState(ChannelStatus.REFUNDED, "4200001", 66416, NOW, 20000)
    assert inquiry.apply_answer(closed, part, later(minutes=10)).captured_minor == 66416
    assert refund().amount_minor == 46416
    by_hand()
    for sum_minor, twice in ((20000, 0), (25000, 5000)):
        said = OrderState(ChannelStatus.REFUNDED, "4200001", 66416, NOW, sum_minor)
        assert notifications.apply_notification(order(), said, later(minutes=90))
        told = Alert.objects.filter(kind="refunded_twice")
        assert sum(alert.details["amount_minor"] for alert in told) == twice
        assert verify_books() == []


def test_what_the_machine_returned_is_no_second_return(due):
    sweep(minutes=1)
    assert refund().state == "done"
    sent = OrderState(ChannelStatus.REFUNDED, "4200001", 66416, NOW, 66416)
    assert notifications.apply_notification(order(), sent, later(minutes=70))
    assert not Alert.objects.filter(kind="refunded_twice")
