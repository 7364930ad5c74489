"""A channel's genuine word of money for an order that is not known here: kept, told, matched later."""

from dataclasses import replace

import pytest

from contract.messages import Method, PaymentState
from server.alerts.models import Alert
from server.billing.models import Bill
from server.billing.verification import verify_ledger
from server.estate.models import Community
from server.payments import inquiry, notifications, sweeper
from server.payments.channels.interface import ChannelStatus, NotGenuine, Notification, OrderState
from server.payments.initiation import start
from server.payments.models import PaymentOrder, UnmatchedNotification
from tests.server.payments.charges import later
from tests.server.payments.journal.test_intake import KioskJournal, record, take
from tests.server.payments.world import NOW, ChannelUnavailable

TOTAL = 66416


@pytest.fixture
def number(world):
    """Of an order that the channel has as paid, and the server, restored from a backup, has not."""
    found = world.request().payment_id.replace("-", "")
    world.channel.amounts[found] = TOTAL
    world.channel.pays(found)
    return found


def told(world, number, **more):
    state = world.channel.query(number)
    return notifications.take("wechat", Notification(number, state), later(5))


def kept():
    return UnmatchedNotification.objects.get()


def open_alerts():
    return Alert.objects.filter(kind="unmatched_payment", resolved_at=None)


def test_it_is_kept_with_all_that_was_said_and_told_once(world, number):
    for _ in range(3):
        assert told(world, number), "acknowledged"
    row = kept()
    assert (row.method, row.out_trade_no, row.amount_minor) == ("wechat", number, TOTAL)
    assert (row.channel_reference, row.paid_at, row.matched_at) == (f"42{number[:10]}", NOW, None)
    alert = open_alerts().get()
    assert (alert.details["order_no"], alert.details["amount_minor"]) == (number, TOTAL)


def test_it_is_not_acknowledged_before_it_is_kept(world, number, client, monkeypatch):
    state = world.channel.query(number)
    world.channel.parse_notification = lambda headers, body: Notification(number, state)
    world.channel.acknowledgement = lambda: (200, "text/plain", b"success")

    def full(*_, **__):
        raise OSError("disk full")

    with monkeypatch.context() as patch:
        patch.setattr(notifications, "_keep", full)
        with pytest.raises(OSError, match="disk full"):
            client.post("/notify/wechat", b"{}", content_type="application/json")
    assert client.post("/notify/wechat", b"{}", content_type="application/json").status_code == 200
    assert kept().out_trade_no == number


def test_what_is_not_genuine_is_not_kept(world, number, client):
    def forged(headers, body):
        raise NotGenuine("signature")

    world.channel.parse_notification = forged
    answer = client.post("/notify/wechat", b"{}", content_type="application/json")
    assert answer.status_code == 401
    assert not UnmatchedNotification.objects.exists()


@pytest.mark.parametrize(
    "status", [ChannelStatus.CLOSED, ChannelStatus.WAITING, ChannelStatus.UNKNOWN]
)
def test_where_no_money_is_nothing_is_kept(world, status):
    assert notifications.take("wechat", Notification("1", OrderState(status)), NOW)
    assert not UnmatchedNotification.objects.exists()


def test_it_is_booked_when_the_kiosk_asks_for_the_order_again(world, number):
    """The request came before the backup was restored, and comes again: the channel has it paid and
    makes no second one."""
    told(world, number)
    world.channel.fails = [ChannelUnavailable("ORDERPAID")] * 3
    order = start(world.caller, world.request(), later(10))
    assert (order.life, order.captured_minor) == (PaymentState.APPROVED, TOTAL)
    assert world.channel.created == 0
    assert {bill.state for bill in Bill.objects.all()} == {"paid"}
    assert kept().matched_at == later(10)
    assert not open_alerts().exists()
    assert verify_ledger() == []


@pytest.mark.parametrize("silent", [False, True])
def test_it_is_booked_when_the_kiosks_journal_tells_of_the_order(world, number, silent):
    told(world, number)
    world.channel.silent = silent
    journal = KioskJournal()
    said = record(world, PaymentState.UNKNOWN, method=Method.WECHAT, card=None, reason="lost")
    take(world, journal.tells(said).entries)
    sweeper.sweep(later(60))
    assert PaymentOrder.objects.get().life is PaymentState.APPROVED
    sweeper.sweep(later(65))
    assert kept().matched_at is not None
    assert not open_alerts().exists()


