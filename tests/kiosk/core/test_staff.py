"""The staff screen: who gets in, what can be tried there, and that no resident is in its way."""

from dataclasses import replace

import pytest

from contract.messages import CardData, Method, PaymentState
from kiosk.core.capabilities import offers
from kiosk.core.effects import (
    ArmScanner,
    CheckPin,
    LookAround,
    PrintTestPage,
    ReadTerminal,
    TakeTestPayment,
)
from kiosk.core.events import (
    CardStepped,
    FactsSeen,
    PinChecked,
    Scanned,
    Tapped,
    TerminalRead,
    TestEnded,
)
from kiosk.core.model import Action, CardProgress, Say, Screen, StaffTest
from kiosk.core.staff import TRYING, pause_left_s
from tests.kiosk.core.story import Story
from tests.kiosk.core.test_every_event import BADGE, FACTS

PIN = "271828"


def lobby_with_pin(story: Story) -> Story:
    lobby = replace(story.session.lobby, staff_pin=True)
    story.session = replace(story.session, lobby=lobby)
    return story


def at_attract() -> Story:
    story = lobby_with_pin(Story.at_bills())
    story.plays(Tapped(Action.END))
    assert story.screen is Screen.ATTRACT
    return story


def typed(story: Story, pin: str = PIN) -> Story:
    return story.plays(*(Tapped(Action.DIGIT, d) for d in pin), Tapped(Action.NEXT)) or story


def inside() -> Story:
    story = at_attract()
    story.plays(Tapped(Action.STAFF))
    typed(story)
    story.plays(PinChecked(story.visit.number, True))
    assert story.screen is Screen.STAFF
    return story


def effects_of(story: Story, kind: type) -> list:
    return [effect for effect in story.effects if isinstance(effect, kind)]


def test_the_hidden_touch_asks_for_the_pin_and_the_right_one_opens():
    story = at_attract()
    story.plays(Tapped(Action.STAFF))
    assert story.screen is Screen.STAFF_PIN
    typed(story)
    [check] = effects_of(story, CheckPin)
    assert check.pin == PIN
    assert story.visit.staff.pin == "", "it is forgotten with the step that sends it"
    assert PIN not in repr(check) + repr(story.session)
    story.plays(PinChecked(story.visit.number, True))
    assert story.screen is Screen.STAFF
    assert effects_of(story, LookAround)


def test_without_a_pin_there_is_no_staff_screen():
    story = Story.at_bills()
    story.plays(Tapped(Action.END), Tapped(Action.STAFF))
    assert story.screen is Screen.ATTRACT
    story.plays(Scanned(BADGE))
    assert story.visit.say is Say.CODE_IS_BADGE


def test_a_badge_asks_for_the_pin_too_and_forgets_what_was_typed():
    story = at_attract()
    story.plays(Tapped(Action.KEYPAD), Tapped(Action.DIGIT, "3"), Scanned(BADGE))
    assert story.screen is Screen.STAFF_PIN
    assert story.visit.entry.of(0) == ""


@pytest.mark.parametrize("opening", [Tapped(Action.STAFF), Scanned(BADGE)])
def test_nobody_gets_there_while_somebody_is_served(opening):
    for story in (Story.at_bills(), Story.paying(Method.CARD), Story.paying(Method.WECHAT)):
        lobby_with_pin(story)
        before = story.screen
        story.plays(opening)
        assert story.screen is before


def test_each_miss_after_the_second_doubles_the_pause_whoever_comes():
    story = at_attract()
    pauses = []
    for _ in range(5):
        story.plays(Tapped(Action.STAFF))
        typed(story)
        story.plays(PinChecked(story.visit.number, False))
        pauses.append(pause_left_s(story.session))
        checks = len(effects_of(story, CheckPin))
        if pauses[-1]:
            typed(story)  # not even heard
        assert len(effects_of(story, CheckPin)) == checks
        story.plays(Tapped(Action.BACK))
        story.seconds += pauses[-1]
    assert pauses == [0, 0, 30, 60, 120]
    story.plays(Tapped(Action.STAFF))
    typed(story)
    story.plays(PinChecked(story.visit.number, True))
    assert story.session.lobby.staff_misses == 0


def test_a_miss_counts_although_they_left_meanwhile():
    story = at_attract()
    story.plays(Tapped(Action.STAFF))
    typed(story)
    number = story.visit.number
    story.plays(Tapped(Action.BACK), PinChecked(number, True))
    assert story.screen is Screen.ATTRACT, "an answer to an earlier visit opens nothing"
    story.plays(PinChecked(number, False))
    assert story.session.lobby.staff_misses == 1


