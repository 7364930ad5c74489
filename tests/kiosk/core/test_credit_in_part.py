"""Where the unit's credit covers a part of what is chosen, it pays that, and a method the rest."""

import pytest

from contract.messages import ErrorCode, Method, PaymentState
from kiosk.core.capabilities import credit_part
from kiosk.core.effects import AskTerminal, MakeOrder, Record
from kiosk.core.events import OFFLINE, AccountFound, OrderFailed, OrderMade, OrderSeen, ServerSeen
from kiosk.core.model import Action, Say, Screen
from kiosk.core.payment import missing
from tests.kiosk.core.story import Story, account, bill

SUM, PART = 63_208, 20_000


def at_methods(credit: int = PART, offline: bool = False, **config) -> Story:
    story = Story.at_attract(**({"credit": True, "credit_in_part": True} | config))
    story.types("3", "2", "1201")
    known = account(bill(9, 30000), bill(10, 33208)).model_copy(update={"credit_minor": credit})
    story.plays(AccountFound(story.visit.number, known, offline=offline))
    story.taps(Action.PAY)
    assert story.screen is Screen.METHOD
    return story


def chosen() -> Story:
    story = at_methods().taps(Action.USE_CREDIT)
    assert story.visit.from_credit == PART
    return story


def test_the_rest_is_shown_and_asked_for_and_both_parts_are_recorded():
    story = chosen()
    assert (story.visit.amount.minor, story.visit.chosen.minor) == (SUM - PART, SUM)
    story.taps(Action.METHOD, "wechat")
    assert (story.payment.amount_minor, story.payment.credit_minor) == (SUM - PART, PART)
    assert sum(one.amount_minor for one in story.payment.bills) == SUM
    assert not missing(story.payment) and story.visit.amount.minor == SUM - PART
    [order] = story.did(MakeOrder)
    assert order.record == story.did(Record)[-1].record


def test_a_second_touch_leaves_the_credit_alone():
    story = chosen().taps(Action.USE_CREDIT)
    assert story.visit.from_credit == 0
    story.taps(Action.METHOD, "wechat")
    assert (story.payment.amount_minor, story.payment.credit_minor) == (SUM, 0)


def test_going_back_forgets_it_because_another_sum_may_be_chosen():
    story = chosen().taps(Action.BACK)
    assert story.screen is Screen.BILLS and story.visit.amount.minor == SUM
    assert story.taps(Action.PAY).visit.from_credit == 0


@pytest.mark.parametrize(
    "story",
    [
        at_methods(credit=0),
        at_methods(credit=SUM),
        at_methods(offline=True),
        at_methods(credit_in_part=False),
        at_methods().plays(ServerSeen(False)),
    ],
)
def test_it_is_not_offered_where_there_is_none_or_enough_or_nobody_to_reserve_it(story):
    assert credit_part(story.session) == 0
    assert story.taps(Action.USE_CREDIT).visit.from_credit == 0


def test_what_is_paid_in_is_not_paid_out_of_credit():
    story = Story.at_attract(credit=True, credit_in_part=True, top_up_max_minor=500_000)
    story.types("3", "2", "1201")
    known = account(bill(9, 30000)).model_copy(update={"credit_minor": 100})
    story.plays(AccountFound(story.visit.number, known))
    story.taps(Action.TOP_UP).taps(Action.TOP_UP, "100").taps(Action.PAY)
    assert story.screen is Screen.METHOD
    assert story.taps(Action.USE_CREDIT).visit.from_credit == 0


def test_without_the_server_no_card_is_taken_for_the_rest():
    story = chosen().plays(ServerSeen(False)).taps(Action.METHOD, "card")
    assert (story.screen, story.visit.say) == (Screen.MESSAGE, Say.SERVER_AWAY)
    assert not story.did(AskTerminal) and not story.did(Record)


def test_nor_when_the_line_goes_while_the_order_is_made():
    story = chosen().taps(Action.METHOD, "card")
    story.plays(OrderFailed(story.payment.payment_id, OFFLINE))
    assert (story.screen, story.visit.say) == (Screen.MESSAGE, Say.SERVER_AWAY)
    assert not story.did(AskTerminal)
    assert story.did(Record)[-1].record.state is PaymentState.CANCELLED


def test_a_card_is_asked_for_the_rest():
    story = chosen().taps(Action.METHOD, "card")
    story.plays(OrderMade(story.view(PaymentState.PENDING)))
    [asked] = story.did(AskTerminal)
    assert asked.record.amount_minor == SUM - PART


def test_used_by_somebody_else_meanwhile_the_bills_are_read_again():
    story = chosen().taps(Action.METHOD, "wechat")
    story.plays(OrderFailed(story.payment.payment_id, ErrorCode.CREDIT_TOO_LITTLE))
    assert story.visit.say is Say.CREDIT_TOO_LITTLE and story.visit.back_to is Screen.IDENTIFY


def test_another_way_of_paying_keeps_the_choice():
    story = chosen().taps(Action.METHOD, "wechat")
    story.plays(OrderMade(story.view(PaymentState.PENDING, code_url="weixin://x")))
    story.taps(Action.CHANGE_METHOD)
    story.plays(OrderSeen(story.view(PaymentState.CANCELLED)))
    assert story.screen is Screen.METHOD and story.visit.amount.minor == SUM - PART
    story.taps(Action.METHOD, "alipay")
    assert story.payment.method is Method.ALIPAY and story.payment.credit_minor == PART
