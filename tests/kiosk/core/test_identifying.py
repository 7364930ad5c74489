"""Which unit, which bills: scanned or typed, looked up, chosen."""

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from contract.messages import BILLS_A_PAYMENT, ErrorCode, Method
from kiosk.core.effects import LookUp, LookUpBill
from kiosk.core.events import OFFLINE, AccountFound, ConfigLoaded, LookupFailed, Scanned
from kiosk.core.model import Action, Say, Screen
from kiosk.ui.screens.bills import present
from tests.kiosk.core.story import Story, account, bill, bill_url, config


def test_a_scanned_bill_leads_to_its_unit_with_that_bill_alone_selected():
    story = Story.at_attract().plays(Scanned(bill_url("B202610-3-2-1201")))
    (lookup,) = story.did(LookUpBill)
    assert lookup.code.unit == "3-2-1201"
    found = account(bill(9, 30000), bill(11, 33208), bill(12, 500))
    story.plays(AccountFound(story.visit.number, found, bill_number="B202611-3-2-1201"))
    assert story.screen is Screen.BILLS
    assert story.visit.selected == ("B202611-3-2-1201",)
    assert story.visit.amount.minor == 33208
    view = present(story.session)
    assert [row.number[:7] for row in view.rows] == ["B202609", "B202611", "B202612"]
    assert view.others == "另有 2 笔未缴，其中 1 笔已逾期"
    story.taps(Action.TOGGLE_BILL, "B202609-3-2-1201")
    assert present(story.session).others == "另有 1 笔未缴"
    story.taps(Action.SELECT_ALL)
    assert (story.visit.amount.minor, present(story.session).others) == (63708, "")


def test_where_nothing_can_be_touched_the_bill_in_the_hand_is_paid_alone():
    story = (
        Story.at_attract(payment_codes=[Method.WECHAT])
        .loses("touch")
        .plays(Scanned(bill_url("B202611-3-2-1201")))
    )
    found = account(bill(9, 30000), bill(11, 33208))
    story.plays(AccountFound(story.visit.number, found, bill_number="B202611-3-2-1201"))
    assert (story.screen, story.visit.selected) == (Screen.METHOD, ("B202611-3-2-1201",))


def test_a_typed_unit_is_looked_up_and_all_its_bills_are_selected():
    story = Story.at_attract().types("3", "2", "1201")
    (lookup,) = story.did(LookUp)
    assert lookup.unit == "3-2-1201"
    story.plays(AccountFound(story.visit.number, account(bill(9, 30000), bill(10, 33208))))
    assert story.visit.amount.minor == 63208


def test_the_keypad_moves_on_when_a_field_is_full_and_back_when_it_is_empty():
    story = Story.at_attract().taps(Action.KEYPAD)
    for digit in "12345":
        story.taps(Action.DIGIT, digit)
    entry = story.visit.entry
    assert (entry.parts, entry.active) == (("123", "45"), 1)
    for _ in range(3):
        story.taps(Action.BACKSPACE)
    assert story.visit.entry.parts == ("12", "")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("https://weixin.qq.com/r/abc", Say.CODE_NOT_OURS),
        ("x" * 600, Say.CODE_NOT_OURS),
        (bill_url("B1", community="hillside"), Say.CODE_OTHER_COMMUNITY),
        (bill_url("B1", signer=Ed25519PrivateKey.generate()), Say.CODE_FORGED),
        (bill_url("B1")[:-4] + "AAAA", Say.CODE_FORGED),
        ("134567890123456789", Say.CODE_IS_PAYMENT),
        ("2812345678901234567", Say.CODE_IS_PAYMENT),
        ("LPSTAFF:1:" + "x" * 30, Say.CODE_IS_BADGE),
        ("LPUNIT:hillside:3-2-1201", Say.CODE_OTHER_COMMUNITY),
    ],
)
def test_a_code_that_is_no_bill_of_ours_says_so(text, says):
    story = Story.at_attract().plays(Scanned(text))
    assert (story.screen, story.visit.say) == (Screen.MESSAGE, says)
    assert story.taps(Action.BACK).screen is Screen.IDENTIFY


