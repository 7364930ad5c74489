"""Paying in credit at the kiosk: an amount chosen or typed, then paid like a bill; needs the server."""

import pytest

from contract.messages import Method, PaymentState
from kiosk.core.effects import AskTerminal, MakeOrder, Record
from kiosk.core.events import OFFLINE, AccountFound, OrderFailed, OrderMade, ServerSeen
from kiosk.core.model import Action, Say, Screen
from kiosk.core.payment import missing
from tests.kiosk.core.story import Story, account, bill


def found(*bills, most: int = 500_000, offline: bool = False) -> Story:
    story = Story.at_attract(top_up_max_minor=most).types("3", "2", "1201")
    return story.plays(AccountFound(story.visit.number, account(*bills), offline=offline))


def types(story: Story, digits: str) -> Story:
    for digit in digits:
        story.taps(Action.DIGIT, digit)
    return story


def at_method() -> Story:
    return found().taps(Action.TOP_UP).taps(Action.TOP_UP, "200").taps(Action.PAY)


def test_an_amount_that_is_chosen_is_paid_without_bills():
    story = at_method()
    assert story.screen is Screen.METHOD
    story.taps(Action.METHOD, Method.WECHAT)
    assert (story.payment.amount_minor, story.payment.bills) == (20_000, [])
    assert not missing(story.payment) and len(story.did(MakeOrder)) == 1
    story.plays(OrderMade(story.view(PaymentState.PENDING, code_url="weixin://x")))
    assert story.server_says(PaymentState.APPROVED).screen is Screen.PAID


def test_any_amount_is_typed_up_to_the_most():
    story = types(found(bill(9, 30000)).taps(Action.TOP_UP), "0350")
    assert story.visit.amount.minor == 35_000
    story.taps(Action.CLEAR).taps(Action.PAY)
    assert story.screen is Screen.TOP_UP
    assert types(story, "5001").taps(Action.PAY).screen is Screen.TOP_UP
    story.taps(Action.BACKSPACE)
    assert story.taps(Action.PAY).screen is Screen.METHOD and story.visit.amount.minor == 50_000


def test_only_amounts_that_may_be_paid_in_are_chosen():
    story = found(most=20_000).taps(Action.TOP_UP).taps(Action.TOP_UP, "500")
    assert story.visit.typed == ""
    assert story.taps(Action.TOP_UP, "200").taps(Action.PAY).screen is Screen.METHOD


def test_the_way_back_leads_to_the_bills_with_all_of_them_chosen():
    story = found(bill(9, 30000), bill(10, 33208)).taps(Action.TOP_UP).taps(Action.TOP_UP, "100")
    story.taps(Action.PAY).taps(Action.BACK)
    assert story.screen is Screen.TOP_UP
    story.taps(Action.BACK)
    assert story.screen is Screen.BILLS and story.visit.amount.minor == 63208
    story.taps(Action.PAY).taps(Action.METHOD, Method.WECHAT)
    assert len(story.payment.bills) == 2


def test_where_nothing_is_due_the_way_back_leads_there():
    assert found().taps(Action.TOP_UP).taps(Action.BACK).screen is Screen.NOTHING_DUE


@pytest.mark.parametrize("story", [found(most=0), found(offline=True)])
def test_it_is_not_offered_where_it_is_switched_off_or_the_server_is_away(story):
    assert story.taps(Action.TOP_UP).screen is Screen.NOTHING_DUE


def test_no_card_is_asked_for_it_once_the_line_is_down():
    story = at_method().plays(ServerSeen(False)).taps(Action.METHOD, Method.CARD)
    assert (story.screen, story.visit.say) == (Screen.MESSAGE, Say.SERVER_AWAY)
    assert not story.did(AskTerminal)
    assert story.did(Record)[-1].record.state is PaymentState.CANCELLED
    story = at_method().taps(Action.METHOD, Method.CARD)
    story.plays(OrderFailed(story.payment.payment_id, OFFLINE))
    assert not story.did(AskTerminal) and story.visit.say is Say.SERVER_AWAY


def test_the_next_resident_begins_with_nothing_typed():
    story = found().taps(Action.TOP_UP).taps(Action.TOP_UP, "200").taps(Action.END)
    assert story.screen is Screen.ATTRACT and not story.visit.topping_up
