"""One dead channel holds nobody else, and whatever a sweep does is done once, however many sweep."""

import threading
from collections import Counter
from datetime import timedelta
from time import monotonic, sleep
from uuid import UUID

import pytest
from django.db import connection

from contract.messages import PaymentState
from server import request_id
from server.alerts.models import Alert
from server.payments import sweeper
from server.payments.channels import registry
from server.payments.channels.interface import ChannelStatus, OrderState, RefundStatus
from server.payments.models import PaymentOrder, Refund
from tests.server.payments import world as worlds
from tests.server.payments.world import NOW, FakeChannel

MANY = 40


class Channel(FakeChannel):
    """Counts what it is asked; ``blocked``: it answers nobody until it is set free."""

    def __init__(self, name):
        super().__init__(name)
        self.asked, self.sent_refunds = Counter(), Counter()
        self.names: list[str] = []
        self.free, self._lock = threading.Event(), threading.Lock()
        self.free.set()

    def query(self, out_trade_no):
        with self._lock:
            self.asked[out_trade_no] += 1
            self.names.append(request_id.current())
        self.free.wait(20)
        return super().query(out_trade_no)

    def refund(self, out_trade_no, refund_no, *rest):
        with self._lock:
            self.sent_refunds[refund_no] += 1
            self.names.append(request_id.current())
        sleep(0.01)
        return RefundStatus.UNKNOWN if self.silent else RefundStatus.DONE


def order(world, number, method, **more):
    fields = {
        "payment_id": str(UUID(int=number)),
        "community": world.community,
        "unit": world.unit,
        "kiosk_id": world.caller.kiosk_id,
        "kiosk_code": "K03",
        "reference": f"K03-{number:06d}",
        "method": method,
        "bills": [{"number": "B1", "amount_minor": 100}],
        "amount_minor": 100,
        "currency": "CNY",
        "request_hash": "x",
        "out_trade_no": f"{number:032d}",
        "state": "pending",
        "submitted_at": NOW,
        "created_at": NOW,
        "received_at": NOW,
        "changed_at": NOW,
        "expires_at": NOW + timedelta(minutes=10),
        "next_poll_at": NOW + timedelta(milliseconds=number),
    }
    return PaymentOrder.objects.create(**(fields | more))


def refund(world, number, method):
    ended = {"state": "reversed", "reason": "late", "captured_minor": 100, "next_poll_at": None}
    late = order(world, number, method, paid_at=NOW, **ended)
    return Refund.objects.create(
        community=world.community,
        order=late,
        refund_no=f"R{number}",
        amount_minor=100,
        reason="late",
        created_at=NOW,
        next_poll_at=NOW,
    )


def made(monkeypatch):
    world = worlds.make()
    channels = {name: Channel(name) for name in ("wechat", "alipay")}
    monkeypatch.setattr(registry, "channel", channels.get)
    for number in range(MANY):
        order(world, number, "wechat")
    for number in range(MANY, MANY + 5):
        order(world, number, "alipay")
    for number in range(500, 505):
        refund(world, number, "alipay")
    for one in channels.values():
        one.orders = {
            o.out_trade_no: OrderState(ChannelStatus.CLOSED)
            for o in PaymentOrder.objects.filter(method=one.name)
        }
    return world, channels


@pytest.fixture
def estate(db, monkeypatch):
    return made(monkeypatch)


@pytest.fixture
def committed(transactional_db, monkeypatch):
    return made(monkeypatch)


def later(seconds):
    return NOW + timedelta(seconds=seconds)


def open_orders(method):
    return PaymentOrder.objects.filter(method=method, state="pending").count()


def test_a_silent_channel_has_the_rest_of_its_turn_off_and_the_other_has_its_turn(estate):
    _, channels = estate
    channels["wechat"].silent = True
    sweeper.sweep(later(60))
    assert sum(channels["wechat"].asked.values()) == sweeper.SILENT_MAX
    assert (open_orders("wechat"), open_orders("alipay")) == (MANY, 0)
    assert Refund.objects.filter(state="done").count() == 5


def test_a_channel_is_asked_under_the_number_on_the_receipt(estate):
    _, channels = estate
    sweeper.sweep(later(60))
    named = {name[:11] for name in channels["alipay"].names}
    about = [*range(MANY, MANY + 5), *range(500, 505)]
    assert named == {f"K03-{number:06d}-" for number in about}
    assert request_id.current() == request_id.NONE


