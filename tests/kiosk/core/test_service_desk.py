"""A request at the kiosk, from its topic to its number; earlier ones; nothing of it stays."""

import pytest

from contract.messages import Notice, RequestTopic, Text
from contract.service_requests import RequestStanding
from kiosk.core.asking import Asking, Fault, Paper
from kiosk.core.effects import FindRequests, PrintSlip, SendRequest, Spell
from kiosk.core.events import RequestSent, RequestsSeen, ServerSeen, SlipPrinted, Spelt
from kiosk.core.model import Action, Screen, Sent
from kiosk.core.writing import Keys
from tests.kiosk.core.story import START, Story

LEAK = RequestTopic(
    id="1",
    kind="repair",
    name=Text(zh="漏水", en="Leak"),
    phrases=[Text(zh="厨房漏水", en="The kitchen leaks")],
)
OTHER = RequestTopic(id="2", kind="question", name=Text(zh="其他", en="Something else"))
NOTICE = Notice(id="7", title=Text(zh="停水", en="No water"), body=Text(zh="周六", en="Saturday"))
PHONE = "13855501234"


def at_services(**changes) -> Story:
    usual = {"topics": [LEAK, OTHER], "notices": [NOTICE]}
    return Story.at_attract(**(usual | changes)).taps(Action.SERVICES)


def typed(story: Story, digits: str) -> Story:
    for digit in digits:
        story.taps(Action.DIGIT, digit)
    return story


def with_unit(story: Story) -> Story:
    assert story.screen is Screen.REQUEST_UNIT
    for part in ("3", "2", "1201"):
        typed(story, part).taps(Action.NEXT)
    return story


def at_phone() -> Story:
    story = at_services().taps(Action.ASK, "repair").taps(Action.TOPIC, "1")
    return with_unit(story.taps(Action.PHRASE, "0"))


def last(story: Story, kind: type):
    return [effect for effect in story.effects if isinstance(effect, kind)][-1]


def test_a_usual_phrase_is_sent_without_a_letter_typed_and_its_number_shown():
    story = typed(at_phone(), PHONE).taps(Action.NEXT)
    sent = last(story, SendRequest)
    assert (sent.topic, sent.unit, sent.text, sent.phone) == ("1", "3-2-1201", "厨房漏水", PHONE)
    assert story.visit.asking.sent is Sent.SENDING
    story.plays(RequestSent(sent.visit, "S000001", "https://pay.example.com/r/x"))
    asking = story.visit.asking
    assert (story.screen, asking.sent, asking.number) == (
        Screen.REQUEST_SENT,
        Sent.TAKEN,
        "S000001",
    )
    assert (asking.text, asking.phone) == ("", ""), "the office has it: the screen need not"


def test_no_telephone_is_needed_but_half_of_one_is_not_sent():
    story = typed(at_phone(), "138").taps(Action.NEXT)
    assert story.screen is Screen.REQUEST_PHONE
    story.taps(Action.CLEAR).taps(Action.NEXT)
    assert last(story, SendRequest).phone == ""


def test_in_ones_own_words_by_pinyin():
    story = at_services().taps(Action.ASK, "question").taps(Action.TOPIC, "2")
    assert story.screen is Screen.WRITE, "a topic without usual words"
    for letter in "loushui":
        story.taps(Action.LETTER, letter)
    asked = last(story, Spell)
    assert (asked.letters, asked.chosen) == ("loushui", ())
    story.plays(Spelt(asked.visit, asked.asked - 1, "lou shu", ("楼梳",), ""))
    assert story.visit.asking.writing.candidates == (), "an answer to an earlier question"
    story.plays(Spelt(asked.visit, asked.asked, "lou shui", ("漏水", "楼"), ""))
    story.taps(Action.CANDIDATE, "0")
    chosen = last(story, Spell)
    story.plays(Spelt(chosen.visit, chosen.asked, "", (), "漏水"))
    story.taps(Action.MARK, "！").taps(Action.NEXT)
    with_unit(story).taps(Action.NEXT)
    assert last(story, SendRequest).text == "漏水！"


def test_next_makes_characters_of_what_was_typed_before_it_leads_on():
    story = at_services().taps(Action.ASK, "question").taps(Action.TOPIC, "2")
    story.taps(Action.LETTER, "n")
    asked = last(story, Spell)
    story.plays(Spelt(asked.visit, asked.asked, "n", ("你",), "")).taps(Action.NEXT)
    asked = last(story, Spell)
    assert (story.screen, asked.chosen) == (Screen.WRITE, (0,))
    story.plays(Spelt(asked.visit, asked.asked, "", (), "你")).taps(Action.NEXT)
    assert story.screen is Screen.REQUEST_UNIT


def test_in_english_the_keys_are_letters():
    story = at_services().taps(Action.LANGUAGE).taps(Action.ASK, "question")
    story.taps(Action.TOPIC, "2")
    assert story.visit.asking.writing.keys is Keys.LATIN


def test_line_gone_the_same_wish_is_sent_again_and_nothing_is_lost():
    story = at_phone().taps(Action.NEXT)
    first = last(story, SendRequest)
    story.plays(RequestSent(first.visit, fault=Fault.AWAY))
    assert (story.visit.asking.sent, story.visit.asking.text) == (Sent.FAILED, "厨房漏水")
    story.taps(Action.RETRY)
    assert last(story, SendRequest) == first, "the server takes it once"
    story.plays(RequestSent(first.visit, fault=Fault.AWAY)).taps(Action.BACK)
    typed(story, PHONE).taps(Action.NEXT)
    assert last(story, SendRequest).wish_id != first.wish_id, "it is another now"


