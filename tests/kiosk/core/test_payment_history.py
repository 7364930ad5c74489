"""What the unit has paid, at the kiosk: always with a proof, one looked at, its receipt again, an invoice
of it; nothing of it stays."""

import pytest

from contract.messages import ErrorCode, Method, Text
from contract.payment_history import EarlierPayment, PaymentHistory
from kiosk.core.effects import (
    FindPayments,
    LookUp,
    LookUpBill,
    PrintEarlier,
    PrintReceipt,
    RecordReceipt,
    SendRequest,
)
from kiosk.core.events import (
    OFFLINE,
    AccountFound,
    PaymentsSeen,
    ReceiptPrinted,
    Scanned,
    ServerSeen,
)
from kiosk.core.model import Action, Say, Screen, Visit
from kiosk.core.patience import may_end, patience_s
from kiosk.core.scanner_arming import listens
from tests.kiosk.core.story import START, Story, account, bill, bill_url
from tests.kiosk.core.test_invoicing import INVOICE, PAID, TAX, written
from tests.kiosk.core.test_service_desk import LEAK, last, typed

UNIT = "3-2-1201"
NEWEST = EarlierPayment(
    payment_id="01900000-0000-7000-8000-0000000000aa",
    number="K01-000077",
    place="kiosk",
    kiosk_code="K01",
    method=Method.WECHAT,
    paid_at=START,
    amount_minor=33_208,
    returned_minor=208,
    currency="CNY",
    bills=[bill(10, 33_208)],
    status_url="https://pay.example.com/p/x",
    invoice=True,
)
CASH = NEWEST.model_copy(
    update={"payment_id": "c", "number": "C0001-000001", "invoice": False, "status_url": ""}
)
HISTORY = PaymentHistory(
    unit=UNIT, label=Text(zh="3栋2单元1201", en="3-2-1201"), payments=[NEWEST, CASH]
)


def at_attract(**changes) -> Story:
    usual = {"topics": [LEAK, INVOICE], "payment_history": True}
    return Story.at_attract(**(usual | changes))


def with_unit(story: Story) -> Story:
    for part in ("3", "2", "1201"):
        typed(story, part).taps(Action.NEXT)
    return story


def at_digits(**changes) -> Story:
    """By way of other services, where nothing is known of the unit yet."""
    story = at_attract(**changes).taps(Action.SERVICES).taps(Action.PAYMENTS)
    assert story.screen is Screen.IDENTIFY
    return with_unit(story)


def told(story: Story, history=HISTORY, code="") -> Story:
    return story.plays(PaymentsSeen(last(story, FindPayments).visit, history, code))


def at_list(**changes) -> Story:
    return told(typed(at_digits(**changes), "1234").taps(Action.NEXT))


def at_one(**changes) -> Story:
    return at_list(**changes).taps(Action.PAYMENT, NEWEST.payment_id)


def test_the_digits_are_asked_for_though_bills_are_shown_without():
    story = at_digits()
    assert (story.screen, story.did(FindPayments)) == (Screen.VERIFY, [])
    typed(story, "1234").taps(Action.NEXT)
    asked = last(story, FindPayments)
    assert (asked.unit, asked.phone_last4, asked.token) == (UNIT, "1234", "")
    told(story)
    assert (story.screen, story.visit.asking.history) == (Screen.PAYMENTS, HISTORY)
    assert (story.visit.entry.phone, story.did(LookUp)) == ("", [])


def test_wrong_digits_are_typed_again():
    story = told(typed(at_digits(), "9999").taps(Action.NEXT), None, ErrorCode.SECOND_FACTOR_WRONG)
    assert (story.screen, story.visit.say) == (Screen.VERIFY, Say.PHONE_WRONG)
    assert (story.visit.entry.phone, story.visit.busy) == ("", False)
    told(typed(story, "1234").taps(Action.NEXT))
    assert story.screen is Screen.PAYMENTS