def test_it_closes_by_itself_and_with_one_touch():
    story = inside()
    story.waits(170)
    assert story.screen is Screen.STAFF
    story.waits(20)
    assert story.screen is Screen.ATTRACT
    story = inside()
    story.plays(Tapped(Action.END))
    assert story.screen is Screen.ATTRACT
    assert story.visit.staff.facts is None


def test_a_page_is_printed_and_its_end_is_said():
    story = inside()
    story.plays(Tapped(Action.STAFF_TEST, "page"), Tapped(Action.STAFF_TEST, "page"))
    assert len(effects_of(story, PrintTestPage)) == 1
    story.plays(TestEnded(StaffTest.PAGE, "not_printed", "printer.paper_out"))
    assert (story.visit.staff.outcome, story.visit.staff.busy) == ("not_printed", False)


def test_a_scan_says_what_was_read_and_by_whom_and_shows_no_secret():
    story = inside()
    story.plays(Tapped(Action.STAFF_TEST, "scan"))
    assert effects_of(story, ArmScanner)[-1].on
    story.plays(Scanned("134567890123456789", "pyzbar"))
    assert story.screen is Screen.STAFF
    detail = story.visit.staff.detail
    assert "pyzbar" in detail
    assert "wechat_payment" in detail
    assert "134567890123456789" not in detail
    assert not effects_of(story, ArmScanner)[-1].on
    story.plays(Tapped(Action.STAFF_TEST, "scan"), Tapped(Action.STOP_TEST))
    assert not story.visit.staff.busy


def test_a_test_payment_holds_the_screen_and_the_terminal_is_read_after_it():
    story = inside()
    story.plays(Tapped(Action.STAFF_TEST, "payment"))
    [wish] = effects_of(story, TakeTestPayment)
    assert wish.currency == "CNY"
    assert story.session.may_hold_money
    story.plays(Tapped(Action.END), CardStepped(TRYING, CardProgress("enter_pin")))
    story.waits(400)
    assert story.screen is Screen.STAFF, "nobody leaves it while money may move"
    assert Method.CARD not in offers(story.session.lobby).methods
    story.plays(TestEnded(StaffTest.PAYMENT, "returned"))
    assert isinstance(effects_of(story, ReadTerminal)[-1], ReadTerminal)
    story.plays(TerminalRead(CardData(receipt_no="8"), taken_back=True, amount_minor=1))
    assert Method.CARD in offers(story.session.lobby).methods


def test_the_trial_is_never_taken_for_the_last_resident_s_payment():
    """The terminal tells that its newest transaction went back: the trial's, not the payment's."""
    paid = Story.paying(Method.CARD).payment.model_copy(update={"state": PaymentState.APPROVED})
    story = inside()
    lobby = replace(story.session.lobby, last_paid=paid)
    story.session = replace(story.session, lobby=lobby)
    story.plays(Tapped(Action.STAFF_TEST, "payment"), TestEnded(StaffTest.PAYMENT, "returned"))
    before = len(story.effects)
    story.plays(TerminalRead(CardData(receipt_no="8"), taken_back=True))
    assert len(story.effects) == before


def test_a_reading_from_before_the_trial_is_not_what_the_terminal_holds_after_it():
    story = inside().with_lobby(terminal_known=False)
    story.plays(Tapped(Action.STAFF_TEST, "payment"), TerminalRead(CardData(receipt_no="6")))
    story.plays(TestEnded(StaffTest.PAYMENT, "in_doubt"), Tapped(Action.END))
    assert Method.CARD not in offers(story.session.lobby).methods
    story.plays(TerminalRead(CardData(receipt_no="7")))
    assert Method.CARD in offers(story.session.lobby).methods


def test_no_trial_while_a_card_payment_is_not_known():
    story = inside()
    open_one = Story.paying(Method.CARD).payment.model_copy(update={"state": PaymentState.UNKNOWN})
    lobby = replace(story.session.lobby, unresolved=(open_one,))
    story.session = replace(story.session, lobby=lobby)
    story.plays(Tapped(Action.STAFF_TEST, "payment"))
    assert not effects_of(story, TakeTestPayment)
    assert story.visit.staff.outcome == "refused"


def test_facts_are_looked_at_again_while_staff_stand_there():
    story = inside()
    story.plays(FactsSeen(FACTS))
    looks = len(effects_of(story, LookAround))
    story.waits(11)
    assert len(effects_of(story, LookAround)) >= looks + 1
    assert story.visit.staff.facts == FACTS
