"""A visit keeps the settings with which it began."""

from contract.messages import Method, PaymentState
from kiosk.core.events import ConfigLoaded
from kiosk.core.model import Action, Screen
from kiosk.ui.screens import paid
from tests.kiosk.core.story import Story, config


def test_news_waits_until_the_resident_has_left():
    story = Story.at_bills().plays(ConfigLoaded(config(version="2", methods=[Method.CARD])))
    current = story.session.lobby.config
    assert current is not None
    assert current.version == "1"
    story.taps(Action.END)
    current = story.session.lobby.config
    assert current is not None
    assert current.version == "2"
    assert story.session.lobby.next_config is None


def test_of_several_the_last_counts():
    story = Story.at_bills()
    for version in ("2", "3"):
        story.plays(ConfigLoaded(config(version=version)))
    current = story.taps(Action.END).session.lobby.config
    assert current is not None
    assert current.version == "3"


def test_at_rest_it_is_taken_at_once():
    story = Story.at_attract().plays(ConfigLoaded(config(version="2")))
    current = story.session.lobby.config
    assert current is not None
    assert current.version == "2"


def test_a_payment_shown_before_any_is_known_has_its_receipt_as_soon_as_one_is():
    story = Story.paying(Method.WECHAT).server_says(PaymentState.APPROVED)
    story.with_lobby(config=None)
    assert not paid.present(story.session).can_print
    story.plays(ConfigLoaded(config()))
    assert story.screen is Screen.PAID
    assert paid.present(story.session).can_print