@pytest.mark.parametrize(
    ("code", "what"),
    [
        (ErrorCode.NO_PHONE, Say.PAYMENTS_NO_PHONE),
        (ErrorCode.RATE_LIMITED, Say.TOO_MANY_TRIES),
        (ErrorCode.UNIT_NOT_FOUND, Say.UNIT_NOT_FOUND),
        (ErrorCode.NOT_FOUND, Say.PAYMENTS_AWAY),
        (OFFLINE, Say.PAYMENTS_AWAY),
    ],
)
def test_why_it_is_not_told_is_said(code, what):
    story = told(typed(at_digits(), "1234").taps(Action.NEXT), None, code)
    assert (story.screen, story.visit.say) == (Screen.MESSAGE, what)
    assert story.visit.entry.phone == ""
    assert story.taps(Action.UNDERSTOOD).screen is Screen.IDENTIFY


@pytest.mark.parametrize("where", ["typing", "digits", "no_phone"])
def test_a_bill_of_the_unit_proves_it_at_once(where):
    story = at_attract().taps(Action.SERVICES).taps(Action.PAYMENTS)
    if where != "typing":
        with_unit(story)
    if where == "no_phone":
        told(typed(story, "1234").taps(Action.NEXT), None, ErrorCode.NO_PHONE)
    assert listens(story.session)
    story.plays(Scanned(bill_url("B202610-3-2-1201")))
    asked = last(story, FindPayments)
    assert (asked.unit, asked.phone_last4, bool(asked.token)) == (UNIT, "", True)
    assert (story.screen, story.visit.busy) == (Screen.PAYMENTS, True)
    assert not story.did(LookUpBill)
    told(story)
    assert (story.visit.busy, story.visit.bill_token) == (False, "")


def test_the_scanner_does_not_listen_where_digits_are_asked_for_bills():
    story = with_unit(at_attract(second_factor=True).taps(Action.KEYPAD))
    assert story.screen is Screen.VERIFY and not listens(story.session)


def test_a_bill_of_who_was_there_before_asks_for_the_digits():
    story = at_attract().taps(Action.SERVICES).taps(Action.PAYMENTS)
    story.plays(Scanned(bill_url("B202610-3-2-1201")))
    told(story, None, ErrorCode.SECOND_FACTOR_WRONG)
    assert (story.screen, story.visit.say) == (Screen.VERIFY, Say.PAYMENTS_OTHER_BILL)
    assert story.visit.entry.unit_code == UNIT
    typed(story, "1234").taps(Action.NEXT)
    assert last(story, FindPayments).token == ""


def test_from_a_scanned_bill_that_bill_is_the_proof_and_its_bills_are_forgotten():
    story = at_attract().plays(Scanned(bill_url("B202610-3-2-1201")))
    token = last(story, LookUpBill).token
    story.plays(AccountFound(story.visit.number, account(bill(10, 200))))
    story.taps(Action.PAYMENTS)
    asked = last(story, FindPayments)
    assert (asked.unit, asked.token, asked.phone_last4) == (UNIT, token, "")
    assert (story.visit.account, story.visit.selected) == (None, ())
    assert told(story).screen is Screen.PAYMENTS
    story.taps(Action.BACK)
    assert (story.screen, story.visit.asking.history) == (Screen.SERVICES, None)


def test_from_bills_that_were_read_by_the_digits_these_are_the_proof():
    story = typed(with_unit(at_attract(second_factor=True).taps(Action.KEYPAD)), "1234")
    story.taps(Action.NEXT).plays(AccountFound(story.visit.number, account()))
    assert story.screen is Screen.NOTHING_DUE
    asked = last(story.taps(Action.PAYMENTS), FindPayments)
    assert (asked.unit, asked.phone_last4, asked.token) == (UNIT, "1234", "")


def test_from_bills_that_were_read_without_a_proof_it_is_asked_for():
    story = with_unit(at_attract().taps(Action.KEYPAD))
    story.plays(AccountFound(story.visit.number, account(bill(10, 200)))).taps(Action.PAYMENTS)
    assert (story.screen, story.did(FindPayments)) == (Screen.VERIFY, [])
    typed(story, "1234").taps(Action.NEXT)
    assert last(story, FindPayments).unit == UNIT


