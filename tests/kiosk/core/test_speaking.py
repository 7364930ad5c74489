"""The voice in the core: how it is switched on and off, how loud it is, and that it ends with the
visit."""

from dataclasses import replace

import pytest

from kiosk.core.access import VOLUMES
from kiosk.core.events import HeadsetSeen
from kiosk.core.model import AS_USUAL, Action, Screen
from kiosk.core.patience import SPEAKING_PATIENCE, seconds_left
from tests.kiosk.core.story import Story


def speaking_kiosk(story: Story) -> Story:
    story.session = replace(story.session, lobby=replace(story.session.lobby, voice=True))
    return story


def test_the_voice_stays_through_the_visit_and_ends_with_it():
    story = speaking_kiosk(Story.at_bills()).taps(Action.SPEAK)
    assert (story.screen, story.visit.access.speaking) == (Screen.BILLS, True)
    assert story.taps(Action.PAY).visit.access.speaking
    story.taps(Action.BACK).taps(Action.END)
    assert (story.screen, story.visit.access) == (Screen.ATTRACT, AS_USUAL)


def test_it_is_switched_off_by_the_same_button_and_never_by_a_key():
    story = speaking_kiosk(Story.at_bills())
    assert story.taps(Action.SPEAK, "on").taps(Action.SPEAK, "on").visit.access.speaking
    assert not story.taps(Action.SPEAK).visit.access.speaking


def test_a_headset_starts_it_on_any_screen_and_pulled_out_it_goes_on_without_what_is_personal():
    for story in (Story.at_attract(), Story.at_bills()):
        screen = story.screen
        speaking_kiosk(story).plays(HeadsetSeen(True))
        assert (story.screen, story.visit.access.speaking) == (screen, True)
        assert story.session.lobby.headset
        story.plays(HeadsetSeen(False))
        assert story.visit.access.speaking and not story.session.lobby.headset


@pytest.mark.parametrize("news", [HeadsetSeen(True), None])
def test_a_kiosk_without_a_voice_never_speaks(news):
    story = Story.at_bills()
    story.plays(news) if news else story.taps(Action.SPEAK)
    assert not story.visit.access.speaking


def test_the_loudness_goes_round_by_steps_and_returns_with_the_visit():
    story = speaking_kiosk(Story.at_bills())
    first = story.visit.access.volume
    seen = [story.taps(Action.VOLUME).visit.access.volume for _ in range(VOLUMES)]
    assert sorted(seen) == list(range(1, VOLUMES + 1)) and seen[-1] == first
    story.taps(Action.VOLUME).taps(Action.END)
    assert story.visit.access.volume == first


def test_who_listens_has_four_times_the_time():
    story = speaking_kiosk(Story.at_bills())
    plain = seconds_left(story.session)
    assert seconds_left(story.taps(Action.SPEAK).session) == SPEAKING_PATIENCE * plain


def test_at_the_start_the_voice_ends_by_itself():
    story = speaking_kiosk(Story.at_attract()).taps(Action.SPEAK)
    left = seconds_left(story.session)
    assert left is not None
    assert story.waits(left + 1).visit.access == AS_USUAL
