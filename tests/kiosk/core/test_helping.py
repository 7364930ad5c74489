"""Help at any hour: whom to call, what helps here, and the wish to be called back."""

from datetime import timedelta

import pytest

from contract.messages import Method, PaymentState, Text
from kiosk.core.effects import AskCallback, FollowCallback
from kiosk.core.events import CallbackSeen, CallbackSent, CardLost, OrderSeen, ServerSeen
from kiosk.core.model import Action, Callback, Screen, Sent
from kiosk.ui.screens import callback, help
from tests.kiosk.core.story import Story, config

NIGHT_AND_DAY = config().community.model_copy(
    update={
        "office_hours": Text(zh="每天 8:30–18:00", en="Every day 8:30–18:00"),
        "office_opens": "08:30",
        "office_closes": "18:00",
        "duty_phone": "138-5555-0123",
    }
)


def typing(story: Story, digits: str = "13855501234") -> Story:
    story.taps(Action.HELP).taps(Action.CALL_BACK)
    for digit in digits:
        story.taps(Action.DIGIT, digit)
    return story


@pytest.mark.parametrize(
    ("hours_later", "phone"),
    [(0, "138-5555-0123"), (9.75, "0571-5555-0123"), (19.25, "138-5555-0123")],
)
def test_the_number_is_that_of_the_hour(hours_later, phone):
    """It is 22:47 in the community when the story begins."""
    story = Story.at_attract(community=NIGHT_AND_DAY)
    story.seconds += timedelta(hours=hours_later).total_seconds()
    view = help.present(story.taps(Action.HELP).session)
    assert (view.phone, "8:30" in view.hours) == (phone, True)
    assert ("值班" in view.call) == (phone == "138-5555-0123")


def test_without_hours_the_office_is_named_at_any_hour():
    assert help.present(Story.at_attract().taps(Action.HELP).session).phone == "0571-5555-0123"


def test_what_is_said_fits_the_screen_one_comes_from():
    story = Story.paying(Method.CARD)
    story.plays(CardLost(story.payment.payment_id, "silence")).taps(Action.HELP)
    view = help.present(story.session)
    assert view.steps == (), "never three steps after an unknown outcome"
    assert "不要再付" in view.about
    said = {view.about}
    for begun in (Story.at_bills(), Story.at_bills().taps(Action.PAY), Story.paying(Method.WECHAT)):
        said.add(help.present(begun.taps(Action.HELP).session).about)
    assert len(said) == 4
    assert help.present(Story.at_attract().taps(Action.HELP).session).steps


def test_a_wish_to_be_called_back_reaches_staff_with_the_screen():
    story = typing(Story.at_bills()).taps(Action.NEXT)
    (wish,) = story.did(AskCallback)
    assert (wish.phone, wish.screen) == ("13855501234", "bills")
    assert callback.present(story.session).digits == "138 5550 1234"
    story.taps(Action.NEXT).taps(Action.DIGIT, "9")
    assert len(story.did(AskCallback)) == 1
    story.plays(CallbackSent(story.visit.number, True))
    known = story.visit.callback
    assert (known.phone, known.sent) == ("", Sent.TAKEN), "the screen needs it no longer"
    assert story.taps(Action.BACK).screen is Screen.HELP
    assert not help.present(story.session).call_back
    assert story.taps(Action.BACK).screen is Screen.BILLS


def test_what_did_not_arrive_is_not_promised():
    story = typing(Story.at_bills()).taps(Action.NEXT)
    story.plays(CallbackSent(story.visit.number, False))
    view = callback.present(story.session)
    assert "0571-5555-0123" in view.told
    assert (view.typing, view.complete) == (True, True)
    assert len(story.taps(Action.NEXT).did(AskCallback)) == 2