def test_for_another_unit_it_is_another_wish_for_the_first_may_have_arrived():
    story = at_phone().taps(Action.NEXT)
    first = last(story, SendRequest)
    story.plays(RequestSent(first.visit, fault=Fault.AWAY)).taps(Action.BACK).taps(Action.BACK)
    assert story.screen is Screen.REQUEST_UNIT
    typed(story.taps(Action.BACKSPACE), "2").taps(Action.NEXT).taps(Action.NEXT)
    other = last(story, SendRequest)
    assert (first.unit, other.unit) == ("3-2-1201", "3-2-1202")
    assert first.wish_id != other.wish_id
    story.plays(RequestSent(other.visit, fault=Fault.AWAY)).taps(Action.BACK).taps(Action.NEXT)
    assert last(story, SendRequest).wish_id == other.wish_id, "nothing of it was changed"


def test_without_a_server_nothing_can_be_begun_and_what_was_begun_says_so():
    story = at_services().plays(ServerSeen(False)).taps(Action.ASK, "repair")
    assert story.screen is Screen.SERVICES
    story = at_phone().plays(ServerSeen(False)).taps(Action.NEXT)
    assert (story.visit.asking.sent, story.visit.asking.fault) == (Sent.FAILED, Fault.AWAY)
    assert not [effect for effect in story.effects if isinstance(effect, SendRequest)]


def test_a_unit_that_is_not_there_is_typed_again_with_all_the_rest_kept():
    story = at_phone().taps(Action.NEXT)
    sent = last(story, SendRequest)
    story.plays(RequestSent(sent.visit, fault=Fault.NO_UNIT))
    assert (story.screen, story.visit.asking.phrase) == (Screen.REQUEST_UNIT, "厨房漏水")


def test_the_slip_carries_the_number_and_not_what_was_written():
    story = at_phone().taps(Action.NEXT)
    sent = last(story, SendRequest)
    story.plays(RequestSent(sent.visit, "S000001", "https://pay.example.com/r/x"))
    story.taps(Action.PRINT_SLIP)
    slip = last(story, PrintSlip)
    assert (slip.number, slip.url) == ("S000001", "https://pay.example.com/r/x")
    story.plays(SlipPrinted("another", True))
    assert story.visit.asking.paper is Paper.PRINTING
    story.plays(SlipPrinted(slip.job_id, False)).taps(Action.PRINT_SLIP)
    assert last(story, PrintSlip).job_id != slip.job_id


@pytest.mark.parametrize(
    ("key", "complete"), [("123", False), ("1234", True), ("12345", False), ("000123", True)]
)
def test_answers_are_asked_for_with_four_digits_or_a_number(key, complete):
    story = with_unit(at_services().taps(Action.ANSWERS))
    assert story.screen is Screen.ANSWER_KEY
    typed(story, key).taps(Action.NEXT)
    asked = [effect for effect in story.effects if isinstance(effect, FindRequests)]
    assert bool(asked) is complete


def test_answers_are_shown_or_what_was_wrong_and_the_digits_do_not_stay():
    standing = RequestStanding(
        number="S000001", topic=LEAK.name, state="answered", opened_at=START, answer="修好了"
    )
    story = typed(with_unit(at_services().taps(Action.ANSWERS)), "1234").taps(Action.NEXT)
    asked = last(story, FindRequests)
    story.plays(RequestsSeen(asked.visit, fault=Fault.NONE_FOUND))
    assert (story.screen, story.visit.asking.key) == (Screen.ANSWER_KEY, "")
    typed(story, "1234").taps(Action.NEXT)
    story.plays(RequestsSeen(asked.visit, (standing,)))
    assert (story.screen, story.visit.asking.found) == (Screen.ANSWERS, (standing,))
    story.taps(Action.BACK)
    assert story.visit.asking.found == ()


def test_a_notice_is_read_in_full_and_left_again():
    story = at_services().taps(Action.NOTICE, "7")
    assert story.screen is Screen.NOTICE
    assert story.taps(Action.BACK).screen is Screen.SERVICES
    assert story.taps(Action.NOTICE, "not there").screen is Screen.SERVICES


@pytest.mark.parametrize("leave", [Action.END, None])
def test_whoever_leaves_leaves_nothing_behind(leave):
    story = typed(at_phone(), PHONE)
    story = story.taps(leave) if leave else story.waits(400)
    assert story.screen is Screen.ATTRACT
    assert story.visit.asking == Asking() and not any(story.visit.entry.parts)
    assert PHONE not in repr(story.effects) and "厨房" not in repr(story.effects)


def test_an_answer_for_somebody_who_left_is_nobodys():
    story = at_phone().taps(Action.NEXT)
    sent = last(story, SendRequest)
    story.taps(Action.END).plays(RequestSent(sent.visit, "S000001", "u"))
    assert story.visit.asking == Asking()


def test_back_leads_the_same_way_back():
    story = at_phone()
    way = []
    for _ in range(4):
        way.append(story.taps(Action.BACK).screen)
    assert way == [Screen.REQUEST_UNIT, Screen.PHRASES, Screen.TOPICS, Screen.SERVICES]
