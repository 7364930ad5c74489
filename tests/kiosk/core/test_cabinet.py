"""What the cabinet's sensors change: no money while it is open; a visit ends when its person left."""

from contract.messages import Method, PaymentState
from kiosk.core.cabinet import GONE_S, SHADED_S, Cabinet
from kiosk.core.capabilities import closed, offers
from kiosk.core.effects import AskTerminal, Record
from kiosk.core.events import AccountFound, OrderMade, SensorsSeen
from kiosk.core.model import Action, Say, Screen
from kiosk.core.patience import seconds_left
from kiosk.core.step import with_visit
from tests.kiosk.core.story import Story, account, bill

OPEN, SHUT = SensorsSeen(Cabinet(opened=True)), SensorsSeen(Cabinet())
HERE, GONE = SensorsSeen(Cabinet(present=True)), SensorsSeen(Cabinet(present=False))
LOW = SensorsSeen(Cabinet(on_battery=True, battery_low=True))


def test_an_open_cabinet_offers_nothing_until_it_is_shut():
    story = Story.at_attract().plays(OPEN)
    assert story.screen is Screen.OUT_OF_ORDER
    assert offers(story.session.lobby).flows == ()
    assert story.plays(SHUT).screen is Screen.ATTRACT


def test_a_board_that_falls_silent_does_not_shut_the_door():
    story = Story.at_attract().plays(OPEN, SensorsSeen(None))
    assert story.screen is Screen.OUT_OF_ORDER
    assert story.plays(SHUT).screen is Screen.ATTRACT


def test_without_sensors_nothing_is_taken_away():
    story = Story.at_attract().plays(SensorsSeen(None))
    assert story.screen is Screen.ATTRACT
    assert story.session.lobby.cabinet == Cabinet()


def test_nobody_begins_to_pay_while_it_is_open():
    story = Story.at_bills().taps(Action.PAY).plays(OPEN).taps(Action.METHOD, Method.CARD)
    assert story.visit.payment is None
    assert story.visit.say is Say.NO_METHOD
    assert not story.did(Record) and not story.did(AskTerminal)


def test_a_card_payment_during_which_it_is_opened_ends_as_ever():
    story = Story.paying(Method.CARD).plays(OPEN)
    assert story.screen is Screen.PAYING_CARD
    story.terminal_says("approved")
    assert (story.screen, story.payment.state) == (Screen.PAID, PaymentState.APPROVED)
    assert len(story.did(AskTerminal)) == 1
    states = [effect.record.state for effect in story.did(Record)]
    assert states.count(PaymentState.APPROVED) == 1
    assert story.taps(Action.DONE).screen is Screen.OUT_OF_ORDER


def test_a_code_on_the_screen_is_still_paid_while_it_is_open():
    story = Story.paying(Method.WECHAT).plays(OPEN).server_says(PaymentState.APPROVED)
    assert (story.screen, story.payment.state) == (Screen.PAID, PaymentState.APPROVED)


def test_an_open_cabinet_is_told_before_its_hours():
    story = Story.at_attract().plays(OPEN)
    assert closed(story.session.lobby) == ""


def test_with_an_empty_battery_no_card_payment_begins_and_what_began_ends():
    story = Story.paying(Method.CARD).plays(LOW)
    assert story.screen is Screen.PAYING_CARD
    story.terminal_says("approved").taps(Action.DONE)
    assert story.screen is Screen.ATTRACT
    assert offers(story.session.lobby).methods == (Method.WECHAT, Method.ALIPAY)


def test_a_visit_ends_soon_after_its_person_left_behind_the_shade_first():
    story = Story.at_attract().plays(HERE)
    story.types("3", "2", "1201")
    story = _with_bills(story).plays(GONE)
    story.waits(int(GONE_S) - 1)
    assert seconds_left(story.session) > SHADED_S
    story.waits(1)
    assert seconds_left(story.session) == SHADED_S
    assert story.waits(int(SHADED_S)).screen is Screen.ATTRACT
    assert story.visit.account is None


def test_whoever_comes_back_or_touches_goes_on():
    for event in (HERE, None):
        story = _with_bills(Story.at_attract().plays(HERE).types("3", "2", "1201")).plays(GONE)
        story.waits(int(GONE_S) + 4)
        story.plays(event) if event else story.taps(Action.LANGUAGE)
        assert seconds_left(story.session) > SHADED_S
        assert story.waits(int(SHADED_S)).screen is Screen.BILLS


def test_staff_who_work_inside_keep_their_screen():
    story = Story.at_attract().plays(HERE)
    story.session = with_visit(story.session, screen=Screen.STAFF, touched=story.session.now)
    story.plays(GONE).waits(int(GONE_S + SHADED_S) + 5)
    assert story.screen is Screen.STAFF


def test_money_on_its_way_is_waited_for_whoever_stands_there():
    story = Story.paying(Method.CARD).plays(HERE, GONE)
    story.waits(int(GONE_S + SHADED_S) + 5)
    assert story.screen is Screen.PAYING_CARD


def test_a_lobby_that_was_empty_all_the_time_ends_no_visit():
    """A sensor that sees nobody does not cut off whom it does not see."""
    story = _with_bills(Story.at_attract().plays(GONE).types("3", "2", "1201"))
    story.plays(GONE).waits(int(GONE_S + SHADED_S) + 1)
    assert story.screen is Screen.BILLS


def test_an_order_that_was_made_before_is_asked_of_the_terminal():
    story = Story.at_bills().taps(Action.PAY).taps(Action.METHOD, Method.CARD).plays(OPEN)
    story.plays(OrderMade(story.view(PaymentState.PENDING)))
    assert story.screen is Screen.PAYING_CARD and len(story.did(AskTerminal)) == 1


def _with_bills(story: Story) -> Story:
    found = account(bill(9, 30000), bill(10, 33208))
    return story.plays(AccountFound(story.visit.number, found))