def test_whoever_has_no_telephone_tells_the_office_all_the_same():
    story = typing(Story.at_bills(), "")
    view = callback.present(story.session)
    assert (view.complete, view.next_style) == (True, "secondary")
    without = view.next_words
    (wish,) = story.taps(Action.NEXT).did(AskCallback)
    assert (wish.phone, wish.screen) == ("", "bills")
    story.plays(CallbackSent(story.visit.number, True))
    told = callback.present(story.session).told
    assert "回电" not in told, "nobody can call who left no number"
    assert story.plays(CallbackSeen(story.visit.number)).visit.callback.sent is Sent.SEEN
    assert callback.present(story.session).told not in ("", told)
    assert (
        help.present(story.taps(Action.BACK).session).told == callback.present(story.session).told
    )
    typed = callback.present(typing(Story.at_bills(), "1").session)
    assert (typed.complete, typed.next_style) == (False, "primary")
    assert typed.next_words != without


def test_without_the_server_no_wish_is_taken():
    story = Story.at_bills().plays(ServerSeen(False)).taps(Action.HELP)
    assert not help.present(story.session).call_back
    assert story.taps(Action.CALL_BACK).screen is Screen.HELP


def test_half_a_number_is_not_sent_and_an_answer_for_another_visit_changes_nothing():
    story = typing(Story.at_bills(), "138").taps(Action.NEXT)
    assert story.did(AskCallback) == []
    story = typing(Story.at_bills()).taps(Action.NEXT)
    assert story.plays(CallbackSent(-1, True)).visit.callback.sent is Sent.SENDING
    story.taps(Action.END)
    assert story.visit.callback == Callback()


def test_money_goes_on_meanwhile():
    story = typing(Story.paying(Method.WECHAT))
    story.plays(OrderSeen(story.view(PaymentState.APPROVED, 9)))
    assert story.screen is Screen.PAID


def test_the_wish_tells_the_last_screens_and_nothing_of_what_stood_there():
    story = typing(Story.at_bills().taps(Action.PAY))
    (wish,) = story.taps(Action.NEXT).did(AskCallback)
    assert wish.screen == "method"
    assert wish.steps == ("starting", "attract", "identify", "bills", "method")
    assert "1201" not in repr(wish)


def test_only_the_newest_screens_are_kept_and_a_new_visit_has_none():
    story = Story.at_bills()
    for _ in range(10):
        story.taps(Action.PAY).taps(Action.BACK)
    assert story.visit.steps == ("bills", "method") * 3
    assert story.taps(Action.END).visit.steps == ()


def test_the_screen_says_when_somebody_at_the_office_has_seen_it():
    story = typing(Story.at_bills())
    story.taps(Action.NEXT).plays(CallbackSent(story.visit.number, True))
    (follow,) = story.did(FollowCallback)
    (wish,) = story.did(AskCallback)
    assert follow == FollowCallback(story.visit.number, wish.wish_id)
    story.plays(CallbackSeen(story.visit.number - 1))
    assert story.visit.callback.sent is Sent.TAKEN, "of an earlier visit"
    story.plays(CallbackSeen(story.visit.number))
    assert story.visit.callback.sent is Sent.SEEN
    assert callback.present(story.session).told == "物业已经看到，马上联系您"
    story.taps(Action.BACK)
    assert help.present(story.session).told == "物业已经看到，马上联系您"
    assert not help.present(story.session).call_back


def test_whoever_looks_for_another_unit_meanwhile_hears_of_it_too():
    story = typing(Story.at_bills())
    visit = story.taps(Action.NEXT).visit.number
    story.taps(Action.BACK).taps(Action.BACK).taps(Action.BACK)
    assert story.screen is Screen.IDENTIFY and story.visit.number > visit
    story.plays(CallbackSent(visit, True))
    assert story.visit.callback.sent is Sent.TAKEN
    story.plays(CallbackSeen(visit))
    assert story.visit.callback.sent is Sent.SEEN
    assert story.taps(Action.END).visit.callback.sent is Sent.NOT_YET
