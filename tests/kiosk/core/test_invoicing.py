"""An invoice asked for at the kiosk: of a payment made here, for a company or a person, sent once."""

from dataclasses import replace

import pytest

from contract.messages import LeftToInvoice, Method, PaymentState, RequestTopic, Text
from kiosk.core.asking import Asking, Fault
from kiosk.core.effects import LookUp, SendRequest
from kiosk.core.events import AccountFound, RequestSent, ServerSeen
from kiosk.core.model import Action, Screen, Sent
from kiosk.core.writing import Writing
from tests.kiosk.core.story import Story, account, bill
from tests.kiosk.core.test_service_desk import LEAK, PHONE, last, typed

INVOICE = RequestTopic(id="9", kind="invoice", name=Text(zh="开发票", en="Tax invoice"))
TAX = "91330106673959654P"
PAID = Story.paying(Method.CARD).terminal_says("approved").payment


def at_services(**changes) -> Story:
    usual = {"topics": [LEAK, INVOICE]}
    return Story.at_attract(**(usual | changes)).taps(Action.SERVICES)


def typed_unit(story: Story) -> Story:
    for part in ("3", "2", "1201"):
        typed(story, part).taps(Action.NEXT)
    return story


def at_invoice(reprint=PAID, **changes) -> Story:
    story = typed_unit(at_services(**changes).taps(Action.INVOICE))
    if story.screen is Screen.VERIFY:
        typed(story, "1234").taps(Action.NEXT)
    return story.plays(AccountFound(story.visit.number, account(bill(10, 200)), reprint=reprint))


def written(story: Story, title: str) -> Story:
    asking = replace(story.visit.asking, writing=Writing(text=title))
    story.session = replace(story.session, visit=replace(story.visit, asking=asking))
    return story.taps(Action.NEXT)


def at_phone(tax: str = TAX) -> Story:
    story = written(at_invoice().taps(Action.INVOICE_FOR, "company"), "某公司")
    assert story.screen is Screen.TAX_NUMBER
    return typed(story, tax).taps(Action.NEXT)


def test_for_a_company_with_its_number_to_the_number_of_the_request():
    story = typed(at_phone(), PHONE).taps(Action.NEXT)
    sent = last(story, SendRequest)
    assert (sent.topic, sent.unit, sent.phone) == ("9", PAID.unit, PHONE)
    assert (sent.invoice.reference, sent.invoice.title, sent.invoice.tax_number) == (
        PAID.reference,
        "某公司",
        TAX,
    )
    story.plays(RequestSent(sent.visit, "S000007", "https://pay.example.com/r/x"))
    asking = story.visit.asking
    assert (asking.sent, asking.number) == (Sent.TAKEN, "S000007")
    assert (asking.title, asking.tax_number, asking.invoice) == ("", "", None)


def test_for_a_person_without_a_tax_number():
    story = written(at_invoice().taps(Action.INVOICE_FOR, "person"), "王小明")
    assert story.screen is Screen.REQUEST_PHONE
    story.taps(Action.NEXT)
    assert last(story, SendRequest).invoice.tax_number == ""


@pytest.mark.parametrize("tax", [TAX[:-1] + "X", "111111111111111111"])
def test_a_number_with_a_wrong_character_goes_no_further(tax):
    story = at_phone(tax)
    assert (story.screen, story.visit.asking.fault) == (Screen.TAX_NUMBER, Fault.TAX_NUMBER)
    story.taps(Action.BACKSPACE)
    assert story.visit.asking.fault is Fault.NONE
    assert typed(story, "I").visit.asking.tax_number == tax[:-1], "no such character"


def test_half_a_number_goes_no_further():
    assert at_phone(TAX[:10]).screen is Screen.TAX_NUMBER


