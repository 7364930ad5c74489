"""What staff ask from afar begins only where it takes nothing from anybody."""

from datetime import timedelta

import pytest

from contract.messages import Method, Text
from contract.remote_acts import OutOfService
from kiosk.core.capabilities import offers
from kiosk.core.events import ActEnded, ActWanted, MessageSeen, OutOfServiceSeen, Ticked
from kiosk.core.from_afar import ScreenMessage
from kiosk.core.model import Action, Screen
from tests.kiosk.core.story import START, Story


@pytest.mark.parametrize("method", [Method.WECHAT, Method.CARD])
def test_nothing_begins_while_somebody_is_served(method):
    for story in (
        Story(),
        Story.at_attract().taps(Action.KEYPAD),
        Story.at_bills(),
        Story.paying(method),
        Story.at_bills().taps(Action.HELP),
    ):
        story.plays(ActWanted("a", holds=True))
        assert story.session.lobby.afar.act == ""


def test_while_it_holds_nobody_new_is_served_and_then_they_are():
    story = Story.at_attract().with_lobby(staff_pin=True).plays(ActWanted("a", holds=True))
    assert story.screen is Screen.STARTING
    for action in (Action.SCAN, Action.KEYPAD, Action.STAFF, Action.HELP):
        assert story.taps(action).screen is Screen.STARTING
    story.plays(ActEnded("another"))
    assert story.screen is Screen.STARTING
    story.plays(ActEnded("a"))
    assert story.screen is Screen.ATTRACT


def test_one_thing_at_a_time():
    story = Story.at_attract().plays(ActWanted("a"), ActWanted("b"))
    assert (story.session.lobby.afar.act, story.screen) == ("a", Screen.ATTRACT)


def test_out_of_service_serves_whoever_is_there_to_the_end():
    story = Story.paying(Method.WECHAT).plays(OutOfServiceSeen(OutOfService(by="boss")))
    assert story.screen is Screen.PAYING_QR
    assert not offers(story.session.lobby).in_order
    idle = Story.at_attract().plays(OutOfServiceSeen(OutOfService(by="boss")))
    assert idle.screen is Screen.OUT_OF_ORDER
    assert idle.plays(OutOfServiceSeen(None)).screen is Screen.ATTRACT


def test_a_message_goes_by_itself():
    message = ScreenMessage(Text(zh="停水", en="No water"), START + timedelta(seconds=10))
    story = Story.at_attract().plays(MessageSeen(message), Ticked())
    assert story.session.lobby.afar.message == message
    assert story.waits(10).session.lobby.afar.message is None
