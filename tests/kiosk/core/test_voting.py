"""Whoever paid may say how it was: once, and nothing waits for it."""

import pytest

from contract.day_tally import PAID, VISITS, Vote
from contract.messages import Method, PaymentState
from kiosk.core.events import OrderMade
from kiosk.core.model import Action, Screen
from kiosk.core.patience import seconds_left
from kiosk.core.voting import asked
from tests.kiosk.core.test_visit_counts import Counted


@pytest.fixture
def story():
    story = Counted.at_attract().types("3", "2", "1201").waits(3).shows_bills()
    story.waits(20).taps(Action.PAY).taps(Action.METHOD, Method.CARD)
    story.plays(OrderMade(story.view(PaymentState.PENDING))).waits(5)
    assert not asked(story.session)
    return story.terminal_says("approved").waits(3)


def votes(story):
    return {name: n for name, n in story.counts.items() if name.startswith("vote")}


def test_one_touch_is_counted_once_under_the_way_to_pay(story):
    assert story.screen is Screen.PAID and asked(story.session)
    story.taps(Action.VOTE, "1")
    assert story.visit.vote is Vote.BAD and not asked(story.session)
    story.taps(Action.VOTE, "3").taps(Action.VOTE, "1").waits(2)
    assert votes(story) == {"vote.1_card": 1}
    assert story.screen is Screen.PAID


def test_the_receipt_and_the_end_of_the_visit_are_as_without_it(story):
    story.taps(Action.VOTE, "3").taps(Action.PRINT).prints("printed").taps(Action.DONE)
    assert story.screen is Screen.ATTRACT and story.visit.vote is None
    assert story.counts == {VISITS: 1, PAID: 1, "to_receipt.30": 1, "vote.3_card": 1}


def test_nobody_has_to(story):
    story.taps(Action.DONE)
    assert story.screen is Screen.ATTRACT and not votes(story)


def test_the_screen_goes_home_by_itself_as_soon_as_before(story):
    left = seconds_left(story.session)
    story.waits(5).taps(Action.VOTE, "2")
    assert seconds_left(story.session) == 30 >= left
    story.waits(31)
    assert story.screen is Screen.ATTRACT and votes(story) == {"vote.2_card": 1}


def test_the_next_who_pays_is_asked_anew(story):
    story.taps(Action.VOTE, "2").taps(Action.ANOTHER)
    assert story.visit.vote is None
    story.types("3", "2", "1201").shows_bills().taps(Action.PAY).taps(Action.METHOD, Method.WECHAT)
    story.plays(OrderMade(story.view(PaymentState.PENDING, code_url="weixin://x")))
    story.server_says(PaymentState.APPROVED)
    assert asked(story.session)
    story.taps(Action.VOTE, "2")
    assert votes(story) == {"vote.2_card": 1, "vote.2_wechat": 1}


@pytest.mark.parametrize("value", ["", "0", "4", "good", "３"])
def test_what_is_no_vote_changes_nothing(story, value):
    story.taps(Action.VOTE, value)
    assert story.visit.vote is None and not votes(story)


def test_nobody_votes_before_there_is_a_payment():
    story = Counted.at_attract().types("3", "2", "1201").shows_bills().taps(Action.VOTE, "3")
    assert story.visit.vote is None and not votes(story)
