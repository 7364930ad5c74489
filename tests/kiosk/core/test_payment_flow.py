"""From the method to the end of a payment, and every way in which it may go otherwise."""

from dataclasses import replace

import pytest

from contract.messages import LATE, CardData, ErrorCode, Method, PaymentState
from kiosk.core.effects import (
    AbortTerminal,
    AskTerminal,
    CancelOrder,
    FollowOrder,
    MakeOrder,
    Record,
    Resolve,
)
from kiosk.core.events import (
    OFFLINE,
    AccountFound,
    CardAnswered,
    CardLost,
    CardNotAsked,
    OrderFailed,
    OrderMade,
    OrderSeen,
    ServerSeen,
    TerminalRead,
)
from kiosk.core.model import Action, Say, Screen
from tests.kiosk.core.story import Story, account, bill


def states_recorded(story: Story) -> list[PaymentState]:
    return [effect.record.state for effect in story.did(Record)]


def test_wechat_pays_and_every_step_is_recorded_before_it_is_taken():
    story = Story.at_bills().taps(Action.PAY).taps(Action.METHOD, Method.WECHAT)
    assert [type(e) for e in story.effects[-2:]] == [Record, MakeOrder]
    story.plays(OrderMade(story.view(PaymentState.PENDING, code_url="weixin://x")))
    assert story.visit.code_url == "weixin://x"
    assert [type(e) for e in story.effects[-2:]] == [Record, FollowOrder]
    story.server_says(PaymentState.APPROVED)
    assert story.screen is Screen.PAID
    assert states_recorded(story) == ["created", "pending", "approved"]
    assert story.payment.channel_reference == "4200001"


def test_a_card_is_asked_only_after_the_order_holds_the_bills():
    story = Story.at_bills().taps(Action.PAY).taps(Action.METHOD, Method.CARD)
    assert story.did(AskTerminal) == []
    story.plays(OrderMade(story.view(PaymentState.PENDING)))
    assert [type(e) for e in story.effects[-2:]] == [Record, AskTerminal]
    story.terminal_says("approved")
    assert story.screen is Screen.PAID
    assert story.session.lobby.last_card.receipt_no == "0042"


def test_a_declined_card_leaves_another_way():
    story = Story.paying(Method.CARD).terminal_says("declined", "05")
    assert story.screen is Screen.DECLINED
    story.taps(Action.CHANGE_METHOD)
    assert story.screen is Screen.METHOD
    first = story.did(Record)[-1].record.payment_id
    story.taps(Action.METHOD, Method.ALIPAY)
    assert story.payment.payment_id != first


def test_an_expired_code_is_cancelled_before_anything_else_is_offered():
    story = Story.paying(Method.WECHAT).waits(181)
    assert story.visit.cancelling
    assert len(story.did(CancelOrder)) == 1
    story.server_says(PaymentState.CANCELLED)
    assert (story.screen, story.visit.say) == (Screen.MESSAGE, Say.PAYMENT_EXPIRED)
    assert story.taps(Action.UNDERSTOOD).screen is Screen.METHOD


def test_more_time_prolongs_the_code_up_to_the_orders_end():
    story = Story.paying(Method.WECHAT)
    for _ in range(10):
        story.taps(Action.MORE_TIME)
    assert story.visit.code_expires == story.visit.code_latest


def test_paid_while_being_cancelled_is_paid():
    story = Story.paying(Method.WECHAT).taps(Action.CANCEL_PAYMENT)
    assert story.server_says(PaymentState.APPROVED).screen is Screen.PAID


def test_a_cancellation_without_an_answer_is_not_called_cancelled():
    story = Story.paying(Method.WECHAT).taps(Action.CANCEL_PAYMENT).waits(21)
    assert story.screen is Screen.UNKNOWN
    assert states_recorded(story)[-1] == PaymentState.UNKNOWN
    assert len(story.did(Resolve)) == 1


def test_a_cancelled_card_payment_waits_for_the_terminals_word():
    story = Story.paying(Method.CARD).taps(Action.CHANGE_METHOD)
    assert len(story.did(AbortTerminal)) == 1
    assert story.screen is Screen.PAYING_CARD
    assert story.terminal_says("cancelled", "6C").screen is Screen.METHOD


def test_a_lost_card_answer_blocks_the_card_until_its_end_is_known():
    story = Story.paying(Method.CARD)
    lost = story.payment.payment_id
    story.plays(CardLost(lost, "silence"))
    assert story.screen is Screen.UNKNOWN
    story.taps(Action.UNDERSTOOD)
    assert story.screen is Screen.ATTRACT
    assert story.session.lobby.card_unresolved
    card = CardData(receipt_no="0042")
    story.plays(CardAnswered(lost, "approved", "recovered", card))
    assert not story.session.lobby.card_unresolved
    assert story.did(Record)[-1].record.state is PaymentState.APPROVED
    assert story.screen is Screen.PAID, "whoever paid may still be standing there"


