"""What the kiosk offers and refuses as a whole: idle, stopped, without a record, without a clock."""

import pytest

from contract.messages import CardData, Method, PaymentState
from kiosk.core.capabilities import offers
from kiosk.core.effects import ArmScanner, CancelOrder, Record, Resolve
from kiosk.core.events import (
    CardAnswered,
    CardLost,
    ClockSeen,
    ConfigLoaded,
    OrderSeen,
    RecordingSeen,
    RecoveryDone,
    ServerSeen,
    StopSeen,
    Touched,
)
from kiosk.core.model import ALL_DUE, AS_USUAL, Action, Say, Screen
from kiosk.core.patience import seconds_left
from tests.kiosk.core.story import Story, config


@pytest.mark.parametrize("at", ["bills", "method"])
def test_who_was_about_to_pay_is_told_that_nothing_can_be_recorded(at):
    story = Story.at_bills()
    if at == "method":
        story.taps(Action.PAY)
    story.plays(RecordingSeen(False))
    if at == "bills":
        assert story.taps(Action.TOGGLE_BILL, story.visit.selected[0]).screen is Screen.BILLS
        story.taps(Action.PAY)
    assert (story.screen, story.visit.say) == (Screen.MESSAGE, Say.CANNOT_RECORD)
    assert story.taps(Action.UNDERSTOOD).screen is Screen.OUT_OF_ORDER


def test_inactivity_returns_to_the_start_and_forgets_everything():
    story = Story.at_bills().taps(Action.LANGUAGE).taps(Action.ELDER)
    story.taps(Action.ELDER)
    assert seconds_left(story.session) == 30
    story.waits(20).plays(Touched())
    assert seconds_left(story.session) == 30
    story.waits(31)
    assert story.screen is Screen.ATTRACT
    visit = story.visit
    assert (visit.account, visit.selected, visit.payment, visit.language) == (
        None,
        (),
        None,
        "zh_CN",
    )
    assert visit.entry.of(2) == ""


@pytest.mark.parametrize("action", [Action.ELDER, Action.HIGH_CONTRAST, Action.LOW_REACH])
def test_a_way_of_being_shown_things_stays_through_the_visit_and_ends_with_it(action):
    story = Story.at_bills().taps(action)
    chosen = story.visit.access
    assert (story.screen, getattr(chosen, action.value)) == (Screen.BILLS, True)
    assert story.taps(Action.PAY).visit.access == chosen
    assert story.taps(Action.BACK).visit.access == chosen
    assert story.taps(action).visit.access == AS_USUAL
    story.taps(action).taps(Action.END)
    assert (story.screen, story.visit.access) == (Screen.ATTRACT, AS_USUAL)


def test_at_the_start_a_way_of_being_shown_things_ends_by_itself():
    story = Story.at_attract().taps(Action.LOW_REACH)
    assert seconds_left(story.session) == 60
    story.waits(61)
    assert story.visit.access == AS_USUAL


def test_elder_mode_pays_all_that_is_due_with_one_touch_whatever_was_chosen():
    story = Story.at_bills()
    numbers = tuple(bill.number for bill in story.visit.account.bills)
    story.taps(Action.TOGGLE_BILL, numbers[0]).taps(Action.PAY, ALL_DUE)
    assert (story.screen, story.visit.selected) == (Screen.METHOD, numbers)


def test_elder_mode_pays_nothing_that_cannot_be_recorded():
    story = Story.at_bills()
    story.plays(RecordingSeen(False))
    assert story.taps(Action.PAY, ALL_DUE).screen is not Screen.METHOD


def test_elder_mode_gives_twice_the_time():
    story = Story.at_bills()
    plain = seconds_left(story.session)
    assert seconds_left(story.taps(Action.ELDER).session) == 2 * plain


def test_languages_change_on_every_screen_without_changing_it():
    for story in (Story.at_attract(), Story.at_bills(), Story.paying(Method.WECHAT)):
        screen = story.screen
        story.taps(Action.LANGUAGE)
        assert (story.screen, story.visit.language) == (screen, "en")


