"""A channel that does not answer while its code is fetched: nobody ever saw a code, so the bills are
free for another way of paying as soon as the kiosk's journal says so, not when the channel is back."""

from datetime import timedelta

import pytest

from contract.messages import Method, PaymentState
from server.billing.leases import BillLeased, holders
from server.payments import sweeper
from server.payments.channels.interface import ChannelStatus, OutcomeUnknown
from server.payments.initiation import start
from server.payments.models import PaymentOrder, Refund
from tests.server.payments.journal.test_intake import KioskJournal, record, take
from tests.server.payments.world import NOW

pytestmark = pytest.mark.django_db
SOON = NOW + timedelta(seconds=30)


def order(number: int = 1) -> PaymentOrder:
    return PaymentOrder.objects.get(reference=f"K03-{number:06d}")


def never_shown(world) -> None:
    """The channel made the order and did not say so; then the kiosk gave up."""
    world.channel.silent = True
    world.channel.fails = [OutcomeUnknown("500")]
    with pytest.raises(OutcomeUnknown):
        start(world.caller, world.request(method=Method.WECHAT), NOW)
    assert holders(world.bills[0])
    tells(world, "created", "cancelled")


def tells(world, *states: str, **changes) -> None:
    journal = KioskJournal()
    for version, state in enumerate(states, 1):
        journal.tells(record(world, PaymentState(state), version, method=Method.WECHAT, **changes))
    take(world, journal.entries)


def test_its_bills_can_be_paid_by_card_at_once(world):
    never_shown(world)
    assert (order().life, order().reason) == (PaymentState.CANCELLED, "never_shown")
    assert not holders(world.bills[0])
    by_card = start(world.caller, world.request(2, Method.CARD), SOON)
    assert by_card.life is PaymentState.PENDING


def test_the_channel_is_told_to_close_it_when_it_answers_again(world):
    never_shown(world)
    number = order().out_trade_no
    sweeper.sweep(SOON)
    assert world.channel.orders[number].status is ChannelStatus.WAITING
    world.channel.silent = False
    sweeper.sweep(SOON + timedelta(hours=7))
    assert world.channel.orders[number].status is ChannelStatus.CLOSED
    assert order().life is PaymentState.CANCELLED


def test_money_that_comes_against_all_odds_is_late_money(world):
    never_shown(world)
    world.channel.silent = False
    world.channel.pays(order().out_trade_no)
    sweeper.sweep(SOON)
    assert order().captured_minor == order().amount_minor
    assert order().reason == "late"
    assert Refund.objects.filter(order=order()).exists()


def test_a_code_that_was_shown_waits_for_the_channels_word(world):
    start(world.caller, world.request(method=Method.WECHAT), NOW)
    world.channel.silent = True
    tells(world, "created", "pending", "cancelled")
    assert not order().life.final
    with pytest.raises(BillLeased):
        start(world.caller, world.request(2, Method.CARD), SOON)


def test_a_phone_that_may_have_been_charged_waits_too(world):
    world.channel.silent = True
    world.channel.answer_lost = True
    start(world.caller, world.request(method=Method.WECHAT, payment_code="134567890123456789"), NOW)
    tells(world, "created", "cancelled", with_payment_code=True)
    assert not order().life.final


def test_the_request_that_arrives_after_the_journal_makes_no_code(world):
    tells(world, "created", "cancelled")
    made = world.channel.created
    late = start(world.caller, world.request(method=Method.WECHAT), SOON)
    assert (late.life, late.code_url, world.channel.created) == (PaymentState.CANCELLED, "", made)