@pytest.mark.parametrize("text", ["3-2-1201", "LPUNIT:lakeside:3-2-1201"])
def test_a_scanned_unit_code_is_as_good_as_typing_it(text):
    (lookup,) = Story.at_attract().plays(Scanned(text)).did(LookUp)
    assert (lookup.unit, lookup.phone_last4) == ("3-2-1201", "")


def test_a_scanned_unit_code_does_not_stand_in_for_the_second_factor():
    story = Story.at_attract().plays(ConfigLoaded(config(second_factor=True)))
    story.plays(Scanned("3-2-1201"))
    assert story.screen is Screen.VERIFY and not story.did(LookUp)


@pytest.mark.parametrize(
    ("code", "says"),
    [
        (ErrorCode.UNIT_NOT_FOUND, Say.UNIT_NOT_FOUND),
        (ErrorCode.RATE_LIMITED, Say.TOO_MANY_TRIES),
        (ErrorCode.BILL_PAID, Say.ALREADY_PAID),
        (ErrorCode.NOT_FOUND, Say.BILL_GONE),
        (OFFLINE, Say.SERVER_AWAY),
    ],
)
def test_a_failed_lookup_says_why_and_keeps_what_was_typed(code, says):
    story = Story.at_attract().types("3", "2", "1201")
    story.plays(LookupFailed(story.visit.number, code, {"paid_on": "2026-11-03"}))
    assert (story.screen, story.visit.say) == (Screen.MESSAGE, says)
    story.taps(Action.BACK)
    assert story.screen is Screen.IDENTIFY
    assert story.visit.entry.of(2) == "1201"


def test_nothing_due_has_a_screen_of_its_own():
    story = Story.at_attract().types("3", "2", "1201")
    assert story.plays(AccountFound(story.visit.number, account())).screen is Screen.NOTHING_DUE


def test_the_answer_to_an_earlier_question_is_ignored():
    story = Story.at_attract().types("3", "2", "1201")
    asked = story.visit.number
    story.taps(Action.BACK)
    story.plays(AccountFound(asked, account(bill(10, 33208))))
    assert story.screen is Screen.ATTRACT
    assert story.visit.account is None


def test_a_community_may_ask_for_the_phones_last_four_digits():
    story = Story.at_attract(second_factor=True).types("3", "2", "1201")
    assert story.screen is Screen.VERIFY
    for digit in "6789":
        story.taps(Action.DIGIT, digit)
    story.taps(Action.NEXT)
    assert story.did(LookUp)[0].phone_last4 == "6789"
    story.plays(LookupFailed(story.visit.number, ErrorCode.SECOND_FACTOR_WRONG))
    assert (story.screen, story.visit.say) == (Screen.VERIFY, Say.PHONE_WRONG)


def test_bills_are_chosen_and_the_amount_follows():
    story = Story.at_bills()
    story.taps(Action.TOGGLE_BILL, "B202609-3-2-1201")
    assert story.visit.amount.minor == 33208
    story.taps(Action.SELECT_ALL)
    assert story.visit.amount.minor == 63208
    story.taps(Action.SELECT_ALL).taps(Action.PAY)
    assert story.screen is Screen.BILLS, "nothing selected, nothing to pay"


def test_no_more_bills_are_chosen_than_one_payment_takes():
    story = Story.at_attract().types("3", "2", "1201")
    many = [
        bill(9, 100).model_copy(update={"number": f"B{2000 + n}09-3-2-1201"})
        for n in range(BILLS_A_PAYMENT + 2)
    ]
    story.plays(AccountFound(story.visit.number, account(*many)))
    oldest = tuple(b.number for b in many[:BILLS_A_PAYMENT])
    assert story.visit.selected == oldest
    assert story.taps(Action.TOGGLE_BILL, many[-1].number).visit.selected == oldest
    assert story.taps(Action.SELECT_ALL).visit.selected == ()
    assert story.taps(Action.SELECT_ALL).visit.selected == oldest
    story.taps(Action.TOGGLE_BILL, oldest[0]).taps(Action.TOGGLE_BILL, many[-1].number)
    assert story.visit.selected == (*oldest[1:], many[-1].number)
    assert story.taps(Action.SELECT_ALL).visit.selected == ()
