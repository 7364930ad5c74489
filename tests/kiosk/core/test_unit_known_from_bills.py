"""Who has read a unit's bills need not type it again for a request; nothing of the bills goes along."""

import pytest

from contract.messages import ErrorCode, Notice, Text
from kiosk.core.asking import Fault
from kiosk.core.effects import FindRequests, LookUp, SendRequest
from kiosk.core.events import AccountFound, LookupFailed, RequestSent, RequestsSeen
from kiosk.core.model import Action, Screen
from kiosk.core.service_desk import notices
from tests.kiosk.core.story import Story, account, bill
from tests.kiosk.core.test_service_desk import LEAK, OTHER, PHONE, last, typed, with_unit

UNIT = "3-2-1201"


def at_bills(*bills, found=None, **changes) -> Story:
    """The bills of the unit stand on the screen, or that there are none."""
    story = Story.at_attract(topics=[LEAK, OTHER], **changes).taps(Action.KEYPAD)
    for part in ("3", "2", "1201"):
        typed(story, part).taps(Action.NEXT)
    if story.screen is Screen.VERIFY:
        typed(story, "1234").taps(Action.NEXT)
    return story.plays(AccountFound(story.visit.number, found or account(*bills)))


def at_services(story: Story) -> Story:
    return story.taps(Action.SERVICES)


def at_phone(story: Story) -> Story:
    return story.taps(Action.ASK, "repair").taps(Action.TOPIC, "1").taps(Action.PHRASE, "0")


def forgotten(story: Story) -> None:
    visit = story.visit
    assert (visit.account, visit.selected, visit.held, visit.bill_token) == (None, (), (), "")
    assert visit.entry.phone == "" and visit.amount is None


@pytest.mark.parametrize("way", [(Action.EXPLAIN, "B202610-3-2-1201"), (Action.HELP, "")])
def test_from_the_bills_to_a_request_without_typing_the_unit(way):
    story = at_bills(bill(10, 200))
    assert story.screen is Screen.BILLS
    story = at_services(story.taps(*way))
    assert story.screen is Screen.SERVICES
    forgotten(story)
    story = at_phone(story)
    assert story.screen is Screen.REQUEST_PHONE, "the unit is known"
    typed(story, PHONE).taps(Action.NEXT)
    assert last(story, SendRequest).unit == UNIT


def test_from_a_unit_that_owes_nothing():
    story = at_bills()
    assert story.screen is Screen.NOTHING_DUE
    assert at_phone(at_services(story)).screen is Screen.REQUEST_PHONE


def test_it_is_another_unit():
    story = at_phone(at_services(at_bills())).taps(Action.OTHER_UNIT)
    assert story.screen is Screen.REQUEST_UNIT
    assert "1201" not in story.visit.entry.parts and story.visit.of_unit is None
    for part in ("3", "2", "1202"):
        typed(story, part).taps(Action.NEXT)
    story.taps(Action.NEXT)
    assert last(story, SendRequest).unit == "3-2-1202"


def test_answers_still_want_their_own_digits():
    story = at_services(at_bills()).taps(Action.ANSWERS)
    assert story.screen is Screen.ANSWER_KEY
    typed(story, "1234").taps(Action.NEXT)
    asked = last(story, FindRequests)
    assert (asked.unit, asked.key) == (UNIT, "1234")
    story.plays(RequestsSeen(asked.visit, fault=Fault.NO_UNIT))
    assert (story.screen, story.visit.of_unit) == (Screen.REQUEST_UNIT, None)
    story = at_services(at_bills()).taps(Action.ANSWERS).taps(Action.OTHER_UNIT)
    assert with_unit(story).screen is Screen.ANSWER_KEY


def test_back_leads_past_the_unit_and_reads_the_bills_again():
    story = at_phone(at_services(at_bills(bill(10, 200)).taps(Action.HELP)))
    ways = [story.taps(Action.BACK).screen for _ in range(3)]
    assert ways == [Screen.PHRASES, Screen.TOPICS, Screen.SERVICES]
    story.taps(Action.BACK)
    asked = last(story, LookUp)
    assert (asked.unit, story.visit.busy) == (UNIT, True)
    story.plays(AccountFound(asked.visit, account(bill(10, 200))))
    assert story.screen is Screen.BILLS


