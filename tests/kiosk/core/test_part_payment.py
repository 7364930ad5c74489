"""A part of a bill at the kiosk: chosen or typed, then paid like a bill; needs the server."""

import pytest

from contract.messages import Method, PaymentState
from kiosk.core import part_payment
from kiosk.core.effects import AskTerminal, MakeOrder, Record
from kiosk.core.events import OFFLINE, AccountFound, OrderFailed, OrderMade, OrderSeen, ServerSeen
from kiosk.core.model import Action, Say, Screen
from kiosk.core.payment import missing
from tests.kiosk.core.story import Story, account, bill


def divisible(month: int, minor: int, least: int = 5_000):
    return bill(month, minor).model_copy(update={"part_min_minor": least})


def found(*bills, offline: bool = False, credit: int = 0) -> Story:
    story = Story.at_attract(credit=True, credit_in_part=True).types("3", "2", "1201")
    of = account(*bills).model_copy(update={"credit_minor": credit})
    return story.plays(AccountFound(story.visit.number, of, offline=offline))


def types(story: Story, digits: str) -> Story:
    for digit in digits:
        story.taps(Action.DIGIT, digit)
    return story


def at_method(**known) -> Story:
    story = found(divisible(9, 30_000), bill(10, 33_208), **known)
    return story.taps(Action.PART).taps(Action.PART, "100").taps(Action.PAY)


def test_a_part_of_the_oldest_bill_that_is_divisible_is_paid():
    story = at_method()
    assert story.screen is Screen.METHOD and story.visit.amount.minor == 10_000
    story.taps(Action.METHOD, Method.WECHAT)
    asked = story.payment
    assert (asked.amount_minor, asked.in_part, len(asked.bills)) == (10_000, True, 1)
    assert asked.bills[0].amount_minor == 30_000 and not missing(asked)
    assert len(story.did(MakeOrder)) == 1
    story.plays(OrderMade(story.view(PaymentState.PENDING, code_url="weixin://x")))
    assert story.server_says(PaymentState.APPROVED).screen is Screen.PAID


@pytest.mark.parametrize(
    ("typed", "may"), [("49", False), ("50", True), ("250", True), ("251", False), ("300", False)]
)
def test_neither_the_part_nor_what_is_left_is_too_small(typed, may):
    story = types(found(divisible(9, 30_000)).taps(Action.PART), typed).taps(Action.PAY)
    assert (story.screen is Screen.METHOD) is may


def test_only_amounts_that_are_parts_of_it_can_be_chosen():
    story = found(divisible(9, 30_000)).taps(Action.PART)
    assert part_payment.choices(story.session) == (50, 100, 200)
    assert story.taps(Action.PART, "300").visit.typed == ""
    assert types(story, "012").taps(Action.BACKSPACE).visit.typed == "1"
    assert story.taps(Action.CLEAR).visit.typed == ""


@pytest.mark.parametrize(
    "story",
    [
        found(bill(9, 30_000)),
        found(divisible(9, 30_000), offline=True),
        found(divisible(9, 30_000)).plays(ServerSeen(False)),
        found(divisible(9, 30_000)).taps(Action.TOGGLE_BILL, bill(9, 30_000).number),
    ],
)
def test_it_is_not_offered_for_whole_bills_without_the_server_or_with_nothing_chosen(story):
    assert part_payment.offered(story.session) is None
    assert story.taps(Action.PART).screen is Screen.BILLS and not story.visit.in_part


def test_the_way_back_leads_to_the_bills_with_all_of_them_chosen():
    story = at_method().taps(Action.BACK)
    assert story.screen is Screen.PART and story.visit.typed == "100"
    story.taps(Action.BACK)
    assert story.screen is Screen.BILLS and story.visit.amount.minor == 63_208
    story.taps(Action.PAY).taps(Action.METHOD, Method.WECHAT)
    assert len(story.payment.bills) == 2 and not story.payment.in_part


def test_no_card_is_asked_for_it_once_the_line_is_down():
    story = at_method().plays(ServerSeen(False)).taps(Action.METHOD, Method.CARD)
    assert (story.screen, story.visit.say) == (Screen.MESSAGE, Say.SERVER_AWAY)
    assert not story.did(AskTerminal) and not story.did(Record)
    story = at_method().taps(Action.METHOD, Method.CARD)
    story.plays(OrderFailed(story.payment.payment_id, OFFLINE))
    assert not story.did(AskTerminal) and story.visit.say is Say.SERVER_AWAY
    assert story.did(Record)[-1].record.state is PaymentState.CANCELLED


def test_credit_pays_no_part():
    story = at_method(credit=50_000).taps(Action.USE_CREDIT)
    assert story.visit.from_credit == 0 and story.visit.amount.minor == 10_000


def test_the_next_resident_begins_with_nothing_of_it():
    story = at_method().taps(Action.END)
    assert story.screen is Screen.ATTRACT and not story.visit.in_part


def test_a_bill_that_changed_meanwhile_is_read_again():
    story = at_method().taps(Action.METHOD, Method.WECHAT)
    story.plays(OrderFailed(story.payment.payment_id, "amount_changed"))
    assert story.visit.say is Say.AMOUNT_CHANGED
    story.taps(Action.BACK)
    assert story.screen is Screen.IDENTIFY and not story.visit.in_part


def test_news_that_the_bill_was_paid_leaves_nothing_of_the_part():
    """What is chosen after that is paid whole."""
    before = found(divisible(9, 30_000)).taps(Action.PAY).taps(Action.METHOD, Method.WECHAT)
    others = divisible(10, 33_208), bill(11, 33_208)
    story = found(divisible(9, 30_000), *others).taps(Action.PART).taps(Action.PART, "100")
    story.with_lobby(unresolved=(before.payment,))
    story.plays(OrderSeen(before.view(PaymentState.APPROVED, 3)))
    assert story.visit.say is Say.RESUMED
    story.taps(Action.BACK)
    assert story.screen is Screen.BILLS and not story.visit.in_part
    for other in others:
        story.taps(Action.TOGGLE_BILL, other.number)
    assert story.visit.amount.minor == 66_416
