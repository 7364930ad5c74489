"""Paying out of the unit's credit at the kiosk: where it covers what is chosen, once."""

import pytest

from contract.messages import ErrorCode, Method, PaymentState
from kiosk.core.effects import CancelOrder, FollowOrder, MakeOrder, Record, Resolve
from kiosk.core.events import (
    OFFLINE,
    AccountFound,
    OrderFailed,
    OrderMade,
    OrderSeen,
    RecordingSeen,
    ServerSeen,
)
from kiosk.core.model import Action, Say, Screen
from kiosk.core.payment import missing
from tests.kiosk.core.story import Story, account, bill


def at_bills(credit: int = 70_000, offline: bool = False, **config) -> Story:
    story = Story.at_attract(**({"credit": True} | config)).types("3", "2", "1201")
    known = account(bill(9, 30000), bill(10, 33208)).model_copy(update={"credit_minor": credit})
    story.plays(AccountFound(story.visit.number, known, offline=offline))
    assert story.screen is Screen.BILLS
    return story


def asked() -> Story:
    story = at_bills().taps(Action.USE_CREDIT).taps(Action.USE_CREDIT)
    assert story.screen is Screen.PAYING_CREDIT
    return story


def test_it_is_shown_first_then_recorded_as_asked_for_and_asked_for_once():
    story = at_bills().taps(Action.USE_CREDIT)
    assert story.screen is Screen.CREDIT and not story.did(Record)
    story.taps(Action.USE_CREDIT)
    records = [effect.record for effect in story.did(Record)]
    assert [record.state for record in records] == ["created", "pending"]
    assert {record.method for record in records} == {Method.CREDIT}
    assert story.payment.amount_minor == 63208 and not missing(story.payment)
    [order] = story.did(MakeOrder)
    assert order.record == records[-1] and story.effects.index(order) > 1
    story.taps(Action.USE_CREDIT).taps(Action.USE_CREDIT)
    assert len(story.did(MakeOrder)) == 1


def test_what_the_server_booked_is_paid():
    story = asked()
    story.plays(OrderMade(story.view(PaymentState.APPROVED)))
    assert story.screen is Screen.PAID and not story.did(FollowOrder)
    assert story.did(Record)[-1].record.state is PaymentState.APPROVED


@pytest.mark.parametrize(
    "story", [at_bills(credit=63207), at_bills(credit=0), at_bills(offline=True)]
)
def test_it_is_not_offered_where_it_does_not_cover_what_is_chosen_or_is_not_known(story):
    assert story.taps(Action.USE_CREDIT).screen is Screen.BILLS


def test_it_is_not_offered_by_an_older_server_or_without_one():
    story = at_bills()
    assert story.plays(ServerSeen(False)).taps(Action.USE_CREDIT).screen is Screen.BILLS
    story = Story.at_attract().types("3", "2", "1201")
    known = account(bill(9, 30000)).model_copy(update={"credit_minor": 30000})
    story.plays(AccountFound(story.visit.number, known))
    assert story.taps(Action.USE_CREDIT).screen is Screen.BILLS


def test_it_covers_what_is_chosen_where_it_does_not_cover_all():
    story = at_bills(credit=30000).taps(Action.USE_CREDIT)
    assert story.screen is Screen.BILLS
    story.taps(Action.TOGGLE_BILL, "B202610-3-2-1201").taps(Action.USE_CREDIT)
    assert story.screen is Screen.CREDIT
    assert story.taps(Action.BACK).screen is Screen.BILLS


def test_elder_mode_pays_all_that_is_due_at_once():
    story = at_bills()
    story.taps(Action.TOGGLE_BILL, "B202610-3-2-1201").taps(Action.ELDER)
    story.taps(Action.USE_CREDIT, "all").taps(Action.USE_CREDIT)
    assert story.payment.amount_minor == 63208


def test_the_line_that_goes_between_two_touches_begins_nothing():
    story = at_bills().taps(Action.USE_CREDIT).plays(ServerSeen(False)).taps(Action.USE_CREDIT)
    assert (story.screen, story.visit.say) == (Screen.MESSAGE, Say.NO_METHOD)
    assert not story.did(MakeOrder) and not story.did(Record)


def test_a_journal_that_takes_nothing_begins_nothing():
    story = at_bills().taps(Action.USE_CREDIT).plays(RecordingSeen(False)).taps(Action.USE_CREDIT)
    assert story.screen is Screen.MESSAGE and not story.did(MakeOrder)


def test_somebody_else_used_it_meanwhile_and_nothing_was_taken():
    story = asked()
    story.plays(OrderFailed(story.payment.payment_id, ErrorCode.CREDIT_TOO_LITTLE))
    assert (story.screen, story.visit.say) == (Screen.MESSAGE, Say.CREDIT_TOO_LITTLE)
    assert story.did(Record)[-1].record.state is PaymentState.CANCELLED
    assert story.taps(Action.BACK).screen is Screen.IDENTIFY  # the bills are read again


@pytest.mark.parametrize("code", [OFFLINE, ErrorCode.INTERNAL, ErrorCode.IDEMPOTENCY_CONFLICT])
def test_no_answer_is_not_a_no(code):
    story = asked()
    story.plays(OrderFailed(story.payment.payment_id, code))
    assert story.screen is Screen.UNKNOWN
    assert story.did(Record)[-1].record.state is PaymentState.UNKNOWN and story.did(Resolve)
    story.plays(OrderSeen(story.view(PaymentState.APPROVED)))  # what recovery found
    assert story.screen is Screen.PAID


def test_nobody_waits_longer_than_a_minute_and_a_half_and_nobody_can_leave_meanwhile():
    story = asked()
    for action in (Action.BACK, Action.END, Action.CANCEL_PAYMENT, Action.CHANGE_METHOD):
        assert story.taps(action).screen is Screen.PAYING_CREDIT
    assert story.waits(89).screen is Screen.PAYING_CREDIT
    assert story.waits(2).screen is Screen.UNKNOWN
    assert not story.did(CancelOrder)
    story.plays(OrderMade(story.view(PaymentState.APPROVED)))  # the answer came late
    assert story.did(Record)[-1].record.state is PaymentState.UNKNOWN
    story.plays(OrderSeen(story.view(PaymentState.CANCELLED, reason="never_booked")))
    assert story.did(Record)[-1].record.state is PaymentState.CANCELLED