def test_the_way_back_to_the_bills_asks_for_the_second_factor_again():
    story = at_services(at_bills(bill(10, 200), second_factor=True).taps(Action.HELP))
    assert story.screen is Screen.SERVICES
    story.taps(Action.BACK)
    assert (story.screen, story.visit.entry.phone) == (Screen.VERIFY, "")


def test_a_unit_that_the_server_does_not_know_for_requests_is_typed():
    story = at_phone(at_services(at_bills())).taps(Action.NEXT)
    sent = last(story, SendRequest)
    story.plays(RequestSent(sent.visit, fault=Fault.NO_UNIT))
    assert (story.screen, story.visit.of_unit) == (Screen.REQUEST_UNIT, None)


def test_it_ends_with_the_visit():
    story = at_services(at_bills()).taps(Action.END)
    assert story.screen is Screen.ATTRACT
    assert story.visit.of_unit is None and not any(story.visit.entry.parts)
    story = at_phone(story.taps(Action.SERVICES))
    assert story.screen is Screen.REQUEST_UNIT, "whoever comes next types their own"


def test_there_is_no_way_to_it_while_money_may_move_or_a_question_is_out():
    story = at_bills(bill(10, 200)).taps(Action.PAY).taps(Action.HELP).taps(Action.SERVICES)
    assert story.screen is Screen.HELP
    story = Story.at_attract(topics=[LEAK]).taps(Action.KEYPAD)
    for part in ("3", "2", "1201"):
        typed(story, part).taps(Action.NEXT)
    story.taps(Action.HELP).taps(Action.SERVICES)
    assert story.screen is Screen.HELP
    number = story.visit.number
    story.plays(LookupFailed(number, ErrorCode.UNIT_NOT_FOUND))
    assert story.visit.of_unit is None


OWN = Notice(id="8", title=Text(zh="商铺用电", en="Power of shops"), body=Text(zh="x", en="x"))


def test_what_hangs_for_such_units_is_read_from_the_bills_and_by_nobody_after():
    known = account(bill(10, 200)).model_copy(update={"notices": [OWN]})
    story = at_bills(bill(10, 200)).taps(Action.BACK)
    for _ in range(3):
        story.taps(Action.NEXT)
    story.plays(AccountFound(story.visit.number, known))
    assert story.screen is Screen.BILLS
    story = at_services(story.taps(Action.HELP))
    assert next(one.id for one in notices(story.session)) == "8"
    story.taps(Action.NOTICE, "8")
    assert (story.screen, story.visit.asking.notice) == (Screen.NOTICE, "8")
    assert story.taps(Action.BACK).screen is Screen.SERVICES
    story.taps(Action.END).taps(Action.SERVICES)
    assert OWN not in notices(story.session)
    assert story.taps(Action.NOTICE, "8").screen is Screen.SERVICES


@pytest.mark.parametrize("way", ["request", "answers", "unknown", "unknown to requests"])
def test_another_unit_is_not_shown_the_notices_of_the_one_before(way):
    own = Notice(id="5-ab", title=Text(zh="商铺", en="Shops"), body=Text(zh="x", en="x"))
    found = account().model_copy(update={"notices": [own]})
    story = at_bills(found=found)
    assert own in notices(at_services(story).session)
    match way:
        case "request":
            at_phone(story).taps(Action.OTHER_UNIT)
        case "answers":
            story.taps(Action.ANSWERS).taps(Action.OTHER_UNIT)
        case "unknown":
            typed(story.taps(Action.ANSWERS), "1234").taps(Action.NEXT)
            asked = last(story, FindRequests)
            story.plays(RequestsSeen(asked.visit, fault=Fault.NO_UNIT))
        case _:
            typed(at_phone(story), PHONE).taps(Action.NEXT)
            story.plays(RequestSent(last(story, SendRequest).visit, fault=Fault.NO_UNIT))
    assert story.screen is Screen.REQUEST_UNIT
    assert (story.visit.of_unit, notices(story.session)) == (None, ())