def test_the_lobby_says_what_it_can_do():
    story = Story.at_attract().loses("card_terminal").plays(ServerSeen(False))
    assert story.screen is Screen.OUT_OF_ORDER, "nothing is left to pay with"
    assert story.plays(ServerSeen(True)).screen is Screen.ATTRACT


def test_no_money_is_taken_that_cannot_be_recorded():
    story = Story.at_bills().taps(Action.PAY).taps(Action.METHOD, Method.WECHAT)
    story.plays(RecordingSeen(False))
    assert (story.screen, story.visit.say) == (Screen.MESSAGE, Say.CANNOT_RECORD)
    assert story.taps(Action.UNDERSTOOD).screen is Screen.OUT_OF_ORDER
    assert story.plays(RecordingSeen(True)).screen is Screen.ATTRACT


def test_a_kiosk_that_does_not_know_the_time_takes_no_card_without_the_server():
    story = Story.at_bills().taps("end").plays(ServerSeen(False))
    assert offers(story.session.lobby).methods == (Method.CARD,)
    assert story.plays(ClockSeen(False)).screen is Screen.OUT_OF_ORDER
    story.plays(ServerSeen(True))
    assert Method.CARD in offers(story.session.lobby).methods


def test_a_stopped_kiosk_takes_no_money_until_it_is_released():
    story = Story.at_bills().taps("pay").plays(StopSeen("twin"))
    story.taps("method", Method.WECHAT)
    assert (story.screen, story.visit.payment) == (Screen.MESSAGE, None)
    story.taps("end")
    assert story.screen is Screen.OUT_OF_ORDER
    assert story.plays(StopSeen("")).screen is Screen.ATTRACT


def test_who_is_paying_when_the_kiosk_is_stopped_is_served_to_the_end():
    story = Story.paying(Method.CARD).plays(StopSeen("behind"))
    assert story.screen is Screen.PAYING_CARD
    story.plays(CardAnswered(story.visit.payment.payment_id, "approved", "00", CardData()))
    assert story.screen is Screen.PAID
    story.taps("done")
    assert story.screen is Screen.OUT_OF_ORDER


def test_a_payment_confirmed_after_a_restart_is_shown_to_whoever_waits():
    before = Story.paying(Method.WECHAT)
    after = Story().with_lobby(unresolved=(before.payment,))
    view = before.view(PaymentState.APPROVED, 3)
    after.plays(ConfigLoaded(config()), ServerSeen(True), OrderSeen(view), RecoveryDone())
    assert (after.screen, after.visit.say) == (Screen.PAID, Say.RESUMED)
    assert len(after.did(Record)) == 1
    after.plays(OrderSeen(view))
    assert len(after.did(Record)) == 1, "the same news twice is one fact"


def test_the_scanner_listens_only_where_a_bill_is_wanted():
    story = Story.at_attract()
    assert story.did(ArmScanner)[-1].on
    story.types("3", "2", "1201")
    assert not story.did(ArmScanner)[-1].on


def test_a_payment_that_can_no_longer_be_recorded_is_not_forgotten():
    story = Story.paying(Method.CARD).plays(RecordingSeen(False))
    assert story.screen is Screen.UNKNOWN
    assert [r.payment_id for r in story.session.lobby.unresolved] == [story.payment.payment_id]
    assert len(story.did(Resolve)) == 1
    story.plays(RecordingSeen(False))
    assert len(story.did(Resolve)) == 1


def test_who_walks_away_from_help_does_not_leave_the_kiosk_waiting_for_ever():
    story = Story.paying(Method.CARD)
    story.plays(CardLost(story.payment.payment_id, "silence")).taps(Action.HELP)
    assert story.screen is Screen.HELP
    assert story.waits(200).screen is Screen.ATTRACT
    assert len(story.session.lobby.unresolved) == 1, "recovery goes on asking"


def test_an_unrecordable_payment_is_left_to_recovery_and_not_cancelled_over_and_over():
    story = Story.paying(Method.WECHAT).plays(RecordingSeen(False)).waits(400)
    assert story.did(CancelOrder) == []
    assert story.screen is Screen.OUT_OF_ORDER
