"""What elder mode says of bills, and how bills that are no month's own are told."""

from dataclasses import replace

from contract.messages import Method, PaymentState
from kiosk.core.model import Access, Screen
from kiosk.core.receipt import Line, lay_out
from kiosk.texts.receipt_words import speech
from kiosk.ui.gallery import samples
from kiosk.ui.gallery.scenes import scenes, session
from kiosk.ui.screens import bills, explain
from kiosk.ui.screens.base import screen_class
from kiosk.ui.screens.elder_bills import present as elder_view


def elder(scene):
    return replace(scene, visit=replace(scene.visit, access=Access(elder=True)))


def test_elder_mode_shows_all_that_is_due_as_one_amount_made_of_its_fees():
    scene = elder(session(Screen.BILLS, selected=()))
    assert screen_class(scene).__name__ == "ElderBillsScreen"
    view = elder_view(scene)
    assert view.amount == "￥1,319.03"
    assert ("物业服务费  9月至11月", "￥996.24") in view.fees
    assert ("车位管理费  9月、10月", "￥300.00") in view.fees
    assert ("违约金  9月", "￥4.32") in view.fees
    pence = [round(100 * float(sum_[1:].replace(",", ""))) for _, sum_ in view.fees]
    assert sum(pence) == 131903


def test_bills_that_are_no_months_own_are_told_by_their_names_or_not_at_all():
    shown = scenes()
    rows = bills.present(shown["bills-titled"]).rows
    assert [row.title for row in rows] == [b.title.zh for b in samples.TITLED]
    assert explain.present(shown["explain-titled"]).title == samples.TITLED[0].title.zh
    fees = dict(elder_view(elder(shown["bills-titled"])).fees)
    assert fees["物业服务费"] == "￥996.24"
    assert not any("套餐" in name or "至" in name for name in fees)
    mixed = [samples.TITLED[0], *samples.BILLS[1:]]
    account = samples.ACCOUNT.model_copy(update={"bills": mixed})
    scene = elder(session(Screen.BILLS, account=account))
    assert dict(elder_view(scene).fees)["物业服务费"] == "￥996.24"


def test_elder_mode_shows_bills_one_by_one_when_asked_or_when_one_cannot_be_paid():
    asked = elder(session(Screen.BILLS, itemised=True))
    waits = elder(session(Screen.BILLS, waiting=(samples.BILLS[0],)))
    assert {screen_class(s).__name__ for s in (asked, waits)} == {"BillsScreen"}


def test_bills_of_a_unit_that_went_into_this_one_are_named_with_it():
    shown = scenes()["bills-merged"]
    titles = [row.title for row in bills.present(shown).rows]
    assert titles[0] == "3-2-1202 · 2026年9月" and titles[1] == "2026年9月"
    assert [row.month for row in bills.present(shown).rows][:2] == [
        "3-2-1202 2026年9月",
        "2026年9月",
    ]
    assert explain.present(scenes()["explain-merged"]).subtitle == "3栋2单元1202"
    fees = dict(elder_view(elder(shown)).fees)
    assert fees["3-2-1202 · 车位管理费  9月"] == "￥150.00"
    assert fees["车位管理费  9月、10月"] == "￥300.00"
    record = samples.record(Method.WECHAT, PaymentState.APPROVED, bills=samples.MERGED)
    receipt = lay_out(record, samples.CONFIG.community, speech("zh_CN"))
    named = [b.right for b in receipt.blocks if isinstance(b, Line) and "1202" in b.right]
    assert named[0] == "3栋2单元1202"
