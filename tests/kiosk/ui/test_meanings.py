"""What a screen says at a glance: its sign, its main action, how far one has come, what works instead."""

from dataclasses import replace

import pytest

from kiosk.core.model import Say, Screen
from kiosk.texts.catalogue import say
from kiosk.ui.gallery.scenes import paid, scenes, session
from kiosk.ui.screens import message, out_of_order
from kiosk.ui.screens.paid import present as paid_view
from kiosk.ui.widgets.bars import STEPS


def test_only_what_is_paid_or_printed_has_a_tick_and_signs_differ_by_meaning():
    signs = {
        what: (view.icon, view.tone)
        for what in Say
        for view in [message.present(session(Screen.MESSAGE, say=what))]
    }
    ticked = {what for what, (icon, tone) in signs.items() if icon == "check" or tone == "good"}
    assert ticked == {Say.ALREADY_PAID, Say.PRINTED, Say.RESUMED}
    cancelled, doubtful, returned, unread, typed = (
        signs[what]
        for what in (
            Say.PAYMENT_CANCELLED,
            Say.BEING_CONFIRMED,
            Say.PAYMENT_REVERSED,
            Say.CODE_NOT_OURS,
            Say.UNIT_NOT_FOUND,
        )
    )
    assert len({cancelled, doubtful, returned, unread, typed, signs[Say.SERVER_AWAY]}) == 6


@pytest.mark.parametrize(
    ("scene", "main"),
    [
        ("paid", "print"),
        ("paid-printed", "done"),
        ("paid-no-printer", "phone"),
        ("paid-not-printed", "phone"),
    ],
)
def test_the_paid_screen_has_one_main_action(scene, main):
    assert paid_view(scenes()[scene]).main == main


def test_out_of_order_says_what_works_instead_at_this_hour_and_what_is_in_doubt():
    view = out_of_order.present(scenes()["out-of-order-unconfirmed"])
    assert (view.call, view.phone) == ("现在请打值班电话", "138-5555-0123")
    assert "8:30" in view.hours and "K03-000417" in view.unconfirmed
    day = out_of_order.present(scenes()["out-of-order"])
    assert (day.call, day.phone, day.unconfirmed) == ("请打物业电话", "0571-5555-0123", "")
    assert "不能缴费" in day.bill_on_phone, "the phone shows a bill and takes no money"


def test_out_of_order_does_not_say_that_phones_take_no_money_where_they_do():
    session = scenes()["out-of-order"]
    config = session.lobby.config.model_copy(update={"phone_pays": True})
    paying = replace(session, lobby=replace(session.lobby, config=config))
    assert out_of_order.present(paying).bill_on_phone == ""


def test_progress_names_its_steps_in_both_languages():
    for language in ("zh_CN", "en"):
        names = [say(language, id) for id in STEPS]
        assert len(set(names)) == len(names) == 5


@pytest.mark.parametrize(
    ("why", "told"),
    [
        ("paper", "没有纸了，小票没有打出来。物业已收到通知。"),
        ("cover", "打印机的盖子没有合好，小票没有打出来。物业已收到通知。"),
        ("copies", "这笔的小票已打印三张，不能再打。需要时请到物业前台。"),
        ("other", "小票没有打出来"),
    ],
)
def test_paid_says_why_the_receipt_did_not_come(why, told):
    assert paid_view(paid(say=Say.NOT_PRINTED, paper_trouble=why)).told == told
