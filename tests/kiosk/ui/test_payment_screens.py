"""What the screens of a unit's payments say, from the session alone."""

from dataclasses import replace

from kiosk.core.model import Say
from kiosk.core.step import with_visit
from kiosk.ui.gallery.scenes import scenes
from kiosk.ui.screens import payment, payments


def test_what_the_unit_has_paid_says_what_became_of_it():
    rows = payments.present(scenes()["payments"]).rows
    assert [row.became for row in rows[:6]] == ["", "", "已退回 ￥50.00", "", "", "已全部退回"]
    assert [row.way for row in rows[:5]] == [
        "微信支付 · 自助机 K03",
        "支付宝 · 手机缴费",
        "银行卡 · 自助机 K01",
        "现金 · 物业前台",
        "预存款 · 自动抵扣",
    ]
    assert rows[3].about == "预存款"


def test_who_has_no_page_on_the_phone_is_not_sent_to_it():
    cash = payment.present(scenes()["payment-counter"])
    assert (cash.phone, cash.can_print, cash.invoice) == (False, False, False)
    assert "扫码" not in cash.told and "物业前台" in cash.told and cash.no_invoice


def test_without_paper_elder_people_are_told_first_what_became_of_the_money():
    """There is room for one of both."""
    counter = scenes()["payment-counter"]
    back = scenes()["payment-part-returned"].visit.asking
    story = with_visit(
        counter, asking=back, say=None, access=replace(counter.visit.access, elder=True)
    )
    view = payment.present(story)
    assert (view.became, view.told, view.can_print) == ("已退回 ￥50.00", "", False)
    assert payment.present(with_visit(story, say=Say.NOT_PRINTED)).told, (
        "what was touched is answered"
    )
    assert payment.present(with_visit(story, access=counter.visit.access)).told
