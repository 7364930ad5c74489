"""What a resident sees, from the first touch to the receipt; each test is one story."""

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from contract.messages import CardData, ErrorCode, Method, PaymentState
from kiosk.core.capabilities import offers
from kiosk.core.effects import (
    AbortTerminal,
    ArmScanner,
    AskTerminal,
    CancelOrder,
    FollowOrder,
    LookUp,
    LookUpBill,
    MakeOrder,
    PrintReceipt,
    Record,
    RecordReceipt,
    Resolve,
)
from kiosk.core.events import (
    OFFLINE,
    AccountFound,
    CardAnswered,
    CardLost,
    CardNotAsked,
    ClockSeen,
    ConfigLoaded,
    DevicesSeen,
    LookupFailed,
    OrderFailed,
    OrderMade,
    OrderSeen,
    ReceiptPrinted,
    RecordingSeen,
    RecoveryDone,
    Scanned,
    ServerSeen,
    StopSeen,
    TerminalRead,
    Touched,
)
from kiosk.core.model import Action, Field, Say, Screen
from kiosk.core.session import seconds_left
from tests.kiosk.core.story import Story, account, bill, bill_url, config, devices


def states_recorded(story: Story) -> list[PaymentState]:
    return [effect.record.state for effect in story.did(Record)]


def test_a_scanned_bill_leads_to_its_unit_with_that_bill_selected():
    story = Story.at_attract().plays(Scanned(bill_url("B202610-3-2-1201")))
    (lookup,) = story.did(LookUpBill)
    assert lookup.code.unit == "3-2-1201"
    found = account(bill(9, 30000), bill(10, 33208))
    story.plays(AccountFound(story.visit.number, found, bill_number="B202610-3-2-1201"))
    assert story.screen is Screen.BILLS
    assert story.visit.selected == ("B202610-3-2-1201",)
    assert story.visit.amount.minor == 33208


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
    assert (entry.building, entry.entrance, entry.active) == ("123", "45", Field.ENTRANCE)
    for _ in range(3):
        story.taps(Action.BACKSPACE)
    assert (story.visit.entry.building, story.visit.entry.entrance) == ("12", "")


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
    assert story.visit.entry.room == "1201"


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


def test_wechat_pays_and_every_step_is_recorded_before_it_is_taken():
    story = Story.at_bills().taps(Action.PAY).taps(Action.METHOD, Method.WECHAT)
    assert [type(e) for e in story.effects[-2:]] == [Record, MakeOrder]
    story.plays(OrderMade(story.view(PaymentState.PENDING, code_url="weixin://x")))
    assert story.visit.code_url == "weixin://x"
    assert [type(e) for e in story.effects[-2:]] == [Record, FollowOrder]
    story.server_says(PaymentState.APPROVED)
    assert story.screen is Screen.PAID
    assert states_recorded(story) == ["created", "pending", "approved"]
    assert story.payment.channel_reference == "4200001"


def test_a_card_is_asked_only_after_the_order_holds_the_bills():
    story = Story.at_bills().taps(Action.PAY).taps(Action.METHOD, Method.CARD)
    assert story.did(AskTerminal) == []
    story.plays(OrderMade(story.view(PaymentState.PENDING)))
    assert [type(e) for e in story.effects[-2:]] == [Record, AskTerminal]
    story.terminal_says("approved")
    assert story.screen is Screen.PAID
    assert story.session.lobby.last_card.receipt_no == "0042"


def test_a_declined_card_leaves_another_way():
    story = Story.paying(Method.CARD).terminal_says("declined", "05")
    assert story.screen is Screen.DECLINED
    story.taps(Action.CHANGE_METHOD)
    assert story.screen is Screen.METHOD
    first = story.did(Record)[-1].record.payment_id
    story.taps(Action.METHOD, Method.ALIPAY)
    assert story.payment.payment_id != first


def test_an_expired_code_is_cancelled_before_anything_else_is_offered():
    story = Story.paying(Method.WECHAT).waits(181)
    assert story.visit.cancelling
    assert len(story.did(CancelOrder)) == 1
    story.server_says(PaymentState.CANCELLED)
    assert (story.screen, story.visit.say) == (Screen.MESSAGE, Say.PAYMENT_EXPIRED)
    assert story.taps(Action.UNDERSTOOD).screen is Screen.METHOD


def test_more_time_prolongs_the_code_up_to_the_orders_end():
    story = Story.paying(Method.WECHAT)
    for _ in range(10):
        story.taps(Action.MORE_TIME)
    assert story.visit.code_expires == story.visit.code_latest


def test_paid_while_being_cancelled_is_paid():
    story = Story.paying(Method.WECHAT).taps(Action.CANCEL_PAYMENT)
    assert story.server_says(PaymentState.APPROVED).screen is Screen.PAID


def test_a_cancellation_without_an_answer_is_not_called_cancelled():
    story = Story.paying(Method.WECHAT).taps(Action.CANCEL_PAYMENT).waits(21)
    assert story.screen is Screen.UNKNOWN
    assert states_recorded(story)[-1] == PaymentState.UNKNOWN
    assert len(story.did(Resolve)) == 1


