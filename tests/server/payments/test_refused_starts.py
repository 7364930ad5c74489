"""A payment that was refused stays refused: its kiosk has told its resident so, and listens no more."""

from datetime import timedelta

import pytest

from contract.messages import PaymentState
from server.billing.leases import BillLeased
from server.payments import inquiry, timing
from server.payments.channels.interface import ChannelStatus, OrderState
from server.payments.initiation import AmountChanged, IdempotencyConflict, start
from server.payments.models import PaymentOrder, RefusedStart
from tests.server.payments import charges
from tests.server.payments.world import NOW


def test_a_try_that_was_overtaken_by_its_refused_retry_charges_nobody(world):
    first = start(world.caller, world.request(1), NOW)
    late = charges.request(world, number=2)
    with pytest.raises(BillLeased):
        start(world.caller, late, NOW)
    inquiry.apply_answer(first, OrderState(ChannelStatus.CLOSED), NOW)
    with pytest.raises(IdempotencyConflict):
        start(world.caller, late, NOW + timedelta(minutes=2))
    assert world.channel.charged == []
    assert PaymentOrder.objects.count() == 1
    again = start(world.caller, charges.request(world, number=3), NOW + timedelta(minutes=2))
    assert again.life is PaymentState.APPROVED


def test_what_was_refused_long_ago_is_forgotten(world):
    for number, at in ((1, NOW), (2, NOW + timing.REFUSAL_KEPT + timedelta(seconds=1))):
        with pytest.raises(AmountChanged):
            start(world.caller, world.request(number, amount_minor=1), at)
    assert RefusedStart.objects.count() == 1
