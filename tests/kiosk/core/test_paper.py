"""Receipts: wished for, torn, come again, or not wanted."""

from dataclasses import replace

import pytest

from contract.messages import CREDITED, LATE, Method, PaymentState
from kiosk.core.capabilities import offers
from kiosk.core.effects import PrintReceipt, RecordReceipt
from kiosk.core.events import AccountFound, CardLost, DevicesSeen
from kiosk.core.model import Action, Say, Screen
from kiosk.core.receipt import Paper, paper_of
from tests.kiosk.core.story import Story, account, bill, devices


def test_receipts_are_printed_shown_on_the_phone_or_declined():
    story = Story.paying(Method.WECHAT).server_says(PaymentState.APPROVED)
    story.taps(Action.PRINT).taps(Action.PRINT)
    assert len(story.did(PrintReceipt)) == 1, "one touch, one receipt"
    story.prints("not_printed")
    assert story.visit.say is Say.NOT_PRINTED
    story.taps(Action.PHONE)
    assert story.screen is Screen.RECEIPT_PHONE
    assert [e.how for e in story.did(RecordReceipt)] == ["print", "phone"]
    assert story.taps(Action.DONE).screen is Screen.ATTRACT


def test_a_receipt_that_was_torn_comes_again_as_a_copy_and_one_that_never_began_does_not():
    story = Story.paying(Method.WECHAT).server_says(PaymentState.APPROVED)
    for outcome in ("not_printed", "uncertain", "not_printed", "printed"):
        story.taps(Action.PRINT).prints(outcome)
    assert [job.copy for job in story.did(PrintReceipt)] == [False, False, True, True]


@pytest.mark.parametrize(("outcome", "copy"), [("not_printed", False), ("uncertain", True)])
def test_paper_that_is_back_while_its_owner_waits_brings_the_receipt_by_itself_once(outcome, copy):
    story = Story.paying(Method.WECHAT).server_says(PaymentState.APPROVED)
    story.taps(Action.PRINT).loses("printer")
    story.prints(outcome).plays(DevicesSeen(devices()))
    assert story.visit.say is Say.PRINTING
    story.plays(DevicesSeen(devices())).loses("printer").plays(DevicesSeen(devices()))
    assert [job.copy for job in story.did(PrintReceipt)] == [False, copy]
    assert len({job.job_id for job in story.did(PrintReceipt)}) == 2
    story.prints("printed")
    story.loses("printer").plays(DevicesSeen(devices()))
    assert (story.visit.say, len(story.did(PrintReceipt))) == (Say.PRINTED, 2)


def test_paper_that_is_back_prints_nothing_for_who_did_not_ask_or_has_left():
    story = Story.paying(Method.WECHAT).server_says(PaymentState.APPROVED)
    story.loses("printer").plays(DevicesSeen(devices()))
    assert not story.did(PrintReceipt)
    story.taps(Action.PRINT).loses("printer")
    story.prints("uncertain").waits(60)
    assert story.screen is Screen.ATTRACT
    assert len(story.plays(DevicesSeen(devices())).did(PrintReceipt)) == 1


def test_the_next_payment_of_a_torn_receipt_is_no_copy():
    story = Story.paying(Method.WECHAT).server_says(PaymentState.APPROVED)
    story.taps(Action.PRINT).prints("uncertain")
    story.taps(Action.ANOTHER)
    assert not story.visit.paper_begun


def test_every_wish_for_paper_is_a_job_of_its_own():
    """A printer prints a job once: a third copy, or one in the other language, is not a repeat."""
    story = Story.paying(Method.WECHAT).server_says(PaymentState.APPROVED)
    for _ in range(3):
        story.taps(Action.PRINT).prints("printed")
    jobs = story.did(PrintReceipt)
    assert [job.copy for job in jobs] == [False, True, True]
    assert len({job.job_id for job in jobs}) == 3


