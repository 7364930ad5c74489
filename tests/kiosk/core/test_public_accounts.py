"""What was made public is read at the kiosk, with the server and without, and names nobody."""

from datetime import timedelta

from kiosk.core.asking import Asking
from kiosk.core.events import ConfigLoaded, ServerSeen
from kiosk.core.model import Action, Screen
from kiosk.ui.gallery.account_samples import ACCOUNTS
from tests.kiosk.core.story import START, Story, config


def at_services(accounts=ACCOUNTS) -> Story:
    return Story.at_attract(accounts=accounts).taps(Action.SERVICES)


def test_one_is_chosen_read_and_left_again():
    story = at_services().taps(Action.ACCOUNTS)
    assert story.screen is Screen.ACCOUNTS
    assert story.taps(Action.ACCOUNT, "not there").screen is Screen.ACCOUNTS
    assert story.taps(Action.ACCOUNT, "common").screen is Screen.ACCOUNT
    assert story.visit.asking.account == "common"
    ways = [story.taps(Action.BACK).screen for _ in range(3)]
    assert ways == [Screen.ACCOUNTS, Screen.SERVICES, Screen.ATTRACT]


def test_where_nothing_is_public_nothing_is_offered():
    assert at_services([]).taps(Action.ACCOUNTS).screen is Screen.SERVICES


def test_it_is_read_while_the_server_is_away_and_for_two_minutes():
    story = at_services().plays(ServerSeen(False)).taps(Action.ACCOUNTS)
    story.taps(Action.ACCOUNT, "common").waits(110)
    assert story.screen is Screen.ACCOUNT
    story.waits(15)
    assert (story.screen, story.visit.asking) == (Screen.ATTRACT, Asking())


def test_when_the_server_was_seen_last_is_kept_while_it_is_away():
    story = at_services()
    seen = story.session.lobby.server_seen
    assert seen is not None and seen >= START
    story.waits(60).plays(ServerSeen(False))
    assert story.session.lobby.server_seen == seen
    story.plays(ServerSeen(True))
    later = story.session.lobby.server_seen
    assert later is not None and later - seen >= timedelta(seconds=60)


def test_what_is_replaced_while_it_is_read_stays_until_the_visit_ends():
    story = at_services().taps(Action.ACCOUNTS).taps(Action.ACCOUNT, "common")
    story.plays(ConfigLoaded(config(version="2", accounts=[])))
    assert story.session.lobby.config.accounts == ACCOUNTS
    story.taps(Action.END)
    assert story.session.lobby.config.accounts == []
