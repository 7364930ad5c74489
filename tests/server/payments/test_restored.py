"""The server's database was restored from an older backup: journals come again, channels are asked."""

import pytest

from contract.messages import Method, PaymentState
from server.billing.models import Bill
from server.billing.verification import verify_ledger
from server.payments import starting, sweeper
from server.payments.channels.interface import OrderState, Standing
from server.payments.models import PaymentOrder
from server.payments.starting import start
from tests.server.payments.charges import later, order, request
from tests.server.payments.test_ingestion import KioskJournal, record, take
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


@pytest.mark.parametrize("end", ["approved", "unknown", "declined"])
@pytest.mark.parametrize("with_payment_code", [True, False])
def test_what_the_channel_took_is_found_and_booked(world, end, with_payment_code):
    number = record(world, PaymentState.CREATED).payment_id.replace("-", "")
    world.channel.amounts[number] = 66416
    world.channel.pays(number)
    told_again(world, end, with_payment_code)
    sweep_for_a_day()
    assert (order().life, order().charged_minor) == (PaymentState.APPROVED, 66416)
    assert {b.state for b in Bill.objects.all()} == {"paid"}
    assert verify_ledger() == []


@pytest.mark.parametrize("end", ["unknown", "declined"])
@pytest.mark.parametrize("known", [True, False])
@pytest.mark.parametrize("with_payment_code", [True, False])
def test_what_the_channel_did_not_take_is_ended_there(world, end, known, with_payment_code):
    number = record(world, PaymentState.CREATED).payment_id.replace("-", "")
    if known:
        world.channel.orders[number] = OrderState(Standing.WAITING)
    told_again(world, end, with_payment_code)
    sweep_for_a_day()
    assert order().life is PaymentState.CANCELLED
    assert not known or world.channel.query(number).standing is Standing.CLOSED


def test_a_row_from_before_the_charge_is_no_proof_that_there_was_none(world, monkeypatch):
    """As a backup has it that was made just before the channel was asked."""

    class Killed(BaseException):
        """The process ended here; nothing after it ran."""

    def dies(*_):
        raise Killed

    with monkeypatch.context() as patch, pytest.raises(Killed):
        patch.setattr(starting, "_charge", dies)
        start(world.caller, request(world), NOW)
    assert order().life is PaymentState.CREATED
    world.channel.amounts[order().out_trade_no] = 66416
    world.channel.pays(order().out_trade_no)
    sweeper.sweep(later(50))
    assert (order().life, order().charged_minor) == (PaymentState.APPROVED, 66416)
