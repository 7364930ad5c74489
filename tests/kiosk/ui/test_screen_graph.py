"""From every screen the way leads on: left alone, by its end, by back and by help. Where money may move,
the kiosk waits for news instead. (Whether every button leads on, layout_check asks in a window.)
"""

import pytest

from kiosk.core.events import Tapped
from kiosk.core.model import Action, Screen
from kiosk.core.patience import RESTING, may_end
from kiosk.core.session import step
from kiosk.ui.gallery.scenes import scenes
from kiosk.ui.screens.base import HELPLESS
from tests.kiosk.ui.screen_graph import (
    WAITS_FOR_NEWS,
    followed,
    leads_on,
    left_alone,
    moment,
    rests,
)

SCENES = scenes()
EARLY = (Screen.PAIRING, Screen.STARTING, Screen.CLOSED, Screen.OUT_OF_ORDER)


def after(session, action):
    return step(session, Tapped(action, ""), moment(session.now + 1))[0]


@pytest.mark.parametrize("name", SCENES)
def test_left_alone_every_screen_goes_back_to_the_start_or_waits_for_money(name):
    alone = left_alone(followed(SCENES[name]))
    money = alone.may_hold_money and alone.visit.screen in (
        *WAITS_FOR_NEWS,
        Screen.HELP,
        Screen.STAFF,
    )
    assert rests(alone) or money or alone.visit.screen in WAITS_FOR_NEWS


@pytest.mark.parametrize("name", [n for n, s in SCENES.items() if may_end(s)])
def test_the_end_forgets_everything(name):
    assert rests(after(SCENES[name], Action.END))


@pytest.mark.parametrize(
    "name", [n for n, s in SCENES.items() if s.visit.screen not in (*HELPLESS, *EARLY)]
)
def test_help_opens_from_every_screen_and_leads_back_to_it(name):
    session = SCENES[name]
    helped = after(session, Action.HELP)
    assert helped.visit.screen is Screen.HELP
    back = after(helped, Action.BACK)
    assert back.visit.screen is session.visit.screen
    assert back.visit.payment == session.visit.payment


def test_every_screen_is_reached_by_a_scene_and_none_is_a_dead_end():
    by_screen = {s.visit.screen for s in SCENES.values()}
    assert by_screen == set(Screen)
    for name, session in SCENES.items():
        if session.visit.screen in RESTING or session.may_hold_money:
            continue
        ways = [a for a in Action if leads_on(session, a, "")]
        assert set(ways) - {Action.LANGUAGE, Action.ELDER, Action.HIGH_CONTRAST}, name


def test_a_touch_that_does_nothing_is_found():
    assert not leads_on(SCENES["attract"], Action.PRINT_SLIP, "")