def test_money_for_an_order_that_ended_meanwhile_is_late_money(world, number):
    """Believed when the channel says so when asked, as any late word."""
    world.community.late_success = "credit"
    world.community.save()
    told(world, number)
    world.channel.silent = True
    said = record(world, PaymentState.DECLINED, method=Method.WECHAT, card=None, reason="no")
    take(world, KioskJournal().tells(said).entries)
    world.channel.silent = False
    for seconds in (60, 120, 200):
        sweeper.sweep(later(seconds))
    assert PaymentOrder.objects.get().captured_minor == TOTAL
    assert kept().matched_at is not None


def test_a_server_that_died_before_it_matched_does_so_when_the_kiosk_asks_again(
    world, number, monkeypatch
):
    class Killed(BaseException):
        """The process ended here; nothing after it ran."""

    def dies(*_, **__):
        raise Killed

    told(world, number)
    with monkeypatch.context() as patch, pytest.raises(Killed):
        patch.setattr(notifications, "match_order", dies)
        start(world.caller, world.request(), later(10))
    world.channel.fails = [ChannelUnavailable("ORDERPAID")] * 3
    assert start(world.caller, world.request(), later(12)).life is PaymentState.APPROVED


def test_matching_is_done_once_by_however_many(world, number):
    told(world, number)
    start(world.caller, world.request(), later(10))
    before = PaymentOrder.objects.get().version
    for seconds in (11, 12, 13):
        assert notifications.match(later(seconds)) == 0
    assert PaymentOrder.objects.get().version == before


def test_an_order_of_another_wallet_is_not_the_one(world, number):
    told(world, number)
    UnmatchedNotification.objects.update(method="alipay")
    order = start(world.caller, world.request(), later(10))
    sweeper.sweep(later(11))
    assert UnmatchedNotification.objects.filter(matched_at=None).count() == 1
    assert order.life is PaymentState.PENDING


def test_staff_of_every_community_that_may_have_sold_it_are_told(world, number):
    for code, test in (("other", True), ("real", False)):
        Community.objects.create(
            code=code, name_zh=code, name_en=code, test=test, office_phone="1", currency="CNY"
        )
    told(world, number)
    assert set(open_alerts().values_list("community__code", flat=True)) == {"lakeside", "other"}


def test_a_server_that_died_after_booking_it_books_it_no_second_time(world, number, monkeypatch):
    class Killed(BaseException):
        """The process ended here; nothing after it ran."""

    real = notifications.apply_notification

    def dies(*arguments):
        real(*arguments)
        raise Killed

    told(world, number)
    with monkeypatch.context() as patch, pytest.raises(Killed):
        patch.setattr(notifications, "apply_notification", dies)
        start(world.caller, world.request(), later(10))
    assert PaymentOrder.objects.get().captured_minor == TOTAL
    sweeper.sweep(later(20))
    assert kept().matched_at == later(20)
    assert PaymentOrder.objects.get().captured_minor == TOTAL
    assert verify_ledger() == []


def test_of_two_parts_that_went_back_before_the_order_was_known_both_are_booked(world, number):
    """Each notification names the sum so far; the later one is not the earlier one again."""
    paid = world.channel.query(number)

    def tell(refunded):
        state = replace(paid, status=ChannelStatus.REFUNDED, refunded_minor=refunded)
        assert notifications.take("wechat", Notification(number, state), later(5))

    for refunded in (1000, 2500, 1000):  # and the first once more, late
        tell(refunded)
    assert kept().refunded_minor == 2500
    order = start(world.caller, world.request(), later(10))
    order.refresh_from_db()
    assert (order.life, order.captured_minor) == (PaymentState.APPROVED, TOTAL)
    assert order.refunded_minor == 2500
    assert not verify_ledger()


def test_what_cannot_be_taken_yet_keeps_nothing_else_waiting(world, number, monkeypatch):
    """Its order has ended, and the channel does not show the money yet: for however many."""
    monkeypatch.setattr(notifications, "MATCHED_MAX", 2)
    for other in (2, 3, 4):
        start(world.caller, world.request(other, bills=1), later(1))
        ended = PaymentOrder.objects.get(reference=f"K03-{other:06d}")
        inquiry.cancel(ended, later(2))
        state = OrderState(ChannelStatus.PAID, f"42{other}", 33208, NOW)
        news = Notification(ended.out_trade_no, state)
        notifications._keep("wechat", news, later(3))
    told(world, number)
    said = record(world, PaymentState.UNKNOWN, method=Method.WECHAT, card=None, reason="lost")
    take(world, KioskJournal().tells(said).entries)
    for seconds in (10, 15):
        notifications.match(later(seconds))
    row = UnmatchedNotification.objects.get(out_trade_no=number)
    assert row.matched_at == later(15)
    assert UnmatchedNotification.objects.filter(matched_at=None).count() == 3
