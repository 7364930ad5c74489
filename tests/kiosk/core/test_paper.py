"""Receipts: wished for, torn, come again, or not wanted."""

import pytest

from contract.messages import Method, PaymentState
from kiosk.core.effects import PrintReceipt, RecordReceipt
from kiosk.core.events import DevicesSeen, ReceiptPrinted
from kiosk.core.model import Action, Say, Screen
from tests.kiosk.core.story import Story, devices


def test_receipts_are_printed_shown_on_the_phone_or_declined():
    story = Story.paying(Method.WECHAT).server_says(PaymentState.APPROVED)
    story.taps(Action.PRINT).taps(Action.PRINT)
    assert len(story.did(PrintReceipt)) == 1, "one touch, one receipt"
    story.plays(ReceiptPrinted(story.payment.payment_id, "not_printed"))
    assert story.visit.say is Say.NOT_PRINTED
    story.taps(Action.PHONE)
    assert story.screen is Screen.RECEIPT_PHONE
    assert [e.how for e in story.did(RecordReceipt)] == ["print", "phone"]
    assert story.taps(Action.DONE).screen is Screen.ATTRACT


def test_a_receipt_that_was_torn_comes_again_as_a_copy_and_one_that_never_began_does_not():
    story = Story.paying(Method.WECHAT).server_says(PaymentState.APPROVED)
    for outcome in ("not_printed", "uncertain", "not_printed", "printed"):
        story.taps(Action.PRINT).plays(ReceiptPrinted(story.payment.payment_id, outcome))
    assert [job.copy for job in story.did(PrintReceipt)] == [False, False, True, True]


@pytest.mark.parametrize(("outcome", "copy"), [("not_printed", False), ("uncertain", True)])
def test_paper_that_is_back_while_its_owner_waits_brings_the_receipt_by_itself_once(outcome, copy):
    story = Story.paying(Method.WECHAT).server_says(PaymentState.APPROVED)
    story.taps(Action.PRINT).loses("printer")
    story.plays(ReceiptPrinted(story.payment.payment_id, outcome), DevicesSeen(devices()))
    assert story.visit.say is Say.PRINTING
    story.plays(DevicesSeen(devices())).loses("printer").plays(DevicesSeen(devices()))
    assert [job.copy for job in story.did(PrintReceipt)] == [False, copy]
    assert len({job.job_id for job in story.did(PrintReceipt)}) == 2
    story.plays(ReceiptPrinted(story.payment.payment_id, "printed"))
    story.loses("printer").plays(DevicesSeen(devices()))
    assert (story.visit.say, len(story.did(PrintReceipt))) == (Say.PRINTED, 2)


def test_paper_that_is_back_prints_nothing_for_who_did_not_ask_or_has_left():
    story = Story.paying(Method.WECHAT).server_says(PaymentState.APPROVED)
    story.loses("printer").plays(DevicesSeen(devices()))
    assert not story.did(PrintReceipt)
    story.taps(Action.PRINT).loses("printer")
    story.plays(ReceiptPrinted(story.payment.payment_id, "uncertain")).waits(60)
    assert story.screen is Screen.ATTRACT
    assert len(story.plays(DevicesSeen(devices())).did(PrintReceipt)) == 1


def test_the_next_payment_of_a_torn_receipt_is_no_copy():
    story = Story.paying(Method.WECHAT).server_says(PaymentState.APPROVED)
    story.taps(Action.PRINT).plays(ReceiptPrinted(story.payment.payment_id, "uncertain"))
    story.taps(Action.ANOTHER)
    assert not story.visit.paper_begun


def test_every_wish_for_paper_is_a_job_of_its_own():
    """A printer prints a job once: a third copy, or one in the other language, is not a repeat."""
    story = Story.paying(Method.WECHAT).server_says(PaymentState.APPROVED)
    for _ in range(3):
        story.taps(Action.PRINT).plays(ReceiptPrinted(story.payment.payment_id, "printed"))
    jobs = story.did(PrintReceipt)
    assert [job.copy for job in jobs] == [False, True, True]
    assert len({job.job_id for job in jobs}) == 3