def test_a_cancelled_card_payment_waits_for_the_terminals_word():
    story = Story.paying(Method.CARD).taps(Action.CHANGE_METHOD)
    assert len(story.did(AbortTerminal)) == 1
    assert story.screen is Screen.PAYING_CARD
    assert story.terminal_says("cancelled", "6C").screen is Screen.METHOD


def test_a_lost_card_answer_blocks_the_card_until_its_end_is_known():
    story = Story.paying(Method.CARD)
    lost = story.payment.payment_id
    story.plays(CardLost(lost, "silence"))
    assert story.screen is Screen.UNKNOWN
    story.taps(Action.UNDERSTOOD)
    assert story.screen is Screen.ATTRACT
    assert story.session.lobby.card_unresolved
    card = CardData(receipt_no="0042")
    story.plays(CardAnswered(lost, "approved", "recovered", card))
    assert not story.session.lobby.card_unresolved
    assert story.did(Record)[-1].record.state is PaymentState.APPROVED
    assert story.screen is Screen.PAID, "whoever paid may still be standing there"


def test_an_unanswered_order_falls_back_to_the_card_offline():
    story = Story.at_bills().taps(Action.PAY).taps(Action.METHOD, Method.CARD)
    story.plays(OrderFailed(story.payment.payment_id, OFFLINE))
    assert story.payment.offline
    assert len(story.did(AskTerminal)) == 1


def test_without_the_server_only_the_card_is_offered_up_to_its_limit():
    story = Story.at_bills().plays(ServerSeen(False)).taps(Action.PAY)
    story.taps(Action.METHOD, Method.WECHAT)
    assert (story.screen, story.visit.say) == (Screen.MESSAGE, Say.NO_METHOD)
    story.taps(Action.BACK).taps(Action.METHOD, Method.CARD)
    assert story.payment.offline
    over = Story.at_bills().with_lobby(offline_card_limit_minor=100)
    over.plays(ServerSeen(False)).taps(Action.PAY).taps(Action.METHOD, Method.CARD)
    assert over.did(AskTerminal) == []
    assert over.did(Record)[-1].record.state is PaymentState.CANCELLED


@pytest.mark.parametrize("code", [ErrorCode.BILL_LEASED, ErrorCode.AMOUNT_CHANGED])
def test_a_refused_order_is_cancelled_and_explained(code):
    story = Story.at_bills().taps(Action.PAY).taps(Action.METHOD, Method.WECHAT)
    story.plays(OrderFailed(story.payment.payment_id, code))
    assert story.screen is Screen.MESSAGE
    assert states_recorded(story) == ["created", "cancelled"]


def test_a_terminal_that_was_not_asked_costs_nothing():
    story = Story.paying(Method.CARD)
    story.plays(CardNotAsked(story.payment.payment_id, "device.not_reachable"))
    assert story.visit.say is Say.CHANNEL_UNAVAILABLE
    assert states_recorded(story)[-1] == PaymentState.CANCELLED


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


@pytest.mark.parametrize("at", ["bills", "method"])
def test_who_was_about_to_pay_is_told_that_nothing_can_be_recorded(at):
    story = Story.at_bills()
    if at == "method":
        story.taps(Action.PAY)
    story.plays(RecordingSeen(False))
    if at == "bills":
        assert story.taps(Action.TOGGLE_BILL, story.visit.selected[0]).screen is Screen.BILLS
        story.taps(Action.PAY)
    assert (story.screen, story.visit.say) == (Screen.MESSAGE, Say.CANNOT_RECORD)
    assert story.taps(Action.UNDERSTOOD).screen is Screen.OUT_OF_ORDER


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


def test_inactivity_returns_to_the_start_and_forgets_everything():
    story = Story.at_bills().taps(Action.LANGUAGE).taps(Action.LARGE_TEXT)
    story.taps(Action.LARGE_TEXT)
    assert seconds_left(story.session) == 60
    story.waits(30).plays(Touched())
    assert seconds_left(story.session) == 60
    story.waits(61)
    assert story.screen is Screen.ATTRACT
    visit = story.visit
    assert (visit.account, visit.selected, visit.payment, visit.language) == (
        None,
        (),
        None,
        "zh_CN",
    )
    assert visit.entry.room == ""


@pytest.mark.parametrize("method", [Method.WECHAT, Method.CARD])
def test_nobody_leaves_while_money_may_move(method):
    story = Story.paying(method)
    screen = story.screen
    story.taps(Action.END).taps(Action.BACK).taps(Action.DONE).waits(100)
    assert story.screen is screen
    story.taps(Action.HELP)
    assert story.screen is Screen.HELP
    story.taps(Action.BACK)
    assert story.screen is screen


def test_languages_change_on_every_screen_without_changing_it():
    for story in (Story.at_attract(), Story.at_bills(), Story.paying(Method.WECHAT)):
        screen = story.screen
        story.taps(Action.LANGUAGE)
        assert (story.screen, story.visit.language) == (screen, "en")