@pytest.mark.parametrize("ends", ["before", "after"])
def test_a_slip_is_no_receipt(ends):
    """It may be printing still when the payment is found paid."""
    story = Story.paying(Method.CARD)
    story.plays(CardLost(story.payment.payment_id, "silence")).taps(Action.PRINT_SLIP)
    slip = story.did(PrintReceipt)[-1]
    if ends == "before":
        story.prints("printed")
        assert story.visit.say is Say.PRINTED
    story.terminal_says("approved")
    if ends == "after":
        story.prints("printed")
    assert (story.screen, story.visit.say, story.visit.receipt_done) == (Screen.PAID, None, False)
    receipt = story.taps(Action.PRINT).did(PrintReceipt)[-1]
    assert (receipt.record.state, receipt.copy) == (PaymentState.APPROVED, False)
    assert receipt.job_id != slip.job_id
    assert story.prints("printed").visit.receipt_done


def test_a_slip_that_comes_late_says_nothing_on_the_screens_that_follow():
    story = Story.paying(Method.CARD)
    story.plays(CardLost(story.payment.payment_id, "silence")).taps(Action.PRINT_SLIP)
    story.terminal_says("declined").taps(Action.CHANGE_METHOD).prints("printed")
    assert (story.screen, story.visit.say) == (Screen.METHOD, None)


def test_an_earlier_receipt_is_printed_again_and_its_end_is_said():
    paid = Story.paying(Method.WECHAT).server_says(PaymentState.APPROVED).payment
    story = Story.at_attract().types("3", "2", "1201")
    story.plays(AccountFound(story.visit.number, account(), reprint=paid)).taps(Action.REPRINT)
    assert story.visit.say is Say.PRINTING
    assert story.prints("printed").visit.say is Say.PRINTED


def test_an_earlier_receipt_that_comes_late_says_nothing_to_who_has_gone_on():
    paid = Story.paying(Method.WECHAT).server_says(PaymentState.APPROVED).payment
    story = Story.at_attract().types("3", "2", "1201")
    story.plays(AccountFound(story.visit.number, account(), reprint=paid)).taps(Action.REPRINT)
    assert story.taps(Action.BACK).prints("printed").visit.say is None


@pytest.mark.parametrize("reason", [LATE, CREDITED])
@pytest.mark.parametrize("due", [True, False])
def test_who_comes_back_sees_what_became_of_late_money_and_takes_its_slip(reason, due):
    tried = Story.paying(Method.WECHAT).payment
    gone = tried.model_copy(update={"state": PaymentState.REVERSED, "reason": reason})
    found = account(*([bill(9, 30000)] if due else []))
    story = Story.at_attract().types("3", "2", "1201")
    story.plays(AccountFound(story.visit.number, found, reprint=gone)).taps(Action.REPRINT)
    assert (story.screen, story.payment) == (Screen.RETURNED, gone)
    slip = story.taps(Action.PRINT_SLIP).did(PrintReceipt)[-1]
    assert (slip.record, slip.copy) == (gone, False)
    assert paper_of(slip.record) is (Paper.CREDITED if reason == CREDITED else Paper.RETURNED)
    assert story.prints("printed").visit.say is Say.PRINTED
    story.taps(Action.UNDERSTOOD)
    assert story.screen is (Screen.BILLS if due else Screen.NOTHING_DUE)
    assert (story.visit.payment, story.visit.looking) == (None, False)


def test_who_stands_there_when_it_goes_back_can_take_the_slip_from_the_bills():
    story = Story.paying(Method.WECHAT).server_says(PaymentState.REVERSED)
    assert (story.screen, story.visit.say) == (Screen.MESSAGE, Say.PAYMENT_REVERSED)
    story.taps(Action.BACK).taps(Action.BACK)
    assert story.screen is Screen.BILLS
    assert story.taps(Action.REPRINT).screen is Screen.RETURNED


def test_before_it_knows_its_community_a_kiosk_offers_no_paper_and_prints_none():
    """As after a blank disk, while staff keep it switched off: a payment of before may end meanwhile."""
    story = Story.paying(Method.WECHAT).server_says(PaymentState.APPROVED)
    story.session = replace(story.session, lobby=replace(story.session.lobby, config=None))
    assert not offers(story.session.lobby).print
    story.taps(Action.PRINT)
    assert not story.did(PrintReceipt)
    assert story.visit.say is Say.NOT_PRINTED
