"""What a household owes is seen by whoever stands there, and by nobody who comes after."""

import pytest

from contract.messages import Method, PaymentState
from kiosk.core.model import Action, Screen, Visit
from kiosk.core.patience import may_end, seconds_left
from kiosk.ui.frame import warned_seconds
from tests.kiosk.core.story import Story

OWED = ("bills", "explain", "method", "help")


def at(screen: str) -> Story:
    story = Story.at_bills()
    match screen:
        case "explain":
            story.taps(Action.EXPLAIN, "B202609-3-2-1201")
        case "method":
            story.taps(Action.PAY)
        case "help":
            story.taps(Action.HELP)
    assert story.screen.value == screen
    return story


@pytest.mark.parametrize("screen", OWED)
def test_it_leaves_the_screen_after_thirty_seconds_and_is_covered_before(screen):
    story = at(screen)
    assert (seconds_left(story.session), warned_seconds(story.session)) == (30, None)
    assert warned_seconds(story.waits(21).session) == 9
    assert story.waits(9).screen is Screen.ATTRACT
    assert story.visit == Visit(number=story.visit.number, screen=Screen.ATTRACT, touched=1030.0)


@pytest.mark.parametrize("screen", OWED)
def test_who_asked_for_larger_type_has_twice_the_time_and_a_longer_warning(screen):
    story = at(screen).taps(Action.ELDER)
    assert seconds_left(story.session) == 60
    assert warned_seconds(story.waits(41).session) == 19


@pytest.mark.parametrize("screen", OWED)
def test_it_can_be_ended_at_a_touch(screen):
    story = at(screen)
    assert may_end(story.session)
    assert story.taps(Action.END).screen is Screen.ATTRACT
    assert (story.visit.account, story.visit.selected) == (None, ())


def test_nobody_ends_what_may_hold_money_and_there_is_nothing_to_end_before():
    assert not may_end(Story.at_attract().session)
    assert not may_end(Story.at_attract().taps(Action.KEYPAD).session)
    assert may_end(Story.at_attract().types("3").session)
    paying = Story.paying(Method.WECHAT)
    assert not may_end(paying.session)
    assert may_end(paying.server_says(PaymentState.APPROVED).session)


def test_help_is_there_from_the_start_and_leads_back_to_it():
    story = Story.at_attract().taps(Action.HELP)
    assert story.screen is Screen.HELP
    assert story.taps(Action.BACK).screen is Screen.ATTRACT
    story = Story.at_attract().with_lobby(recording=False)
    story.waits(1).taps(Action.END).taps(Action.HELP)
    assert story.screen is Screen.HELP
    assert story.taps(Action.BACK).screen is Screen.OUT_OF_ORDER