def test_the_lobby_says_what_it_can_do():
    story = Story.at_attract().loses("card_terminal").plays(ServerSeen(False))
    assert story.screen is Screen.OUT_OF_ORDER, "nothing is left to pay with"
    assert story.plays(ServerSeen(True)).screen is Screen.ATTRACT


def test_no_money_is_taken_that_cannot_be_recorded():
    story = Story.at_bills().taps(Action.PAY).taps(Action.METHOD, Method.WECHAT)
    story.plays(RecordingSeen(False))
    assert (story.screen, story.visit.say) == (Screen.MESSAGE, Say.CANNOT_RECORD)
    assert story.taps(Action.UNDERSTOOD).screen is Screen.OUT_OF_ORDER
    assert story.plays(RecordingSeen(True)).screen is Screen.ATTRACT


def test_a_kiosk_that_does_not_know_the_time_takes_no_card_without_the_server():
    story = Story.at_bills().taps("end").plays(ServerSeen(False))
    assert offers(story.session.lobby).methods == (Method.CARD,)
    assert story.plays(ClockSeen(False)).screen is Screen.OUT_OF_ORDER
    story.plays(ServerSeen(True))
    assert Method.CARD in offers(story.session.lobby).methods


def test_a_stopped_kiosk_takes_no_money_until_it_is_released():
    story = Story.at_bills().taps("pay").plays(StopSeen("twin"))
    story.taps("method", Method.WECHAT)
    assert (story.screen, story.visit.payment) == (Screen.MESSAGE, None)
    story.taps("end")
    assert story.screen is Screen.OUT_OF_ORDER
    assert story.plays(StopSeen("")).screen is Screen.ATTRACT


def test_who_is_paying_when_the_kiosk_is_stopped_is_served_to_the_end():
    story = Story.paying(Method.CARD).plays(StopSeen("behind"))
    assert story.screen is Screen.PAYING_CARD
    story.plays(CardAnswered(story.visit.payment.payment_id, "approved", "00", CardData()))
    assert story.screen is Screen.PAID
    story.taps("done")
    assert story.screen is Screen.OUT_OF_ORDER


def test_a_payment_confirmed_after_a_restart_is_shown_to_whoever_waits():
    before = Story.paying(Method.WECHAT)
    after = Story().with_lobby(unresolved=(before.payment,))
    view = before.view(PaymentState.APPROVED, 3)
    after.plays(ConfigLoaded(config()), ServerSeen(True), OrderSeen(view), RecoveryDone())
    assert (after.screen, after.visit.say) == (Screen.PAID, Say.RESUMED)
    assert len(after.did(Record)) == 1
    after.plays(OrderSeen(view))
    assert len(after.did(Record)) == 1, "the same news twice is one fact"


def test_the_scanner_listens_only_where_a_bill_is_wanted():
    story = Story.at_attract()
    assert story.did(ArmScanner)[-1].on
    story.types("3", "2", "1201")
    assert not story.did(ArmScanner)[-1].on


def test_an_order_given_up_before_it_was_made_is_ended_and_never_waited_for_without_end():
    story = Story.at_bills().taps(Action.PAY).taps(Action.METHOD, Method.WECHAT)
    story.taps(Action.CANCEL_PAYMENT)
    story.plays(OrderMade(story.view(PaymentState.PENDING, code_url="weixin://x")))
    assert len(story.did(CancelOrder)) == 1
    assert story.visit.code_url == "", "its code is not shown"
    story.waits(21)
    assert story.screen is Screen.UNKNOWN
    assert story.session.lobby.unresolved == (story.payment,)


def test_a_payment_that_can_no_longer_be_recorded_is_not_forgotten():
    story = Story.paying(Method.CARD).plays(RecordingSeen(False))
    assert story.screen is Screen.UNKNOWN
    assert [r.payment_id for r in story.session.lobby.unresolved] == [story.payment.payment_id]
    assert len(story.did(Resolve)) == 1
    story.plays(RecordingSeen(False))
    assert len(story.did(Resolve)) == 1


def test_no_card_is_taken_before_the_terminal_told_what_it_holds():
    story = Story.at_bills().with_lobby(terminal_known=False).taps(Action.PAY)
    story.taps(Action.METHOD, Method.CARD)
    assert story.visit.say is Say.NO_METHOD
    story.plays(TerminalRead(None)).taps(Action.BACK).taps(Action.METHOD, Method.CARD)
    assert story.payment.method is Method.CARD


def test_who_walks_away_from_help_does_not_leave_the_kiosk_waiting_for_ever():
    story = Story.paying(Method.CARD)
    story.plays(CardLost(story.payment.payment_id, "silence")).taps(Action.HELP)
    assert story.screen is Screen.HELP
    assert story.waits(200).screen is Screen.ATTRACT
    assert len(story.session.lobby.unresolved) == 1, "recovery goes on asking"


def test_an_unrecordable_payment_is_left_to_recovery_and_not_cancelled_over_and_over():
    story = Story.paying(Method.WECHAT).plays(RecordingSeen(False)).waits(400)
    assert story.did(CancelOrder) == []
    assert story.screen is Screen.OUT_OF_ORDER