def test_the_same_wish_again_is_the_same_and_another_title_another():
    story = at_phone().taps(Action.NEXT)
    first = last(story, SendRequest)
    story.plays(RequestSent(first.visit, fault=Fault.AWAY)).taps(Action.RETRY)
    assert last(story, SendRequest).wish_id == first.wish_id
    story.plays(RequestSent(first.visit, fault=Fault.AWAY)).taps(Action.BACK).taps(Action.BACK)
    assert story.screen is Screen.TAX_NUMBER
    story.taps(Action.BACKSPACE)
    typed(story, TAX[-1]).taps(Action.NEXT).taps(Action.NEXT)
    assert last(story, SendRequest).wish_id != first.wish_id


def test_it_asks_for_the_proof_that_bills_ask_for():
    story = typed_unit(at_services(second_factor=True).taps(Action.INVOICE))
    assert story.screen is Screen.VERIFY
    typed(story, "1234").taps(Action.NEXT)
    assert last(story, LookUp).phone_last4 == "1234"


def test_nothing_of_the_unit_is_kept_but_the_payment():
    story = at_invoice()
    assert story.screen is Screen.INVOICE
    visit = story.visit
    assert (visit.account, visit.held, visit.reprint, visit.amount) == (None, (), None, None)


@pytest.mark.parametrize("record", [None, "reversed"])
def test_without_a_payment_that_stands_there_is_none(record):
    gone = PAID.model_copy(update={"state": PaymentState.REVERSED}) if record else None
    story = at_invoice(gone)
    assert (story.screen, story.visit.asking.invoice) == (Screen.INVOICE, None)
    assert story.taps(Action.INVOICE_FOR, "person").screen is Screen.INVOICE
    assert story.taps(Action.BACK).screen is Screen.SERVICES
    assert story.visit.asking == Asking()


def test_the_unit_of_bills_that_were_read_is_taken_over_with_its_proof():
    story = typed_unit(Story.at_attract(topics=[INVOICE]).taps(Action.KEYPAD))
    story.plays(AccountFound(story.visit.number, account())).taps(Action.SERVICES)
    story.taps(Action.INVOICE)
    asked = last(story, LookUp)
    assert asked.unit == "3-2-1201"
    story.plays(AccountFound(asked.visit, account(), reprint=PAID))
    assert story.screen is Screen.INVOICE


def test_back_leads_the_same_way_back():
    story = at_phone()
    ways = [story.taps(Action.BACK).screen for _ in range(4)]
    assert ways == [Screen.TAX_NUMBER, Screen.WRITE, Screen.INVOICE, Screen.SERVICES]


def test_a_receipt_again_after_it_is_no_invoice():
    story = at_invoice().taps(Action.BACK).taps(Action.KEYPAD)
    assert story.screen is Screen.IDENTIFY
    story.taps(Action.NEXT)
    asked = last(story, LookUp)
    story.plays(AccountFound(asked.visit, account(bill(10, 200)), reprint=PAID))
    assert story.screen is Screen.BILLS


def test_it_is_offered_only_where_somebody_takes_it_now():
    assert at_services(topics=[LEAK]).taps(Action.INVOICE).screen is Screen.SERVICES
    story = at_services().plays(ServerSeen(False)).taps(Action.INVOICE)
    assert story.screen is Screen.SERVICES


def test_it_ends_with_the_visit():
    story = at_phone().waits(400)
    assert (story.screen, story.visit.asking) == (Screen.ATTRACT, Asking())
    assert TAX not in repr(story.effects)


@pytest.mark.parametrize(("left", "shown"), [(1_00, 1_00), (0, 0), (None, PAID.amount_minor)])
def test_what_went_back_is_not_offered_to_be_invoiced(left, shown):
    told = [] if left is None else [LeftToInvoice(reference=PAID.reference, minor=left)]
    other = LeftToInvoice(reference="K03-999999", minor=5)
    found = account(bill(10, 200)).model_copy(update={"to_invoice": [other, *told]})
    story = typed_unit(at_services().taps(Action.INVOICE))
    story.plays(AccountFound(story.visit.number, found, reprint=PAID))
    assert story.visit.asking.invoice.minor == shown
    goal = Screen.WRITE if shown else Screen.INVOICE
    assert story.taps(Action.INVOICE_FOR, "person").screen is goal