def test_an_unanswered_order_falls_back_to_the_card_offline():
    story = Story.at_bills().taps(Action.PAY).taps(Action.METHOD, Method.CARD)
    story.plays(OrderFailed(story.payment.payment_id, OFFLINE))
    assert story.payment.offline
    assert len(story.did(AskTerminal)) == 1


def test_without_the_server_only_the_card_is_offered_up_to_its_limit():
    story = Story.at_bills().plays(ServerSeen(False)).taps(Action.PAY)
    story.taps(Action.METHOD, Method.WECHAT)
    assert (story.screen, story.visit.say) == (Screen.MESSAGE, Say.NO_METHOD)
    story.taps(Action.BACK).taps(Action.METHOD, Method.CARD)
    assert story.payment.offline
    over = Story.at_bills().with_lobby(offline_card_limit_minor=100)
    over.plays(ServerSeen(False)).taps(Action.PAY).taps(Action.METHOD, Method.CARD)
    assert over.did(AskTerminal) == []
    assert over.did(Record)[-1].record.state is PaymentState.CANCELLED


@pytest.mark.parametrize("code", [ErrorCode.BILL_LEASED, ErrorCode.AMOUNT_CHANGED])
def test_a_refused_order_is_cancelled_and_explained(code):
    story = Story.at_bills().taps(Action.PAY).taps(Action.METHOD, Method.WECHAT)
    story.plays(OrderFailed(story.payment.payment_id, code))
    assert story.screen is Screen.MESSAGE
    assert states_recorded(story) == ["created", "cancelled"]


def test_a_terminal_that_was_not_asked_costs_nothing():
    story = Story.paying(Method.CARD)
    story.plays(CardNotAsked(story.payment.payment_id, "device.not_reachable"))
    assert story.visit.say is Say.CHANNEL_UNAVAILABLE
    assert states_recorded(story)[-1] == PaymentState.CANCELLED


@pytest.mark.parametrize("method", [Method.WECHAT, Method.CARD])
def test_nobody_leaves_while_money_may_move(method):
    story = Story.paying(method)
    screen = story.screen
    story.taps(Action.END).taps(Action.BACK).taps(Action.DONE).waits(100)
    assert story.screen is screen
    story.taps(Action.HELP)
    assert story.screen is Screen.HELP
    story.taps(Action.BACK)
    assert story.screen is screen


def test_no_card_is_taken_before_the_terminal_told_what_it_holds():
    story = Story.at_bills().with_lobby(terminal_known=False).taps(Action.PAY)
    story.taps(Action.METHOD, Method.CARD)
    assert story.visit.say is Say.NO_METHOD
    story.plays(TerminalRead(None)).taps(Action.BACK).taps(Action.METHOD, Method.CARD)
    assert story.payment.method is Method.CARD


def test_an_order_given_up_before_it_was_made_is_ended_and_never_waited_for_without_end():
    story = Story.at_bills().taps(Action.PAY).taps(Action.METHOD, Method.WECHAT)
    story.taps(Action.CANCEL_PAYMENT)
    story.plays(OrderMade(story.view(PaymentState.PENDING, code_url="weixin://x")))
    assert len(story.did(CancelOrder)) == 1
    assert story.visit.code_url == "", "its code is not shown"
    story.waits(21)
    assert story.screen is Screen.UNKNOWN
    assert story.session.lobby.unresolved == (story.payment,)


@pytest.mark.parametrize("at", [Screen.BILLS, Screen.METHOD, Screen.EXPLAIN, Screen.HELP])
def test_who_chooses_among_bills_that_turn_out_to_be_paid_is_told(at):
    """Their payment was in doubt; without the server nobody else would refuse to take it again."""
    story = Story.paying(Method.CARD)
    first = story.payment
    story.plays(CardLost(first.payment_id, "silence")).taps(Action.UNDERSTOOD)
    story.types("3", "2", "1201")
    both = account(bill(9, 30000), bill(10, 33208), bill(11, 100))
    story.plays(AccountFound(story.visit.number, both), ServerSeen(False))
    match at:
        case Screen.METHOD:
            story.taps(Action.PAY)
        case Screen.EXPLAIN:
            story.taps(Action.EXPLAIN, "B202609-3-2-1201")
        case Screen.HELP:
            story.taps(Action.HELP)
    assert story.screen is at
    story.plays(CardAnswered(first.payment_id, "approved", "recovered", CardData(receipt_no="7")))
    story.plays(TerminalRead(None))
    assert (story.screen, story.visit.say) == (Screen.PAID, Say.RESUMED)
    assert story.payment.payment_id == first.payment_id
    assert story.visit.selected == ("B202611-3-2-1201",)
    assert story.taps(Action.BACK).screen is Screen.BILLS


