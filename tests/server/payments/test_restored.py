"""The server's database was restored from an older backup: journals come again, channels are asked."""

import pytest

from contract.messages import Method, PaymentState
from server.alerts.models import Alert
from server.billing.models import Bill, BillLease
from server.billing.verification import verify_ledger
from server.payments import initiation, inquiry, notifications, sweeper
from server.payments.channels.interface import ChannelStatus, Notification, OrderState
from server.payments.initiation import start
from server.payments.models import PaymentOrder, Refund
from tests.server.payments.charges import later, order, request
from tests.server.payments.journal.test_intake import KioskJournal, record, take
from tests.server.payments.world import NOW


def told_again(world, end, with_payment_code):
    """The row is gone; the kiosk's journal says what it knew."""
    journal = KioskJournal()
    for version, state in enumerate(("created", "pending", end), 1):
        said = record(world, PaymentState(state), version, method=Method.WECHAT, card=None)
        code = {"with_payment_code": with_payment_code, "reason": "x" if version == 3 else ""}
        journal.tells(said.model_copy(update=code))
    take(world, journal.entries)
    return PaymentOrder.objects.get()


def sweep_for_a_day():
    for seconds in (10, 30, 60, 90, 600, 3600, 7300, 90_000):
        sweeper.sweep(later(seconds))


@pytest.mark.parametrize("end", ["approved", "unknown"])
@pytest.mark.parametrize("with_payment_code", [True, False])
def test_what_the_channel_took_is_found_and_booked(world, end, with_payment_code):
    number = record(world, PaymentState.CREATED).payment_id.replace("-", "")
    world.channel.amounts[number] = 66416
    world.channel.pays(number)
    told_again(world, end, with_payment_code)
    sweep_for_a_day()
    assert (order().life, order().captured_minor) == (PaymentState.APPROVED, 66416)
    assert {b.state for b in Bill.objects.all()} == {"paid"}
    assert verify_ledger() == []


@pytest.fixture
def number(world):
    """Of an order that was paid at the channel, and that the restored server has not, or as open."""
    found = record(world, PaymentState.CREATED).payment_id.replace("-", "")
    world.channel.amounts[found] = 66416
    world.channel.pays(found)
    return found


@pytest.mark.parametrize("end", ["declined", "cancelled", "reversed"])
@pytest.mark.parametrize("in_the_backup", [True, False])
@pytest.mark.parametrize("with_payment_code", [True, False])
def test_what_the_payer_was_told_is_unpaid_goes_back(
    world, number, end, in_the_backup, with_payment_code
):
    """The lost server had ended it, and its kiosk has told that: the money is late here too."""
    if in_the_backup:
        world.channel.phone = "asks"
        asked = request(world) if with_payment_code else world.request()
        start(world.caller, asked, NOW)
        world.channel.pays(number)
    told_again(world, end, with_payment_code)
    sweep_for_a_day()
    assert (order().life, order().reason) == (PaymentState.REVERSED, "late")
    assert Refund.objects.get().state == Refund.State.DONE
    assert Alert.objects.filter(kind="late_payment").exists()
    assert {b.state for b in Bill.objects.all()} == {"open"}
    assert not BillLease.objects.exists()
    assert verify_ledger() == []


@pytest.mark.parametrize("with_payment_code", [True, False])
def test_what_was_paid_and_returned_since_is_called_returned(world, number, with_payment_code):
    """The kiosk tells that it was approved, and the channel calls closed what went back whole."""
    world.channel.orders[number] = OrderState(ChannelStatus.CLOSED)
    told_again(world, "approved", with_payment_code)
    sweep_for_a_day()
    assert (order().life, order().reason) == (PaymentState.REVERSED, "refunded")
    assert {b.state for b in Bill.objects.all()} == {"open"}
    assert not BillLease.objects.exists()
    assert verify_ledger() == []


@pytest.mark.parametrize("end", ["declined", "cancelled", "reversed"])
@pytest.mark.parametrize("late", [False, True])
def test_staff_hear_that_a_payer_was_told_otherwise(world, number, end, late):
    """The restored row was open, and the channel's word came before the journal."""
    world.channel.phone = "asks"
    start(world.caller, request(world), NOW)
    if late:
        inquiry.cancel(order(), later(20))
        world.community.late_success = "credit"
        world.community.save()
    inquiry.apply_answer(order(), world.channel.pays(number), later(500))
    assert order().life is PaymentState.APPROVED
    told_again(world, end, with_payment_code=True)
    assert order().life is PaymentState.APPROVED
    assert Alert.objects.filter(kind="told_unpaid").count() == (0 if late else 1)


