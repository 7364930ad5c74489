"""A payment that was begun earlier and is not confirmed: in sight, looked at, followed to its receipt."""

from dataclasses import replace

import pytest

from contract.messages import CardData, Method, PaymentState
from kiosk.core.effects import AskTerminal, LookUp, MakeOrder, PrintReceipt, Record
from kiosk.core.events import AccountFound, CardAnswered, CardLost, LookupFailed, Scanned
from kiosk.core.model import Action, Say, Screen
from kiosk.ui.screens import attract, bills, message, paid
from tests.kiosk.core.story import Story, account, bill, bill_url

NINE, TEN, ELEVEN = bill(9, 30000), bill(10, 33208), bill(11, 100)


def lost() -> tuple[Story, object]:
    """September and October were paid by card, and nobody knows how that ended; the resident left."""
    story = Story.paying(Method.CARD)
    story.plays(CardLost(story.payment.payment_id, "silence"))
    record = story.payment
    story.taps(Action.UNDERSTOOD)
    story.effects.clear()
    return story, record


def back_again() -> tuple[Story, object]:
    """And comes back to the same bills."""
    story, record = lost()
    story.types("3", "2", "1201")
    story.plays(AccountFound(story.visit.number, account(NINE, TEN, ELEVEN), held=(record,)))
    assert story.screen is Screen.BILLS
    return story, record


def recovery(story: Story, record, outcome: str) -> Story:
    return story.plays(
        CardAnswered(record.payment_id, outcome, "recovered", CardData(receipt_no="0042"))
    )


def test_the_start_screen_says_which_payment_is_open_and_nothing_of_whose():
    story, record = lost()
    (head, body), *_ = attract.present(story.session).troubles
    assert record.reference in head
    assert "不要再付" in body
    assert "1201" not in head + body


def test_the_result_is_what_is_known_and_leads_to_the_receipt():
    story, record = back_again()
    story.taps(Action.VIEW_RESULT, NINE.number)
    assert (story.screen, story.payment) == (Screen.UNKNOWN, record)
    recovery(story, record, "approved")
    assert (story.screen, story.visit.amount.minor) == (Screen.PAID, 63208)
    story.taps(Action.PRINT)
    assert story.did(PrintReceipt)[-1].record.state is PaymentState.APPROVED
    assert story.taps(Action.BACK).screen is Screen.BILLS
    assert story.visit.amount.minor == ELEVEN.amount_minor
    assert not story.did(AskTerminal) + story.did(MakeOrder)


def test_confirmed_meanwhile_it_says_so_and_leads_to_the_receipt():
    story, record = back_again()
    recovery(story, record, "approved")
    assert story.screen is Screen.BILLS, "the screen does not change under the finger"
    told = [row.told for row in bills.present(story.session).rows[:2]]
    assert told == [f"已确认缴清 {record.reference}"] * 2
    story.taps(Action.VIEW_RESULT, TEN.number)
    assert (story.screen, story.visit.amount.minor) == (Screen.PAID, 63208)
    assert paid.present(story.session).to_bills


@pytest.mark.parametrize("outcome", ["declined", "cancelled"])
def test_ended_without_money_its_bills_are_read_again_and_never_charged_from_what_stands_there(
    outcome,
):
    story, record = back_again()
    recovery(story, record, outcome)
    assert story.screen is Screen.BILLS
    assert "没有扣款" in bills.present(story.session).rows[0].told
    assert story.visit.selected == (ELEVEN.number,)
    story.taps(Action.VIEW_RESULT, NINE.number)
    (look,) = [e for e in story.did(LookUp) if e.visit == story.visit.number]
    assert look.unit == "3-2-1201"
    story.taps(Action.PAY)
    assert story.screen is Screen.BILLS, "not while the bills are read"
    story.plays(AccountFound(story.visit.number, account(NINE, TEN, ELEVEN)))
    assert story.visit.selected == (NINE.number, TEN.number, ELEVEN.number)


@pytest.mark.parametrize("outcome", ["declined", "cancelled", "reversed"])
def test_ended_without_money_while_it_is_looked_at(outcome):
    story, record = back_again()
    story.taps(Action.VIEW_RESULT, NINE.number)
    recovery(story, record, outcome)
    told = Say.PAYMENT_REVERSED if outcome == "reversed" else Say.NOT_TAKEN
    assert (story.screen, story.visit.say) == (Screen.MESSAGE, told)
    assert story.taps(Action.BACK).screen is Screen.BILLS
    assert story.visit.payment is None


def test_whoever_looks_at_a_payment_may_leave_and_is_sent_home_in_time():
    story, _ = back_again()
    story.taps(Action.VIEW_RESULT, NINE.number)
    assert not story.session.may_hold_money
    story.waits(121)
    assert (story.screen, story.visit.held, story.visit.waiting) == (Screen.ATTRACT, (), ())


def test_of_one_at_another_kiosk_the_bills_tell_when_they_are_read_again():
    story, _ = lost()
    story.types("3", "2", "1201")
    held = TEN.model_copy(update={"held": True})
    story.plays(AccountFound(story.visit.number, account(held, ELEVEN)))
    story.taps(Action.VIEW_RESULT, TEN.number)
    story.plays(AccountFound(story.visit.number, account(ELEVEN)))
    assert (story.screen, story.visit.waiting) == (Screen.BILLS, ())


def test_a_paid_bill_in_the_hand_leads_to_its_receipt_where_it_was_paid_here():
    record = Story.paying(Method.CARD).terminal_says("approved").payment
    story = Story.at_attract().plays(Scanned(bill_url(TEN.number)))
    told = {"paid_on": "2026-11-24"}
    story.plays(LookupFailed(story.visit.number, "bill_paid", told, record))
    assert (story.screen, story.payment) == (Screen.PAID, record)
    assert story.did(Record) == []
    assert story.taps(Action.BACK).screen is Screen.IDENTIFY


def test_no_message_ever_says_that_nothing_was_paid():
    """Bills that turn out to be paid leave nothing chosen; a sum of nothing is no news."""
    story, record = lost()
    story.types("3", "2", "1201")
    story.plays(AccountFound(story.visit.number, account(NINE, TEN)))
    recovery(story, record, "approved")
    assert (story.screen, story.visit.amount.minor) == (Screen.PAID, 63208)
    story.taps(Action.BACK)
    session = replace(
        story.session,
        visit=replace(story.visit, screen=Screen.MESSAGE, say=Say.ALREADY_PAID),
    )
    assert message.present(session).amount == ""