def test_who_pays_other_bills_is_not_interrupted_when_the_first_turn_out_to_be_paid():
    story = Story.paying(Method.CARD)
    first = story.payment
    story.plays(CardLost(first.payment_id, "silence")).taps(Action.UNDERSTOOD)
    story.types("3", "2", "1201")
    both = account(bill(9, 30000), bill(10, 33208), bill(11, 100))
    story.plays(AccountFound(story.visit.number, both)).taps(Action.SELECT_ALL)
    story.taps(Action.TOGGLE_BILL, "B202611-3-2-1201").taps(Action.PAY)
    story.taps(Action.METHOD, Method.WECHAT)
    story.plays(CardAnswered(first.payment_id, "approved", "recovered", CardData(receipt_no="7")))
    assert story.screen is Screen.PAYING_QR
    assert [b.number for b in story.payment.bills] == ["B202611-3-2-1201"]
    assert [b.number for b in story.visit.account.bills] == ["B202611-3-2-1201"]


@pytest.mark.parametrize(
    ("method", "reason"), [(Method.WECHAT, OFFLINE), (Method.CARD, "no_order")]
)
@pytest.mark.parametrize("gives_up", [False, True])
def test_nobody_waits_without_end_for_an_order_of_which_nothing_is_heard(method, reason, gives_up):
    story = Story.at_bills().taps(Action.PAY).taps(Action.METHOD, method)
    first = story.payment
    if gives_up:
        story.waits(10).taps(Action.CANCEL_PAYMENT)
    story.waits(79 if gives_up else 89)
    assert story.screen in (Screen.PAYING_CARD, Screen.PAYING_QR)
    story.waits(1)
    what = Say.PAYMENT_CANCELLED if gives_up else Say.SERVER_AWAY
    assert (story.screen, story.visit.say) == (Screen.MESSAGE, what)
    ended = story.did(Record)[-1].record
    assert (ended.state, ended.reason) == ("cancelled", "resident" if gives_up else reason)
    story.plays(OrderMade(Story.paying(method).view(PaymentState.PENDING)))
    assert story.did(AskTerminal) == []
    assert story.taps(Action.UNDERSTOOD).taps(Action.METHOD, method).payment != first


def test_an_order_whose_state_the_server_does_not_know_is_followed_up_and_no_card_is_asked_for():
    story = Story.at_bills().taps(Action.PAY).taps(Action.METHOD, Method.WECHAT)
    story.plays(OrderMade(story.view(PaymentState.UNKNOWN)))
    assert story.screen is Screen.UNKNOWN
    assert [e.record for e in story.did(Resolve)] == [story.payment]
    story = Story.at_bills().taps(Action.PAY).taps(Action.METHOD, Method.CARD)
    story.plays(OrderMade(story.view(PaymentState.UNKNOWN)))
    assert (story.screen, story.visit.say) == (Screen.MESSAGE, Say.CHANNEL_UNAVAILABLE)
    assert states_recorded(story) == ["created", "cancelled"]
    assert story.did(AskTerminal) == []


def declined_behind_the_help() -> Story:
    """Help is open while the card is declined; the touch on "back" was on its way."""
    story = Story.paying(Method.CARD)
    first = story.payment.payment_id
    story.taps(Action.HELP)
    story.plays(CardAnswered(first, "declined", "05", CardData()), TerminalRead(None))
    return story.taps(Action.BACK)


def test_a_card_is_asked_for_what_is_chosen_now():
    story = declined_behind_the_help()
    assert (story.screen, story.visit.payment) == (Screen.METHOD, None)
    story.taps(Action.BACK).taps(Action.TOGGLE_BILL, "B202610-3-2-1201")
    assert story.visit.amount.minor == 30000
    record = story.taps(Action.PAY).taps(Action.METHOD, Method.CARD).payment
    assert record.amount_minor == sum(b.amount_minor for b in record.bills) == 30000


def test_the_sum_of_a_payment_is_that_of_its_bills_whatever_was_declined_before():
    story = Story.paying(Method.CARD).terminal_says("declined", "05").plays(TerminalRead(None))
    visit = replace(story.visit, screen=Screen.METHOD, selected=("B202609-3-2-1201",))
    story.session = replace(story.session, visit=visit)
    assert story.taps(Action.METHOD, Method.CARD).payment.amount_minor == 30000


@pytest.mark.parametrize("method", [Method.WECHAT, Method.ALIPAY])
def test_money_that_came_too_late_for_the_bills_is_not_called_paid(method):
    """The server keeps it as credit of the unit; this kiosk never heard that the order had ended."""
    story = Story.paying(method)
    story.plays(OrderSeen(story.view(PaymentState.APPROVED, 4, reason=LATE)))
    assert (story.screen, story.visit.say) == (Screen.MESSAGE, Say.KEPT_AS_CREDIT)
    told = story.did(Record)[-1].record
    assert (told.state, told.reason) == (PaymentState.REVERSED, "credited")
    assert not story.session.lobby.unresolved
    assert story.taps(Action.BACK).screen is Screen.METHOD


def test_late_money_that_goes_back_is_called_so():
    story = Story.paying(Method.WECHAT)
    story.plays(OrderSeen(story.view(PaymentState.REVERSED, 4, reason=LATE)))
    assert story.visit.say is Say.PAYMENT_REVERSED
