"""Paying by the code on the resident's phone: charged once, never guessed, kept nowhere."""

import pytest

from contract.messages import ErrorCode, Method, PaymentState
from kiosk.core.effects import ArmScanner, CancelOrder, FollowOrder, MakeOrder, Record, Resolve
from kiosk.core.events import NIGHT_LIMIT, OFFLINE, AccountFound, OrderFailed, OrderMade, Scanned
from kiosk.core.model import Action, Say, Screen
from tests.kiosk.core.story import Story, account, bill, bill_url

WECHAT_CODE = "134567890123456789"
FRESH_CODE = "134567890123456780"
ALIPAY_CODE = "2812345678901234"
WALLETS = [Method.WECHAT, Method.ALIPAY]


def at_method(**changes: object) -> Story:
    story = Story.at_attract(payment_codes=WALLETS, **changes).types("3", "2", "1201")
    story.plays(AccountFound(story.visit.number, account(bill(9, 30000), bill(10, 33208))))
    return story.taps(Action.PAY)


def charged(code: str = WECHAT_CODE) -> Story:
    story = at_method().plays(Scanned(code))
    assert story.screen is Screen.PAYING_CODE
    return story


def recorded(story: Story) -> list[PaymentState]:
    return [e.record.state for e in story.did(Record)]


@pytest.mark.parametrize(
    ("code", "method"), [(WECHAT_CODE, Method.WECHAT), (ALIPAY_CODE, Method.ALIPAY)]
)
def test_a_phone_held_to_the_scanner_is_charged_after_its_intention_is_recorded(code, method):
    story = charged(code)
    assert story.payment.method is method
    assert story.payment.with_payment_code
    assert recorded(story) == [PaymentState.CREATED, PaymentState.PENDING]
    asked = [i for i, e in enumerate(story.effects) if isinstance(e, Record)][-1]
    assert asked < story.effects.index(story.did(MakeOrder)[0])
    assert story.did(MakeOrder)[0].payment_code == code


def test_the_code_is_in_no_record_and_in_nobodys_repr():
    story = charged()
    for effect in story.did(Record):
        assert WECHAT_CODE not in effect.record.model_dump_json()
    assert WECHAT_CODE not in repr(story.session) + repr(story.effects)


def test_paid_at_once():
    story = charged()
    story.plays(OrderMade(story.view(PaymentState.APPROVED)))
    assert story.screen is Screen.PAID
    assert recorded(story)[-1] is PaymentState.APPROVED


def test_the_phone_asks_for_a_password_and_then_it_is_paid():
    story = charged()
    story.plays(OrderMade(story.view(PaymentState.PENDING)))
    assert story.did(FollowOrder)
    assert story.screen is Screen.PAYING_CODE
    assert story.server_says(PaymentState.APPROVED).screen is Screen.PAID


@pytest.mark.parametrize("code", [OFFLINE, ErrorCode.INTERNAL, ErrorCode.KIOSK_STOPPED, "new"])
def test_no_answer_is_not_a_no(code):
    story = charged()
    story.plays(OrderFailed(story.payment.payment_id, code))
    assert story.screen is Screen.UNKNOWN
    assert len(story.did(Resolve)) == 1
    assert len(story.did(MakeOrder)) == 1


@pytest.mark.parametrize(
    ("code", "what"),
    [
        (ErrorCode.BILL_LEASED, Say.BILL_LEASED),
        (ErrorCode.AMOUNT_CHANGED, Say.AMOUNT_CHANGED),
        (ErrorCode.CHANNEL_UNAVAILABLE, Say.CHANNEL_UNAVAILABLE),
        (NIGHT_LIMIT, Say.NIGHT_LIMIT),
    ],
)
def test_a_refusal_before_the_charge_ends_it(code, what):
    story = charged()
    story.plays(OrderFailed(story.payment.payment_id, code))
    assert (story.screen, story.visit.say) == (Screen.MESSAGE, what)
    assert recorded(story)[-1] is PaymentState.CANCELLED


def test_a_refused_code_is_not_tried_again_and_a_fresh_one_is():
    story = charged()
    declined = story.view(PaymentState.DECLINED, reason="code_expired")
    story.plays(OrderMade(declined))
    assert story.screen is Screen.DECLINED
    assert story.payment.reason == "code_expired"
    story.plays(Scanned(WECHAT_CODE))
    assert (story.screen, len(story.did(MakeOrder))) == (Screen.DECLINED, 1)
    story.taps(Action.CHANGE_METHOD).plays(Scanned(WECHAT_CODE))
    assert (story.screen, story.visit.say) == (Screen.MESSAGE, Say.CODE_USED)
    story.plays(Scanned(FRESH_CODE))
    assert story.screen is Screen.PAYING_CODE
    first, second = story.did(MakeOrder)
    assert first.record.payment_id != second.record.payment_id


