"""The screen where a bill is shown to the camera: what is wrong is said, and typing is a touch away."""

import pytest

from contract.messages import ErrorCode
from device_drivers.scanners.interface import Hint
from kiosk.core.effects import ArmScanner, GuideScan, LookUpBill, Sound
from kiosk.core.events import AccountFound, LookupFailed, ScanHinted, Scanned
from kiosk.core.model import Action, Say, Screen
from kiosk.ui.screens import scan
from tests.kiosk.core.story import Story, account, bill, bill_url

NUMBER = "B202611-3-2-1201"


def scanning() -> Story:
    story = Story.at_attract().taps(Action.SCAN)
    assert story.screen is Screen.SCAN
    return story


def test_the_camera_is_watched_while_a_bill_is_to_be_shown_and_no_longer():
    story = scanning()
    assert story.did(GuideScan) == [GuideScan(True)]
    assert story.did(ArmScanner)[-1].on, "it reads before anybody is on this screen, and goes on"
    story.taps(Action.KEYPAD)
    assert (story.screen, story.did(GuideScan)[-1]) == (Screen.IDENTIFY, GuideScan(False))


@pytest.mark.parametrize("hint", [hint for hint in Hint if hint])
def test_each_hint_has_words_of_its_own_and_ends_with_the_screen(hint):
    story = scanning().plays(ScanHinted(hint.value))
    view = scan.present(story.session)
    assert view.told != scan.present(scanning().session).told
    assert view.tone == ("good" if hint is Hint.HOLD_STILL else "attention")
    story.taps(Action.BACK)
    assert (story.screen, story.visit.scan_hint) == (Screen.ATTRACT, "")
    assert story.plays(ScanHinted(hint.value)).visit.scan_hint == "", "it came late"


def test_a_bill_that_is_read_is_heard_and_seen_at_once():
    story = scanning().plays(ScanHinted("blurred"), Scanned(bill_url(NUMBER)))
    assert (story.screen, story.visit.scan_hint) == (Screen.SCAN, "")
    assert story.did(Sound)[-1] == Sound("read")
    view = scan.present(story.session)
    assert (view.read, view.tone) == (True, "good")
    assert story.did(GuideScan)[-1] == GuideScan(False)
    assert story.taps(Action.KEYPAD).screen is Screen.SCAN, "the answer is on its way"
    assert len(story.did(LookUpBill)) == 1
    story.plays(AccountFound(story.visit.number, account(bill(11, 100)), bill_number=NUMBER))
    assert story.screen is Screen.BILLS


def test_a_bill_that_is_no_good_says_so_and_typing_is_offered():
    story = scanning().plays(Scanned("not a bill"))
    assert (story.screen, story.visit.say) == (Screen.MESSAGE, Say.CODE_NOT_OURS)
    assert story.taps(Action.BACK).screen is Screen.IDENTIFY
    story = scanning().plays(Scanned(bill_url(NUMBER)))
    story.plays(LookupFailed(story.visit.number, ErrorCode.NOT_FOUND))
    assert story.visit.say is Say.BILL_GONE


def test_without_the_scanner_the_screen_says_so():
    story = scanning().loses("scanner")
    view = scan.present(story.session)
    assert (view.tone, view.keypad) == ("attention", True)
    assert "扫码口" in view.told