def test_everybody_has_a_turn_while_it_is_silent_and_all_are_found_when_it_answers(estate):
    _, channels = estate
    channels["wechat"].silent = True
    for second in range(60, 60 + 5 * MANY, 5):
        sweeper.sweep(later(second))
    assert len(channels["wechat"].asked) == MANY
    channels["wechat"].silent = False
    for minute in range(5, 60, 5):
        sweeper.sweep(later(60 * minute))
    assert open_orders("wechat") == 0


def test_an_answer_in_between_keeps_the_turn_going(estate):
    _, channels = estate
    real = FakeChannel.query
    count = []

    def now_and_then(number):
        count.append(number)
        silent = len(count) % sweeper.SILENT_MAX
        return OrderState(ChannelStatus.UNKNOWN) if silent else real(channels["wechat"], number)

    channels["wechat"].query = now_and_then
    sweeper.sweep(later(60))
    assert len(count) == MANY


def test_a_turn_that_takes_too_long_ends(estate, monkeypatch):
    _, channels = estate
    clock = iter(range(0, 10_000, 25))
    monkeypatch.setattr(sweeper.time, "monotonic", lambda: float(next(clock)))
    sweeper.turns()["orders-wechat"](later(60))
    assert 0 < sum(channels["wechat"].asked.values()) < 5


def test_what_a_dead_channel_leaves_unasked_is_told_to_staff_too(estate):
    _, channels = estate
    channels["wechat"].silent = True
    sweeper.sweep(later(3 * 3600))
    told = Alert.objects.filter(kind="unknown_for_long", resolved_at=None)
    assert told.count() == MANY
    channels["wechat"].silent = False
    for hours in (4, 5, 6):
        sweeper.sweep(later(hours * 3600))
    assert not told.exists()


def test_orders_come_before_looks_at_what_has_ended(estate, monkeypatch):
    world, channels = estate
    monkeypatch.setattr(sweeper, "DUE_MAX", 5)
    paid = {"state": "approved", "captured_minor": 100, "allocated_minor": 100, "paid_at": NOW}
    for number in range(900, 910):
        order(world, number, "alipay", next_poll_at=NOW - timedelta(days=1), **paid)
    sweeper.turns()["orders-alipay"](later(60))
    assert open_orders("alipay") == 0
    assert len(channels["alipay"].asked) == 5


def run_in_threads(works):
    """Each with a connection of its own, as processes have them."""
    ready = threading.Barrier(len(works), timeout=30)

    def one(work):
        try:
            ready.wait()
            work()
        finally:
            connection.close()

    threads = [threading.Thread(target=one, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_many_sweeps_at_once_ask_and_send_each_thing_once(committed):
    _, channels = committed
    run_in_threads([lambda: sweeper.sweep(later(60))] * 4)
    for channel in channels.values():
        assert set(channel.asked.values()) <= {1}
        assert set(channel.sent_refunds.values()) <= {1}
    for minute in range(2, 6):
        sweeper.sweep(later(60 * minute))
    assert Refund.objects.filter(state="done").count() == 5
    assert set(channels["alipay"].sent_refunds.values()) == {1}
    assert open_orders("wechat") == open_orders("alipay") == 0


def test_each_turn_has_a_thread_so_that_a_channel_that_hangs_holds_nobody(committed):
    _, channels = committed
    channels["wechat"].free.clear()
    stop = threading.Event()
    threads = sweeper.start(lambda: later(60), stop.wait, every_s=0.05)
    try:
        end = monotonic() + 30
        while open_orders("alipay") and monotonic() < end:
            sleep(0.05)
        assert open_orders("alipay") == 0
        while Refund.objects.filter(state="due").exists() and monotonic() < end:
            sleep(0.05)
        assert not Refund.objects.filter(state="due").exists()
        assert open_orders("wechat") == MANY
    finally:
        stop.set()
        channels["wechat"].free.set()
        for thread in threads:
            thread.join(30)
    assert {t.name for t in threads} >= {"sweep-orders-wechat", "sweep-refunds-alipay"}


def test_a_turn_that_fails_is_tried_again(committed, monkeypatch):
    _, _ = committed
    real, tries = sweeper._due, []

    def fails_once(method, at):
        tries.append(method)
        if len(tries) == 1:
            raise RuntimeError("the database went away")
        return real(method, at)

    monkeypatch.setattr(sweeper, "_due", fails_once)
    ends = iter([False, False, True])
    sweeper._for_ever(sweeper.turns()["orders-alipay"], lambda: later(60), lambda s: next(ends), 1)
    assert open_orders("alipay") == 0
    assert PaymentOrder.objects.filter(state=PaymentState.CANCELLED.value).count() == 5
