"""By the hours: what is offered when, and that nobody is cut off in the middle."""

from datetime import time, timedelta

from contract.messages import Method, PaymentState, Text
from contract.opening_hours import Night, OpeningHours, Outage, WeekHours
from kiosk.core.capabilities import closed_but_well, offers
from kiosk.core.events import AccountFound, ConfigLoaded, OrderMade, ServerSeen, StopSeen, Tapped
from kiosk.core.model import Action, Say, Screen
from kiosk.core.visit_counts import SoFar, follow
from kiosk.ui.screens import help
from tests.kiosk.core.story import START, Story, account, bill, config

# It is 22:47 at the community when a story begins.
CLOSES_SOON = OpeningHours(
    week=[WeekHours(weekdays="1234567", starts=time(8, 30), ends=time(22, 50))]
)
CLOSED = OpeningHours(week=[WeekHours(weekdays="1234567", starts=time(8, 30), ends=time(18))])
NIGHT = Night(starts=time(22, 50), ends=time(6), cards=False, max_minor=40_000)
TO_THE_END = 3 * 60


def outage(begins_in_s: int, lasts_s: int = 3600) -> OpeningHours:
    begins = START + timedelta(seconds=begins_in_s)
    one = Outage(
        id="1",
        begins=begins,
        ends=begins + timedelta(seconds=lasts_s),
        told_from=START,
        words=Text(zh="停电", en="No power"),
    )
    return OpeningHours(outages=[one])


def lobby(opening: OpeningHours) -> Story:
    return Story.at_attract().plays(ConfigLoaded(config(opening=opening)))


def bills(opening: OpeningHours) -> Story:
    story = lobby(opening).types("3", "2", "1201")
    return story.plays(_found(story))


def _found(story: Story):
    return AccountFound(story.visit.number, account(bill(9, 30000), bill(10, 33208)))


def test_it_closes_and_opens_by_itself():
    story = lobby(CLOSES_SOON)
    assert story.screen is Screen.ATTRACT
    story.waits(TO_THE_END)
    assert story.screen is Screen.CLOSED
    assert not offers(story.session.lobby).in_order
    assert story.taps(Action.KEYPAD).screen is Screen.CLOSED
    story.seconds += 10 * 3600
    assert story.waits(1).screen is Screen.ATTRACT


def test_a_payment_that_was_begun_before_ends_as_ever():
    story = bills(CLOSES_SOON).taps(Action.PAY).taps(Action.METHOD, Method.CARD)
    story.plays(OrderMade(story.view(PaymentState.PENDING)))
    story.waits(TO_THE_END)
    assert story.screen is Screen.PAYING_CARD
    story.terminal_says("approved")
    assert story.screen is Screen.PAID and story.payment.state is PaymentState.APPROVED
    assert story.taps(Action.DONE).screen is Screen.CLOSED


def test_a_visit_that_was_begun_before_may_still_pay():
    story = bills(CLOSES_SOON)
    for _ in range(9):
        story.waits(20).taps(Action.SELECT_ALL)
    assert story.screen is Screen.BILLS
    story.taps(Action.SELECT_ALL) if not story.visit.selected else None
    story.taps(Action.PAY).taps(Action.METHOD, Method.CARD)
    assert story.payment.state is PaymentState.CREATED
    assert story.plays(OrderMade(story.view(PaymentState.PENDING))).screen is Screen.PAYING_CARD


def test_another_bill_after_closing_waits_until_it_opens():
    story = Story.paying(Method.CARD).terminal_says("approved")
    story.plays(ConfigLoaded(config(opening=CLOSED)))
    assert story.screen is Screen.PAID
    assert story.taps(Action.ANOTHER).screen is Screen.CLOSED


def test_help_leads_back_to_what_says_that_it_is_closed():
    story = lobby(CLOSED)
    assert story.screen is Screen.CLOSED
    assert story.taps(Action.HELP).screen is Screen.HELP
    assert story.taps(Action.BACK).screen is Screen.CLOSED


def test_an_outage_closes_without_anybody_and_ends():
    story = lobby(outage(60, 120))
    assert story.waits(59).screen is Screen.ATTRACT
    assert story.waits(1).screen is Screen.CLOSED
    assert closed_but_well(story.session.lobby) == "outage"
    assert story.plays(ServerSeen(False)).loses("card_terminal").screen is Screen.CLOSED
    assert closed_but_well(story.session.lobby) == "outage"
    story.plays(ServerSeen(True))
    assert story.waits(120).screen is Screen.ATTRACT


def test_what_is_wrong_is_not_hidden_by_the_hours():
    story = lobby(CLOSED)
    assert closed_but_well(story.session.lobby) == "hours"
    story.loses("scanner").plays(ServerSeen(False)).loses("card_terminal")
    assert closed_but_well(story.session.lobby) == ""
    assert story.plays(StopSeen("twin")).screen is Screen.OUT_OF_ORDER


def test_at_night_there_are_no_cards_and_small_amounts_only():
    story = lobby(OpeningHours(night=NIGHT)).waits(TO_THE_END)
    assert offers(story.session.lobby).methods == (Method.WECHAT, Method.ALIPAY)
    story.types("3", "2", "1201")
    story.plays(_found(story)).taps(Action.PAY)
    story.taps(Action.METHOD, Method.WECHAT)
    assert (story.screen, story.visit.say) == (Screen.MESSAGE, Say.NIGHT_LIMIT)
    assert story.visit.payment is None
    story.taps(Action.UNDERSTOOD).taps(Action.BACK)
    story.taps(Action.TOGGLE_BILL, "B202610-3-2-1201").taps(Action.PAY)
    story.taps(Action.METHOD, Method.WECHAT)
    assert story.payment.amount_minor == 30000


def test_a_visit_of_the_day_keeps_the_day_s_rules():
    story = bills(OpeningHours(night=NIGHT)).taps(Action.PAY)
    for _ in range(9):
        story.waits(20).plays(Tapped(Action.LANGUAGE))
    assert story.screen is Screen.METHOD
    assert Method.CARD in offers(story.session.lobby).methods
    story.taps(Action.METHOD, Method.CARD)
    assert story.payment.amount_minor == 63208


def test_who_comes_while_it_is_closed_is_counted_as_that():
    story = lobby(CLOSED)
    before = story.session
    story.seconds += 100
    story.taps(Action.LANGUAGE)
    _so_far, names = follow(SoFar(), before, story.session)
    assert names == ("turned_away.closed",)


def test_help_while_it_is_closed_says_what_the_phone_can_do():
    for pays, said in ((True, "就能缴费"), (False, "不能缴费")):
        story = Story.at_attract().plays(ConfigLoaded(config(opening=CLOSED, phone_pays=pays)))
        story.taps(Action.HELP)
        assert story.screen is Screen.HELP
        assert said in help.present(story.session).about


def test_the_language_of_whoever_looked_does_not_stay_all_night():
    story = lobby(CLOSED).taps(Action.LANGUAGE)
    so_far, before = SoFar(), story.session
    for _ in range(59):
        story.waits(1)
    assert story.visit.language == "en"
    story.waits(2)
    assert (story.screen, story.visit.language) == (Screen.CLOSED, "zh_CN")
    assert follow(so_far, before, story.session)[1] == (), "nobody more was turned away"
