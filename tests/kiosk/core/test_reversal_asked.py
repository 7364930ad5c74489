"""Where a payment ended by a reversal, what was charged before it goes back and nobody knows whether
anything was: no screen and no slip says that nothing was charged."""

from dataclasses import replace

import pytest

from contract.messages import Method, PaymentRecord, PaymentState, PaymentView
from kiosk.core.effects import Record
from kiosk.core.events import AccountFound, CardLost, OrderMade, OrderSeen, Scanned
from kiosk.core.model import Action, Say, Screen
from kiosk.core.receipt import lay_out
from kiosk.texts.receipt_words import speech
from kiosk.ui.screens import bills, declined, message
from tests.kiosk.core.story import Story, account, bill, config
from tests.kiosk.core.test_payment_code import WECHAT_CODE, at_method
from tests.kiosk.core.test_receipt import words

LANGUAGES = ("zh_CN", "en")
NOT_CHARGED = ("没有扣款", "不会扣您的钱", "not charged", "nothing was charged")
GOES_BACK = {"zh_CN": "钱会退回或记入预存", "en": "the money is returned or credited"}


def charged() -> Story:
    """The phone was held to the scanner; the server has charged it, or tries."""
    story = at_method().plays(Scanned(WECHAT_CODE))
    return story.plays(OrderMade(story.view(PaymentState.PENDING, with_payment_code=True)))


def ends(story: Story, state: PaymentState, reversal: bool = True, **known) -> Story:
    view = story.view(state, 3, reversal_asked=reversal, **known)
    return story.plays(OrderSeen(view))


def spoken(story: Story, language: str):
    visit = replace(story.visit, language=language)
    return replace(story.session, visit=visit)


def slip(record: PaymentRecord, language: str) -> str:
    return words(lay_out(record, config().community, speech(language)))


def assert_promises_return(shown: str, language: str) -> None:
    assert GOES_BACK[language] in shown
    assert not [claim for claim in NOT_CHARGED if claim in shown.lower()]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("begun", [charged, lambda: Story.paying(Method.ALIPAY)])
def test_cancelled_by_the_resident(begun, language):
    story = ends(begun().taps(Action.CANCEL_PAYMENT), PaymentState.CANCELLED)
    assert (story.screen, story.visit.say) == (Screen.MESSAGE, Say.CANCELLED_IN_DOUBT)
    shown = message.present(spoken(story, language))
    assert_promises_return(f"{shown.title} {shown.body}", language)
    assert story.did(Record)[-1].record.reversal_asked
    assert story.taps(Action.UNDERSTOOD).screen is Screen.METHOD


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_code_whose_time_is_up(language):
    story = ends(Story.paying(Method.ALIPAY).waits(181), PaymentState.CANCELLED)
    assert story.visit.say is Say.EXPIRED_IN_DOUBT
    shown = message.present(spoken(story, language))
    assert_promises_return(f"{shown.title} {shown.body}", language)


@pytest.mark.parametrize("language", LANGUAGES)
def test_declined_and_reversed(language):
    story = ends(charged(), PaymentState.DECLINED, reason="no_money")
    assert story.screen is Screen.DECLINED
    shown = declined.present(spoken(story, language))
    assert_promises_return(f"{shown.title} {shown.body}", language)


@pytest.mark.parametrize("state", [PaymentState.DECLINED, PaymentState.CANCELLED])
def test_without_a_reversal_it_is_said_that_nothing_was_charged(state):
    story = ends(charged(), state, reversal=False, reason="no_money")
    showing = declined if state is PaymentState.DECLINED else message
    assert "没有扣款" in showing.present(story.session).title


def earlier(view_of) -> tuple[Story, PaymentView]:
    """A charge of the resident's first two bills was not answered; they come back, and the server has
    news by ``view_of``."""
    story = charged()
    story.plays(CardLost(story.payment.payment_id, "no_answer"))
    record = story.payment
    view = view_of(story)
    story.taps(Action.UNDERSTOOD).types("3", "2", "1201")
    owed = account(bill(9, 30000), bill(10, 33208), bill(11, 100))
    story.plays(AccountFound(story.visit.number, owed, held=(record,)))
    return story, view


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("state", [PaymentState.CANCELLED, PaymentState.REVERSED])
def test_an_earlier_payment_in_the_list_of_bills(state, language):
    reversal = state is PaymentState.CANCELLED
    story, view = earlier(lambda s: s.view(state, 4, reason="closed", reversal_asked=reversal))
    story.plays(OrderSeen(view))
    rows = bills.present(spoken(story, language)).rows[:2]
    told = " ".join(row.told for row in rows)
    assert not [claim for claim in NOT_CHARGED if claim in told.lower()], told
    assert view.reference in told


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_earlier_payment_that_is_looked_at(language):
    story, view = earlier(
        lambda s: s.view(PaymentState.CANCELLED, 4, reason="closed", reversal_asked=True)
    )
    story.taps(Action.VIEW_RESULT, story.visit.waiting[0].number).plays(OrderSeen(view))
    assert story.visit.say is Say.NOT_TAKEN_IN_DOUBT
    shown = message.present(spoken(story, language))
    assert_promises_return(f"{shown.title} {shown.body}", language)


@pytest.mark.parametrize("language", LANGUAGES)
def test_its_slip(language):
    story = ends(charged().taps(Action.CANCEL_PAYMENT), PaymentState.CANCELLED)
    record = story.did(Record)[-1].record
    assert_promises_return(slip(record, language), language)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_slip_of_a_payment_in_doubt_promises_no_more(language):
    """It may end by a reversal yet."""
    story = charged()
    story.plays(CardLost(story.payment.payment_id, "no_answer"))
    shown = slip(story.payment, language)
    assert ("退回" if language == "zh_CN" else "is returned") in shown
    assert not [claim for claim in NOT_CHARGED if claim in shown.lower()]