@pytest.mark.parametrize("left", ["before", "waiting", "refused"])
def test_whoever_leaves_it_comes_back_to_the_bills_that_were_read(left):
    story = with_unit(at_attract().taps(Action.KEYPAD))
    story.plays(AccountFound(story.visit.number, account(bill(10, 200)))).taps(Action.PAYMENTS)
    if left != "before":
        typed(story, "1234").taps(Action.NEXT)
    if left == "refused":
        told(story, None, ErrorCode.RATE_LIMITED).taps(Action.UNDERSTOOD)
    else:
        story.taps(Action.BACK)
    assert (story.screen, story.visit.entry.phone, story.visit.busy) == (Screen.SERVICES, "", False)
    if left == "waiting":
        assert told(story).screen is Screen.SERVICES
    looked = len(story.did(LookUp))
    story.taps(Action.BACK)
    assert len(story.did(LookUp)) == looked + 1
    story.plays(AccountFound(story.visit.number, account(bill(10, 200))))
    assert story.screen is Screen.BILLS


def test_without_the_line_it_says_so_and_leads_back():
    story = at_attract().taps(Action.SERVICES).plays(ServerSeen(False)).taps(Action.PAYMENTS)
    assert (story.screen, story.visit.say) == (Screen.MESSAGE, Say.PAYMENTS_AWAY)
    assert story.taps(Action.UNDERSTOOD).screen is Screen.SERVICES


def test_a_server_that_is_older_is_not_asked():
    story = at_attract(payment_history=False).taps(Action.SERVICES).taps(Action.PAYMENTS)
    assert story.screen is Screen.SERVICES


def test_an_answer_that_nobody_waits_for_changes_nothing():
    story = typed(at_digits(), "1234").taps(Action.NEXT)
    asked = last(story, FindPayments)
    story.taps(Action.END).plays(PaymentsSeen(asked.visit, HISTORY))
    assert (story.screen, story.visit.asking.history) == (Screen.ATTRACT, None)
    story = at_list().taps(Action.BACK)
    assert told(story).screen is Screen.SERVICES


def test_a_bill_that_was_left_waiting_for_proves_nothing_of_the_next_unit():
    story = at_attract().taps(Action.SERVICES).taps(Action.PAYMENTS)
    story.plays(Scanned(bill_url("B202610-3-2-1201"))).taps(Action.BACK)
    assert (story.screen, story.visit.bill_token) == (Screen.SERVICES, "")


def test_a_copy_is_printed_and_its_end_recorded():
    story = at_one().taps(Action.REPRINT)
    wish = last(story, PrintEarlier)
    assert (wish.payment, wish.label, story.visit.say) == (NEWEST, HISTORY.label, Say.PRINTING)
    story.taps(Action.REPRINT)
    assert len(story.did(PrintEarlier)) == 1, "one at a time"
    story.plays(ReceiptPrinted(NEWEST.payment_id, wish.job_id, "printed"))
    assert story.visit.say is Say.PRINTED
    assert last(story, RecordReceipt) == RecordReceipt(NEWEST.payment_id, "print", "printed")
    assert not story.did(PrintReceipt)


def test_printed_often_enough_or_without_a_printer_it_cannot_be_asked_for():
    story = at_one().taps(Action.REPRINT)
    job = last(story, PrintEarlier).job_id
    story.plays(ReceiptPrinted(NEWEST.payment_id, job, "not_printed", "copies"))
    story.taps(Action.REPRINT)
    assert len(story.did(PrintEarlier)) == 1
    assert at_one().loses("printer").taps(Action.REPRINT).did(PrintEarlier) == []
    story = story.taps(Action.BACK).taps(Action.PAYMENT, CASH.payment_id)
    assert story.visit.say is None, "that was about another"
    assert last(story.taps(Action.REPRINT), PrintEarlier).payment == CASH