@pytest.mark.parametrize(("end", "state"), [("cancelled", "approved"), ("reversed", "reversed")])
def test_where_late_money_is_kept_what_was_told_to_go_back_goes_back(world, number, end, state):
    world.community.late_success = "credit"
    world.community.save()
    told_again(world, end, with_payment_code=False)
    sweep_for_a_day()
    assert (order().state, order().reason) == (state, "late")
    assert order().allocated_minor == 0


def test_an_old_notification_of_what_was_reversed_since_pays_nothing(world, number):
    """It was kept while nobody knew the order. The channel says how it stands now: the money came, and
    all of it went back."""
    paid = world.channel.query(number)
    notifications.take("wechat", Notification(number, paid), later(1))
    world.channel.orders[number] = OrderState(ChannelStatus.CLOSED)
    world.channel.silent = True
    told_again(world, "cancelled", with_payment_code=True)
    sweeper.sweep(later(6))
    world.channel.silent = False
    sweep_for_a_day()
    assert order().life is PaymentState.REVERSED
    assert order().refunded_minor == order().captured_minor
    assert order().allocated_minor == 0
    assert not Refund.objects.exists(), "there is nothing left to send back"


def test_a_code_on_the_screen_is_known_again_while_its_payer_is_there(world, number):
    """Its kiosk had it PENDING because the lost server had made it, and asks for it all the time."""
    said = record(world, PaymentState.PENDING, 2, method=Method.WECHAT, card=None)
    take(world, KioskJournal().tells(said).entries)
    sweeper.sweep(later(5))
    assert order().life is PaymentState.APPROVED
    assert {b.state for b in Bill.objects.all()} == {"paid"}


def test_a_code_on_the_screen_that_nobody_pays_is_ended_in_its_time(world):
    said = record(world, PaymentState.PENDING, 2, method=Method.WECHAT, card=None)
    take(world, KioskJournal().tells(said).entries)
    sweeper.sweep(later(5))
    assert not order().life.final, "it can still be paid"
    sweeper.sweep(later(700))
    assert order().life is PaymentState.CANCELLED


@pytest.mark.parametrize("end", ["unknown", "cancelled"])
def test_a_charge_that_arrives_after_its_journal_is_found(world, end):
    """The lost server had sent it; the channel does not know it when it is asked first."""
    number = record(world, PaymentState.CREATED).payment_id.replace("-", "")
    told_again(world, end, with_payment_code=True)
    sweeper.sweep(later(5))
    assert not order().life.final
    for seconds in (16, 22, 30, 40, 61, 80):
        sweeper.sweep(later(seconds))
    assert order().life is PaymentState.CANCELLED
    assert world.channel.reversed == [number], "so that it is not carried out"
    world.channel.amounts[number] = 66416
    world.channel.pays(number)
    for seconds in (200, 700, 4400):
        sweeper.sweep(later(seconds))
    assert (order().life, order().captured_minor) == (PaymentState.REVERSED, 66416)


@pytest.mark.parametrize("end", ["unknown", "declined"])
@pytest.mark.parametrize("known", [True, False])
@pytest.mark.parametrize("with_payment_code", [True, False])
def test_what_the_channel_did_not_take_is_ended_there(world, end, known, with_payment_code):
    number = record(world, PaymentState.CREATED).payment_id.replace("-", "")
    if known:
        world.channel.orders[number] = OrderState(ChannelStatus.WAITING)
    told_again(world, end, with_payment_code)
    sweep_for_a_day()
    assert order().life is PaymentState.CANCELLED
    assert not known or world.channel.query(number).status is ChannelStatus.CLOSED


def test_a_row_from_before_the_charge_is_no_proof_that_there_was_none(world, monkeypatch):
    """As a backup has it that was made just before the channel was asked."""

    class Killed(BaseException):
        """The process ended here; nothing after it ran."""

    def dies(*_):
        raise Killed

    with monkeypatch.context() as patch, pytest.raises(Killed):
        patch.setattr(initiation, "_charge", dies)
        start(world.caller, request(world), NOW)
    assert order().life is PaymentState.CREATED
    world.channel.amounts[order().out_trade_no] = 66416
    world.channel.pays(order().out_trade_no)
    sweeper.sweep(later(50))
    assert (order().life, order().captured_minor) == (PaymentState.APPROVED, 66416)