def test_our_code_is_on_the_screen_and_the_phone_is_held_out_instead():
    """One order at a time: the shown one ends first, then the phone is charged under another number."""
    story = at_method().taps(Action.METHOD, Method.WECHAT)
    story.plays(OrderMade(story.view(PaymentState.PENDING, code_url="weixin://pay?pr=1")))
    story.plays(Scanned(WECHAT_CODE))
    assert story.visit.cancelling
    assert len(story.did(CancelOrder)) == len(story.did(MakeOrder)) == 1
    story.server_says(PaymentState.CANCELLED)
    assert story.screen is Screen.PAYING_CODE
    assert len(story.did(MakeOrder)) == 2
    assert not story.visit.next_code


def test_the_shown_code_was_paid_after_all_and_the_phone_is_left_alone():
    story = at_method().taps(Action.METHOD, Method.WECHAT)
    story.plays(OrderMade(story.view(PaymentState.PENDING, code_url="weixin://pay?pr=1")))
    story.plays(Scanned(WECHAT_CODE)).server_says(PaymentState.APPROVED)
    assert story.screen is Screen.PAID
    assert len(story.did(MakeOrder)) == 1
    assert not story.visit.next_code


def test_the_end_of_the_shown_code_is_not_known_and_the_phone_is_left_alone():
    story = at_method().taps(Action.METHOD, Method.WECHAT)
    story.plays(OrderMade(story.view(PaymentState.PENDING, code_url="weixin://pay?pr=1")))
    story.plays(Scanned(WECHAT_CODE)).waits(21)
    assert story.screen is Screen.UNKNOWN
    assert len(story.did(MakeOrder)) == 1
    assert not story.visit.next_code


def test_cancelled_by_the_resident_it_waits_for_the_servers_word():
    story = charged()
    story.plays(OrderMade(story.view(PaymentState.PENDING))).taps(Action.CANCEL_PAYMENT)
    assert len(story.did(CancelOrder)) == 1
    assert story.waits(30).screen is Screen.PAYING_CODE
    assert story.server_says(PaymentState.CANCELLED).visit.say is Say.PAYMENT_CANCELLED


def test_cancelled_before_the_server_had_it():
    story = charged().taps(Action.CANCEL_PAYMENT)
    story.plays(OrderMade(story.view(PaymentState.PENDING)))
    assert len(story.did(CancelOrder)) == 2
    assert story.server_says(PaymentState.APPROVED).screen is Screen.PAID, "it was too late"


def test_the_phone_is_not_waited_for_without_end():
    story = charged()
    story.plays(OrderMade(story.view(PaymentState.PENDING))).waits(91)
    assert story.visit.cancelling
    assert story.waits(46).screen is Screen.UNKNOWN


def test_a_bill_held_out_where_a_phone_is_expected_gets_an_answer():
    story = at_method().plays(Scanned(bill_url("B202609-3-2-1201")))
    assert (story.screen, story.visit.say) == (Screen.MESSAGE, Say.CODE_NOT_FOR_PAYING)
    assert story.taps(Action.BACK).screen is Screen.METHOD


def test_before_there_is_anything_to_pay_nothing_is_charged():
    story = Story.at_attract(payment_codes=WALLETS).plays(Scanned(WECHAT_CODE))
    assert (story.screen, story.visit.say) == (Screen.MESSAGE, Say.CODE_IS_PAYMENT)
    assert not story.did(MakeOrder)


def test_where_the_company_has_no_contract_for_it_the_scanner_does_not_listen():
    story = Story.at_bills().taps(Action.PAY).plays(Scanned(WECHAT_CODE))
    assert story.screen is Screen.METHOD
    assert not story.did(MakeOrder)
    armed = [e.on for e in story.did(ArmScanner)]
    assert armed[-1] is False


def test_another_wallet_than_the_company_has():
    story = at_method()
    config = story.session.lobby.config
    assert config is not None
    story.with_lobby(config=config.model_copy(update={"payment_codes": [Method.WECHAT]}))
    story.plays(Scanned(ALIPAY_CODE))
    assert (story.screen, story.visit.say) == (Screen.MESSAGE, Say.NO_METHOD)
    assert not story.did(MakeOrder)


def test_a_bill_whose_payment_is_in_doubt_is_not_paid_again():
    story = charged()
    story.plays(OrderFailed(story.payment.payment_id, OFFLINE)).taps(Action.UNDERSTOOD)
    story.types("3", "2", "1201")
    story.plays(AccountFound(story.visit.number, account(bill(9, 30000), bill(10, 33208))))
    story.taps(Action.PAY).taps(Action.METHOD, Method.CARD)
    assert (story.screen, story.visit.say) == (Screen.MESSAGE, Say.BEING_CONFIRMED)