def test_copies_that_came_out_in_this_visit_are_counted_besides_those_the_server_knew():
    story = at_one()
    for before in range(3):
        wish = last(story.taps(Action.REPRINT), PrintEarlier)
        assert wish.payment.printed == before
        story.taps(Action.BACK).taps(Action.PAYMENT, NEWEST.payment_id)
        outcome = "not_printed" if before == 2 else "printed"
        story.plays(ReceiptPrinted(NEWEST.payment_id, wish.job_id, outcome, "paper"))
    assert last(story.taps(Action.REPRINT), PrintEarlier).payment.printed == 2, "it did not come"
    story.taps(Action.BACK).taps(Action.PAYMENT, CASH.payment_id)
    assert last(story.taps(Action.REPRINT), PrintEarlier).payment == CASH


def test_copies_asked_for_one_after_another_are_counted_before_any_came():
    story = at_one()
    for before in range(3):
        wish = last(story.taps(Action.REPRINT), PrintEarlier)
        assert wish.payment.printed == before
        story.taps(Action.BACK).taps(Action.PAYMENT, NEWEST.payment_id)


def test_its_page_for_the_phone_and_back():
    story = at_one().taps(Action.PHONE)
    assert story.screen is Screen.RECEIPT_PHONE
    assert story.taps(Action.BACK).screen is Screen.PAYMENT
    cash = at_list().taps(Action.PAYMENT, CASH.payment_id).taps(Action.PHONE)
    assert cash.screen is Screen.PAYMENT, "it has none"


def test_an_invoice_of_any_of_them():
    story = at_one().taps(Action.INVOICE)
    assert story.screen is Screen.INVOICE
    assert story.visit.asking.invoice.minor == 33_000, "without what went back"
    written(story.taps(Action.INVOICE_FOR, "company"), "某公司")
    typed(story, TAX).taps(Action.NEXT).taps(Action.NEXT)
    sent = last(story, SendRequest)
    assert (sent.topic, sent.unit, sent.invoice.reference) == ("9", UNIT, NEWEST.number)


def test_back_from_an_invoice_is_the_payment_and_its_list():
    story = at_one().taps(Action.INVOICE).taps(Action.BACK)
    assert (story.screen, story.visit.asking.invoice) == (Screen.PAYMENT, None)
    story.taps(Action.BACK)
    assert (story.screen, story.visit.asking.payment) == (Screen.PAYMENTS, "")
    cash = at_list().taps(Action.PAYMENT, CASH.payment_id).taps(Action.INVOICE)
    assert cash.screen is Screen.PAYMENT, "the office has to be asked"


def test_an_invoice_of_another_payment_than_the_last_one_here():
    story = with_unit(at_attract().taps(Action.SERVICES).taps(Action.INVOICE))
    story.plays(AccountFound(story.visit.number, account(bill(10, 200)), reprint=PAID))
    assert story.screen is Screen.INVOICE
    story.taps(Action.PAYMENTS)
    assert (story.screen, story.visit.entry.unit_code) == (Screen.VERIFY, UNIT)
    told(typed(story, "1234").taps(Action.NEXT)).taps(Action.PAYMENT, NEWEST.payment_id)
    assert story.taps(Action.INVOICE).visit.asking.invoice.reference == NEWEST.number


def test_a_payment_that_is_not_on_the_list_is_not_looked_at():
    assert at_list().taps(Action.PAYMENT, "another").screen is Screen.PAYMENTS


@pytest.mark.parametrize("open_at", [at_list, at_one, lambda: at_one().taps(Action.PHONE)])
def test_nothing_of_it_stays_when_the_visit_ends(open_at):
    story = open_at()
    assert may_end(story.session)
    story.taps(Action.END)
    assert story.visit == Visit(
        number=story.visit.number, screen=Screen.ATTRACT, touched=story.visit.touched
    )
    story = open_at()
    story.waits(patience_s(story.visit))
    assert (story.screen, story.visit.asking.history) == (Screen.ATTRACT, None)


def test_what_is_looked_up_stands_in_no_text_of_the_session():
    story = at_one()
    shown = repr(story.session.visit.asking) + repr(last(story, FindPayments))
    for secret in (NEWEST.number, "332", "1234", UNIT, NEWEST.status_url):
        assert secret not in shown
