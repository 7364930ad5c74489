"""Paying on the phone while the line is gone: what is certain is said, and whoever paid does not wait."""

import pytest

from contract.messages import CardData, Method, PaymentState
from kiosk.core.effects import CancelOrder, Record, Resolve
from kiosk.core.events import CardAnswered, CardLost, CardStepped, OrderOutOfSight, OrderSeen
from kiosk.core.model import Action, CardProgress, Say, Screen
from kiosk.ui.screens import paying_code, paying_qr, unknown
from tests.kiosk.core.story import Story
from tests.kiosk.core.test_payment_code import charged


def line_goes(story: Story) -> Story:
    return story.plays(OrderOutOfSight(story.payment.payment_id))


def test_the_code_is_put_away_and_nobody_is_told_to_wait_or_to_pay():
    story = line_goes(Story.paying(Method.WECHAT))
    view = paying_qr.present(story.session)
    assert (view.code, view.time_left, view.out_of_sight) == ("", "", True)
    assert (view.title, "不要再付" in view.status) == ("网络断了", True)
    story.plays(OrderOutOfSight(story.payment.payment_id, seen_again=True))
    assert paying_qr.present(story.session).code == story.visit.code_url


@pytest.mark.parametrize("action", [Action.HAVE_PAID, Action.CANCEL_PAYMENT, Action.CHANGE_METHOD])
@pytest.mark.parametrize("by_phone", [False, True])
def test_whoever_says_so_is_answered_at_once_and_hears_the_truth(action, by_phone):
    story = line_goes(charged() if by_phone else Story.paying(Method.ALIPAY))
    story.taps(action)
    assert story.screen is Screen.UNKNOWN
    assert story.did(Record)[-1].record.reason == "line_down"
    assert story.did(Resolve)[-1].record == story.payment
    assert not story.did(CancelOrder), "recovery asks; a cancelled order would be a guess"
    assert "网络断了" in unknown.present(story.session).body
    story.plays(OrderSeen(story.view(PaymentState.APPROVED, 9)))
    assert story.screen is Screen.PAID


def test_unpaid_it_is_said_too():
    story = line_goes(Story.paying(Method.WECHAT)).taps(Action.HAVE_PAID)
    story.plays(OrderSeen(story.view(PaymentState.CANCELLED, 9, reason="unpaid")))
    assert (story.screen, story.visit.say) == (Screen.MESSAGE, Say.PAYMENT_CANCELLED)


def test_without_a_word_it_ends_with_its_time_and_is_never_called_cancelled():
    story = line_goes(Story.paying(Method.WECHAT))
    story.waits(181)
    assert story.screen is Screen.UNKNOWN
    assert not story.did(CancelOrder)


def test_who_has_not_lost_the_line_cannot_say_so():
    story = Story.paying(Method.WECHAT).taps(Action.HAVE_PAID)
    assert story.screen is Screen.PAYING_QR
    story.plays(OrderOutOfSight("another payment"))
    assert not story.visit.out_of_sight


def test_a_phone_that_was_read_is_told_the_same():
    view = paying_code.present(line_goes(charged()).session)
    assert (view.title, view.out_of_sight) == ("网络断了", True)


def stopped_reader() -> Story:
    story = Story.paying(Method.CARD)
    for kind in ("present_card", "silent", "cancelling", "other"):
        story.plays(CardStepped(story.payment.payment_id, CardProgress(kind)))
    assert story.visit.card.kind == "silent"
    return story


def test_a_silent_card_reader_that_stopped_leads_to_another_way():
    story = stopped_reader().terminal_says("cancelled", "6C")
    assert (story.screen, story.visit.say) == (Screen.MESSAGE, Say.TERMINAL_SILENT)
    assert story.taps(Action.BACK).screen is Screen.METHOD
    assert story.visit.payment is None


def test_one_that_says_nothing_at_all_is_followed_and_then_leads_there_too():
    story = stopped_reader()
    first = story.payment
    story.plays(CardLost(first.payment_id, "no_first_word"))
    assert story.screen is Screen.UNKNOWN
    story.plays(CardAnswered(first.payment_id, "cancelled", "terminal_has_none", CardData()))
    assert (story.screen, story.visit.say) == (Screen.MESSAGE, Say.TERMINAL_SILENT)


def test_who_took_the_card_away_before_is_told_what_was_asked_for():
    story = Story.paying(Method.CARD).taps(Action.CANCEL_PAYMENT).terminal_says("cancelled")
    assert story.visit.say is Say.PAYMENT_CANCELLED
