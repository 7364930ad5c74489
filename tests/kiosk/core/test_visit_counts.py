"""Who came, who paid, who was turned away and why: told from the story of the lobby alone."""

from collections import Counter

import pytest

from contract.day_tally import CODES_READ, CODES_SHOWN, PAID, VISITS
from contract.messages import ErrorCode, Method, PaymentState
from kiosk.core.events import (
    AccountFound,
    LookupFailed,
    OrderMade,
    RecordingSeen,
    ScanHinted,
    Scanned,
    ServerSeen,
    StopSeen,
    Touched,
)
from kiosk.core.model import Action, Screen
from kiosk.core.visit_counts import SoFar, follow
from tests.kiosk.core.story import Story, account, bill, bill_url


class Counted(Story):
    """Each step is followed, as the kiosk follows it."""

    def __init__(self) -> None:
        super().__init__()
        self.so_far, self.counts = SoFar(), Counter()

    def plays(self, *events):
        for event in events:
            before = self.session
            super().plays(event)
            self.so_far, names = follow(self.so_far, before, self.session)
            self.counts.update(names)
        return self

    def shows_bills(self):
        return self.plays(AccountFound(self.visit.number, account(bill(10, 33208))))


def why(story) -> dict[str, int]:
    return {
        name.partition(".")[2]: n for name, n in story.counts.items() if name.startswith("turned")
    }


def test_who_pays_was_served_and_how_long_it_took_to_the_receipt_is_told():
    story = Counted.at_attract().types("3", "2", "1201").waits(3).shows_bills()
    story.waits(20).taps(Action.PAY).taps(Action.METHOD, Method.CARD)
    story.plays(OrderMade(story.view(PaymentState.PENDING)))
    story.waits(20).terminal_says("approved").waits(3).taps(Action.PRINT).prints("printed")
    story.waits(10).taps(Action.DONE)
    assert story.screen is Screen.ATTRACT
    assert story.counts == {VISITS: 1, PAID: 1, "to_receipt.45": 1}


def test_who_looks_only_was_not_turned_away():
    story = Counted.at_attract().types("3", "2", "1201").shows_bills().taps(Action.END)
    assert story.counts == {VISITS: 1}


def test_a_unit_that_is_not_known_turns_away_unless_it_is_found_afterwards():
    story = Counted.at_attract().types("3", "2", "1201")
    story.plays(LookupFailed(story.visit.number, ErrorCode.UNIT_NOT_FOUND)).waits(40).waits(70)
    assert story.screen is Screen.ATTRACT
    assert why(story) == {"unit_not_found": 1}
    again = Counted.at_attract().types("3", "2", "1201")
    again.plays(LookupFailed(again.visit.number, ErrorCode.UNIT_NOT_FOUND)).taps(Action.UNDERSTOOD)
    again.taps(Action.NEXT).shows_bills().taps(Action.END)
    assert (again.counts[VISITS], why(again)) == (1, {})


def test_a_card_that_is_declined_turns_away_unless_another_way_pays():
    story = Counted.at_attract().types("3", "2", "1201").shows_bills()
    story.taps(Action.PAY).taps(Action.METHOD, Method.CARD)
    story.plays(OrderMade(story.view(PaymentState.PENDING))).terminal_says("declined", "51")
    assert story.screen is Screen.DECLINED
    story.taps(Action.END)
    assert why(story) == {"declined": 1}


def test_a_way_that_is_set_up_and_missing_turns_away_who_chooses_none():
    story = Counted.at_attract()
    story.loses("card_terminal").types("3", "2", "1201").shows_bills()
    story.taps(Action.PAY).taps(Action.END)
    assert why(story) == {"way_missing": 1}


@pytest.mark.parametrize(
    ("event", "reason"),
    [
        (RecordingSeen(False), "cannot_record"),
        (StopSeen("switched_off"), "stopped_switched_off"),
        (ServerSeen(False), "server_away"),
    ],
)
def test_each_person_at_a_kiosk_that_offers_nothing_counts_once_with_the_cause(event, reason):
    story = Counted.at_attract(methods=[Method.WECHAT]).plays(event)
    assert story.screen is Screen.OUT_OF_ORDER
    for _ in range(5):
        story.seconds += 2
        story.plays(Touched())
    story.taps(Action.HELP).taps(Action.BACK)
    assert why(story) == {reason: 1}
    story.seconds += 300
    story.plays(Touched())
    assert why(story) == {reason: 2}


def test_staff_at_the_screen_are_no_visitors():
    story = Counted.at_attract().with_lobby(staff_pin=True).taps(Action.STAFF)
    assert story.screen is Screen.STAFF_PIN
    story.taps(Action.BACK)
    assert story.counts == {}


def test_a_bill_that_is_read_at_once_counts_as_read_and_later_ones_of_the_visit_not():
    story = Counted.at_attract().taps(Action.SCAN).waits(2)
    story.plays(Scanned(bill_url("B202610-3-2-1201"))).shows_bills()
    story.taps(Action.BACK)
    story.plays(Scanned(bill_url("B202609-3-2-1201"))).shows_bills().taps(Action.END)
    assert (story.counts[CODES_SHOWN], story.counts[CODES_READ]) == (1, 1)


@pytest.mark.parametrize("leave", [Action.KEYPAD, Action.BACK])
def test_a_bill_that_was_held_there_and_not_read_counts_as_shown(leave):
    held = Counted.at_attract().taps(Action.SCAN).plays(ScanHinted("too_far")).taps(leave)
    waited = Counted.at_attract().taps(Action.SCAN).waits(12).taps(leave)
    for story in (held, waited):
        assert (story.counts[CODES_SHOWN], story.counts[CODES_READ]) == (1, 0)
    glance = Counted.at_attract().taps(Action.SCAN).waits(2).taps(leave)
    assert glance.counts[CODES_SHOWN] == 0
