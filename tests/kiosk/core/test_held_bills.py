"""Bills that may be paid already, although whoever told of them says that they are due."""

import pytest

from contract.messages import Method, PaymentState, Text
from kiosk.core.effects import Record
from kiosk.core.events import AccountFound, BillsHeld
from kiosk.core.model import Action, Say, Screen
from kiosk.ui.screens.bills import WaitingRow, present
from tests.kiosk.core.story import Story, account, bill

NINE, TEN, ELEVEN = bill(9, 30000), bill(10, 33208), bill(11, 100)
PAID = Story.paying(Method.CARD).terminal_says("approved").payment
UNSURE = PAID.model_copy(update={"state": PaymentState.UNKNOWN})


def found(*bills, held=(), number="") -> Story:
    story = Story.at_attract().types("3", "2", "1201")
    return story.plays(
        AccountFound(story.visit.number, account(*bills), held=tuple(held), bill_number=number)
    )


def test_what_was_paid_here_is_not_listed_and_it_is_said():
    story = found(NINE, TEN, ELEVEN, held=[PAID])
    assert (story.screen, story.visit.waiting) == (Screen.BILLS, ())
    assert (story.visit.selected, story.visit.amount.minor) == ((ELEVEN.number,), 100)
    assert "刚在本机缴清" in present(story.session).note
    assert present(found(NINE).session).note == ""


def test_what_is_in_doubt_stays_in_sight_and_cannot_be_chosen():
    story = found(NINE, TEN, ELEVEN, held=[UNSURE])
    assert (story.visit.selected, story.visit.amount.minor) == ((ELEVEN.number,), 100)
    view = present(story.session)
    assert [row.title for row in view.rows] == ["2026年9月", "2026年10月", "2026年11月"]
    waits = [row for row in view.rows if isinstance(row, WaitingRow)]
    assert [row.told for row in waits] == [f"付款确认中 {UNSURE.reference}"] * 2
    for action in (Action.TOGGLE_BILL, Action.EXPLAIN):
        assert story.taps(action, NINE.number).visit.selected == (ELEVEN.number,)
    assert story.screen is Screen.BILLS
    story.taps(Action.SELECT_ALL).taps(Action.SELECT_ALL)
    assert story.visit.selected == (ELEVEN.number,)


def test_a_unit_whose_every_bill_was_paid_here_owes_nothing():
    assert found(NINE, TEN, held=[PAID]).screen is Screen.NOTHING_DUE


@pytest.mark.parametrize("held", [[UNSURE], [PAID, UNSURE]])
def test_a_unit_of_which_nobody_knows_is_not_told_that_it_owes_nothing(held):
    story = found(NINE, TEN, held=held)
    view = present(story.session)
    assert (story.screen, view.due, view.main_action) == (Screen.BILLS, 0, "view_result")
    assert story.taps(Action.PAY).screen is Screen.BILLS
    assert story.taps(Action.BACK).screen is Screen.IDENTIFY


@pytest.mark.parametrize(("record", "shows"), [(PAID, Screen.PAID), (UNSURE, Screen.UNKNOWN)])
def test_of_the_bill_in_the_hand_its_payment_is_shown(record, shows):
    story = found(NINE, TEN, ELEVEN, held=[record], number=TEN.number)
    assert (story.screen, story.payment, story.visit.amount.minor) == (shows, record, 63208)
    assert story.taps(Action.BACK).screen is Screen.BILLS
    story = found(NINE, TEN, ELEVEN, held=[record], number=ELEVEN.number)
    assert (story.screen, story.visit.selected) == (Screen.BILLS, (ELEVEN.number,))


ELSEWHERE = TEN.model_copy(update={"held": True})


@pytest.mark.parametrize("offline", [False, True])
def test_what_the_server_holds_is_offered_neither_by_it_nor_from_the_copy(offline):
    story = Story.at_attract().types("3", "2", "1201")
    told = account(NINE, ELSEWHERE)
    story = story.plays(AccountFound(story.visit.number, told, offline=offline))
    assert (story.screen, story.visit.selected) == (Screen.BILLS, (NINE.number,))
    (row, *_) = [row for row in present(story.session).rows if isinstance(row, WaitingRow)]
    assert "不是在本机付的" in row.told
    assert not story.taps(Action.BACK).visit.waiting


def test_a_bill_in_the_hand_or_all_of_them_held_elsewhere_are_being_confirmed():
    for story in (found(NINE, ELSEWHERE, number=TEN.number), found(ELSEWHERE)):
        assert (story.screen, story.visit.selected) == (Screen.BILLS, ())
        assert "请不要再付" in present(story.session).note


def test_who_cannot_touch_is_told_in_one_sentence():
    story = Story.at_attract().types("3", "2", "1201").loses("touch")
    event = AccountFound(story.visit.number, account(ELSEWHERE), bill_number=TEN.number)
    assert story.plays(event).visit.say is Say.BEING_CONFIRMED


def test_what_was_paid_here_is_known_to_be_paid_though_the_server_cannot_know_it_yet():
    assert found(ELSEWHERE, held=[PAID]).screen is Screen.NOTHING_DUE
    assert found(ELSEWHERE, held=[PAID], number=TEN.number).screen is Screen.PAID


def test_a_bill_that_took_anothers_place_is_held_for_it():
    again = TEN.model_copy(update={"number": "202610-2"})
    assert found(again, ELEVEN, held=[PAID]).visit.selected == (ELEVEN.number,)


def test_what_the_last_resident_was_not_offered_is_forgotten_with_the_visit():
    story = found(NINE, ELEVEN, held=[PAID]).taps(Action.BACK)
    assert (story.visit.held, story.visit.acknowledged) == ((), 0)


@pytest.mark.parametrize(("record", "shows"), [(PAID, Screen.PAID), (UNSURE, Screen.UNKNOWN)])
def test_a_payment_that_the_journal_did_not_let_begin_is_explained(record, shows):
    story = found(NINE, TEN).taps(Action.PAY).plays(BillsHeld((record,)))
    assert (story.screen, story.payment) == (shows, record)
    assert story.taps(Action.BACK).screen is Screen.IDENTIFY, "the bills are read again"
    assert not story.did(Record)


def test_the_journals_no_ends_nothing_that_has_begun():
    story = Story.paying(Method.CARD)
    before = story.session.visit
    story.plays(BillsHeld((PAID,)))
    assert story.session.visit == before
    assert Story.at_attract().plays(BillsHeld((PAID,))).screen is Screen.ATTRACT


def titled(month: int, number: str, **more):
    return bill(month, 5000).model_copy(
        update={"number": number, "title": Text(zh="第1期，共2期", en="Instalment 1 of 2")} | more
    )


def test_a_bill_with_a_title_is_another_than_the_months_own():
    story = found(NINE, titled(9, "I1-1"), held=[UNSURE])
    rows = present(story.session).rows
    assert {row.title for row in rows} == {"2026年9月", "第1期，共2期"}
    assert story.visit.selected == ("I1-1",)


def test_a_bill_that_stands_for_one_in_doubt_waits_with_it():
    stands = titled(12, "I1-1", replaces=[NINE.number])
    story = found(stands, ELEVEN, held=[UNSURE])
    assert story.visit.selected == (ELEVEN.number,)
    assert isinstance(present(story.session).rows[-1], WaitingRow)
