"""What each screen says, from the session alone: pure, without a window."""

import re
from dataclasses import replace
from pathlib import Path

import pytest
from kivy.properties import Property
from kivy.uix.widget import Widget

from contract.messages import BILLS_A_PAYMENT, Method, PaymentState
from contract.methods import METHODS
from kiosk.core.model import AS_USUAL, Access, CardProgress, Say, Screen
from kiosk.ui import formatting
from kiosk.ui.frame import present as frame
from kiosk.ui.gallery import samples
from kiosk.ui.gallery.scenes import paid, paying, scenes, session, with_code
from kiosk.ui.palette import rgba
from kiosk.ui.screens import (
    attract,
    bills,
    declined,
    explain,
    message,
    method,
    nothing_due,
    paying_card,
    paying_qr,
    services,
    staff,
    unknown,
)
from kiosk.ui.screens.base import screen_class
from kiosk.ui.screens.paid import present as paid_view

UI = Path(formatting.__file__).parent


def in_english(scene):
    return replace(scene, visit=replace(scene.visit, language="en"))


@pytest.mark.parametrize("screen", list(Screen))
def test_there_is_a_class_for_every_screen(screen):
    assert screen_class(session(screen)).present is not None


def test_the_gallery_shows_every_screen_and_everything_that_is_said():
    shown = scenes()
    assert {s.visit.screen for s in shown.values()} == set(Screen)
    said = {s.visit.say for s in shown.values() if s.visit.screen is Screen.MESSAGE}
    assert said == set(Say)


@pytest.mark.parametrize("language", ["zh_CN", "en"])
@pytest.mark.parametrize("access", [AS_USUAL, Access(elder=True)])
def test_every_scene_can_be_said(language, access):
    for scene in scenes(language, access).values():
        screen_class(scene).present(scene)
        frame(scene)


def test_what_a_layout_shows_is_bound_to_the_view():
    """A layout is worked out anew by the properties that it names; what a call reads it does not know."""
    values = re.compile(r"^\s+(?!on_)[a-z_]+:.*\broot\.(?!say\(|words\()[a-z_]+\(", re.MULTILINE)
    for path in UI.rglob("*.kv"):
        assert values.findall(path.read_text("utf-8")) == [], path.name


@pytest.mark.parametrize(("now", "where"), [(960, (0, 0)), (1020, (5, 0)), (1080, (5, 5))])
def test_the_picture_of_an_empty_lobby_moves_a_little_each_minute(now, where):
    scene = replace(scenes()["attract"], now=now)
    assert frame(scene).shift == where
    assert frame(replace(scenes()["bills"], now=now)).shift == (0, 0)


def test_simulated_devices_are_named_on_every_screen_and_only_then():
    real = replace(session(Screen.BILLS), lobby=samples.lobby(simulated=False))
    assert frame(real).simulated == ""
    assert all("不是真的收款" in frame(s).simulated for s in scenes().values() if s.lobby.simulated)


def test_notices_take_turns():
    scene = scenes()["attract"]
    views = [attract.present(replace(scene, now=at)) for at in (0.0, 7.9, 8.0, 16.0)]
    assert [v.notice_dots for v in views] == ["●○", "●○", "○●", "●○"]
    assert views[0].notice_title == "周六上午九点，中心广场义诊"


def test_what_does_not_work_is_said_before_anything_is_started():
    no_card = attract.present(scenes()["attract-no-paper-no-card"])
    assert [head for head, _ in no_card.troubles] == [
        "银行卡暂时不能用。",
        "现在缺纸，不能打印小票。",
    ]
    assert no_card.troubles[0][1] == "请用微信支付、支付宝。"
    no_server = attract.present(scenes()["attract-no-server"])
    assert no_server.troubles[0][0] == "网络中断，手机扫码付款暂时不能用。"
    assert not attract.present(scenes()["attract-no-scan"]).scan


def test_a_bill_says_month_lines_lateness_and_amount():
    view = bills.present(scenes()["bills"])
    assert (view.title, view.subtitle) == ("应缴 3 笔", "3栋2单元1201 · 王*明")
    first = view.rows[0]
    assert first.title == "2026年9月"
    assert first.lines.splitlines()[0] == "物业服务费  118.60㎡ × 2.80元"
    assert first.tag == "已逾期 40 天，含违约金 ￥4.32"
    assert (first.amount, view.total) == ("￥486.40", "￥986.95")
    assert [row.selected for row in view.rows] == [True, True, False]


def test_a_bill_in_english():
    view = bills.present(in_english(scenes()["bills"]))
    assert view.rows[1].title == "October 2026"
    assert view.rows[1].lines.splitlines()[1] == "Shared electricity  29.93 kWh × ¥0.617"


def test_a_bill_of_many_lines_says_how_many_are_left_out():
    row = bills.present(scenes()["bills-twelve"]).rows[0]
    assert (len(row.lines.splitlines()), row.more) == (2, "另有 2 项")


def test_nothing_chosen_cannot_be_paid():
    view = bills.present(scenes()["bills-none-chosen"])
    assert (view.payable, view.selected, view.total) == (False, "请选择要缴的账单", "￥0.00")


def test_as_many_bills_as_one_payment_takes_are_all_of_them():
    scene = scenes()["bills"]
    one = scene.visit.account.bills[0]
    many = [one.model_copy(update={"number": f"B{n}"}) for n in range(BILLS_A_PAYMENT + 1)]
    account = scene.visit.account.model_copy(update={"bills": many})
    chosen = tuple(bill.number for bill in many[:BILLS_A_PAYMENT])
    visit = replace(scene.visit, account=account, selected=chosen)
    assert bills.present(replace(scene, visit=visit)).all_selected
    fewer = replace(visit, selected=chosen[1:])
    assert not bills.present(replace(scene, visit=fewer)).all_selected


def test_the_explanation_adds_up_to_the_bill():
    view = explain.present(scenes()["explain-late"])
    assert [(line.name, line.amount) for line in view.lines] == [
        ("物业服务费", "￥332.08"),
        ("车位管理费 B2-117", "￥150.00"),
        ("违约金", "￥4.32"),
    ]
    assert view.total == "￥486.40"


def test_the_months_before_are_shares_of_the_highest():
    line = explain.present(scenes()["explain"]).lines[1]
    assert line.months[0] == ("5月", "14.90", 1490 / 2310)
    assert max(share for _, _, share in line.months) == 1.0


@pytest.mark.parametrize(
    ("scene", "way", "reason"),
    [
        ("method-no-server", "wechat", "网络中断，暂时不能用"),
        ("method-no-server", "card", "网络中断时，每笔刷卡最多 ￥1,000.00"),
        ("method-no-card", "card", "刷卡机暂时不能用"),
    ],
)
def test_a_way_to_pay_that_does_not_work_stays_and_says_why(scene, way, reason):
    choices = {c.method: c for c in method.present(scenes()[scene]).choices}
    assert (choices[way].offered, choices[way].detail) == (False, reason)


def test_an_unresolved_card_payment_keeps_the_next_card_out():
    waiting = samples.record(Method.CARD, PaymentState.UNKNOWN)
    where = replace(samples.lobby(), unresolved=(waiting,))
    choices = {c.method: c for c in method.present(session(Screen.METHOD, where=where)).choices}
    assert choices["card"].detail == "上一笔刷卡还在确认，暂时不能用"
    assert choices["wechat"].offered


@pytest.mark.parametrize(
    ("devices", "changes", "reason"),
    [
        ({}, {"terminal_known": False}, "上一笔刷卡还在确认，暂时不能用"),
        ({"printer": "error"}, {"terminal_known": False}, "上一笔刷卡还在确认，暂时不能用"),
        ({"card_terminal": "error"}, {"terminal_known": False}, "刷卡机暂时不能用"),
        ({"printer": "error"}, {"server_reachable": False}, "暂时不能用：没有网络也没有小票纸"),
        ({}, {"server_reachable": False, "clock_trusted": False}, "网络中断，暂时不能用"),
    ],
)
def test_why_no_card_is_taken_is_the_true_reason(devices, changes, reason):
    where = replace(samples.lobby(**devices), **changes)
    choices = {c.method: c for c in method.present(session(Screen.METHOD, where=where)).choices}
    assert (choices["card"].offered, choices["card"].detail) == (False, reason)


def test_a_small_amount_may_be_paid_by_card_without_network():
    where = replace(samples.lobby(), server_reachable=False)
    small = session(Screen.METHOD, where=where, selected=(samples.BILLS[2].number,))
    choices = {c.method: c for c in method.present(small).choices}
    assert choices["card"].offered


def test_the_code_is_shown_only_while_it_may_be_paid():
    assert paying_qr.present(paying(Method.WECHAT)).code == ""
    view = paying_qr.present(paying(Method.WECHAT, **with_code()))
    assert (view.code, view.time_left, view.more_time) == (samples.CODE_URL, "2:41", False)
    late = with_code(code_expires=samples.NOW + 25)
    assert paying_qr.present(paying(Method.WECHAT, **late)).more_time
    stopping = paying_qr.present(paying(Method.WECHAT, cancelling=True, **with_code()))
    assert (stopping.code, stopping.in_place) == ("", "正在确认是否扣款")


def test_more_time_is_not_offered_when_the_order_itself_ends():
    ending = with_code(code_expires=samples.NOW + 25, code_latest=samples.NOW + 25)
    assert not paying_qr.present(paying(Method.WECHAT, **ending)).more_time


@pytest.mark.parametrize(
    ("kind", "states"),
    [
        ("starting", ["later", "later", "later"]),
        ("present_card", ["now", "later", "later"]),
        ("enter_pin", ["done", "now", "later"]),
        ("asking_bank", ["done", "done", "now"]),
        ("remove_card", ["done", "done", "done"]),
        ("something_new", ["now", "later", "later"]),
    ],
)
def test_the_steps_at_the_card_reader(kind, states):
    card = replace(paying(Method.CARD).visit.card, kind=kind)
    view = paying_card.present(paying(Method.CARD, card=card))
    assert [state for state, _ in view.steps] == states


def test_the_terminals_words_come_in_the_residents_language():
    scene = scenes()["paying-card-present-card"]
    assert paying_card.present(scene).terminal == "刷卡机：请插卡"
    assert paying_card.present(in_english(scene)).terminal == "Card reader: Please insert card"


def test_paid_says_what_the_receipt_says():
    rows = dict(paid_view(paid()).rows)
    assert rows["小票号"] == "K03-000417"
    assert rows["付款方式"] == "微信支付 · 22:47"
    assert rows["项目"] == "物业服务费、车位管理费、公共电费分摊 · 9月、10月"


@pytest.mark.parametrize(
    ("scene", "told", "can_print"),
    [
        ("paid", "", True),
        ("paid-printing", "正在打印，请在下方取小票", False),
        ("paid-not-printed", "小票没有打出来", True),
        ("paid-no-printer", "现在缺纸，小票请扫码存手机", False),
    ],
)
def test_paid_says_how_the_receipt_is_doing(scene, told, can_print):
    view = paid_view(scenes()[scene])
    assert (view.told, view.can_print) == (told, can_print)


def test_an_unknown_outcome_says_whom_to_ask_and_promises_nothing():
    view = unknown.present(scenes()["unknown-card"])
    assert view.code == samples.STATUS_URL
    assert view.reference == "K03-000417"
    assert "0571-5555-0123" in view.office
    assert not unknown.present(scenes()["unknown-qr-no-printer"]).slip


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("starting", "刷卡机没有反应"),  # it did not even take the command
        ("silent", "刷卡机没有反应"),
        ("asking_bank", "银行暂时没有回复"),
    ],
)
def test_the_bank_is_named_only_where_a_card_got_that_far(kind, said):
    scene = scenes()["unknown-card"]
    visit = replace(scene.visit, card=CardProgress(kind))
    assert said in unknown.present(replace(scene, visit=visit)).body


def test_declined_says_that_nothing_was_taken():
    assert "没有扣款" in declined.present(scenes()["declined-card"]).title
    assert "没有扣款" in declined.present(scenes()["declined-qr"]).title


@pytest.mark.parametrize(
    ("say", "title", "way_on"),
    [
        ("unit-not-found", "没有这个房号，请核对", "重新输入"),
        ("already-paid", "这笔账单已于 11月3日 缴清", "输入房号"),
        ("code-forged", "这张账单的二维码不能核实", "输入房号"),
        ("payment-cancelled", "付款已取消，没有扣款", "选择付款方式"),
        ("cannot-record", "暂时不能收款", "回到首页"),
    ],
)
def test_a_message_says_one_thing_and_leads_on(say, title, way_on):
    view = message.present(scenes()[f"message-{say}"])
    assert (view.title, view.next_words) == (title, way_on)


def test_an_already_paid_bill_in_english():
    view = message.present(in_english(scenes()["message-already-paid"]))
    assert view.title == "This bill was paid on 3 November"


def test_a_message_counts_down_before_it_leaves():
    scene = scenes()["message-unit-not-found"]
    assert message.present(scene).returns == ""
    later = replace(scene, now=scene.now + 18)
    assert message.present(later).returns == "12 秒后回到首页"


@pytest.mark.parametrize(("scene", "after", "left"), [("identify", 39, 15), ("bills", 19, 5)])
def test_still_there_is_asked_for_the_last_third_only(scene, after, left):
    shown = scenes()[scene]
    times = (0, after, after + 6)
    asked = [frame(replace(shown, now=shown.now + passed)).seconds_left for passed in times]
    assert asked == [None, None, left]


def test_an_earlier_receipt_is_dated_where_the_community_is():
    assert nothing_due.present(scenes()["nothing-due"]).reprint == "11月24日 · ￥986.95"


def test_services_show_every_notice():
    titles = [title for _, title in services.present(scenes()["services"]).notices]
    assert "3号楼电梯年检" in titles


def test_services_offer_what_can_be_had_now():
    def offered(scene):
        return [(one.action, one.value) for one in services.present(scenes()[scene]).services]

    always = [("help", ""), ("keypad", "")]
    asked = [("ask", kind) for kind in ("repair", "complaint", "question", "praise")]
    assert offered("services-requests") == [*asked, ("answers", ""), *always]
    assert offered("services-away") == offered("services") == always
    assert "联系物业" in services.present(scenes()["services-away"]).told
    told = offered("services-payments")
    assert ("payments", "") in told and ("keypad", "") not in told, "its receipts stand there"


@pytest.mark.parametrize(
    ("currency", "least"), [("CNY", "￥0.01"), ("JPY", "JP￥1"), ("KWD", "KWD0.001")]
)
def test_a_test_payment_is_of_the_least_amount_of_the_communitys_currency(currency, least):
    known = samples.CONFIG.community.model_copy(update={"currency": currency})
    config = samples.CONFIG.model_copy(update={"community": known})
    for name, scene in scenes().items():
        if name.startswith("staff") and scene.visit.screen is Screen.STAFF:
            there = replace(scene, lobby=replace(scene.lobby, config=config))
            view = staff.present(there)
            assert least in view.test_payment and "{" not in view.told


@pytest.mark.parametrize(
    ("currency", "detail"), [("CNY", "118.60㎡ × 2.80元"), ("HKD", "118.60 ㎡ × HK$2.80")]
)
def test_a_rate_has_the_sign_of_its_currency(currency, detail):
    assert formatting.line_detail("zh_CN", samples.PROPERTY_FEE, currency) == detail


def widget_classes() -> set[type]:
    """Every class of ours that the screens draw with."""
    found: set[type] = set()
    waiting: list[type] = [Widget]
    while waiting:
        kind = waiting.pop()
        below = [one for one in kind.__subclasses__() if one not in found]
        found.update(below)
        waiting += below
    return {kind for kind in found if kind.__module__.startswith("kiosk.ui.")}


def test_no_widget_takes_a_property_of_its_kind_for_something_else():
    """A button paints itself with its ``fill``: what a card calls so is painted over."""
    for screen in Screen:
        screen_class(session(screen))
    screen_class(session(Screen.BILLS, access=Access(elder=True)))
    taken = {
        f"{kind.__name__}.{name}"
        for kind in widget_classes()
        for name, what in vars(kind).items()
        if isinstance(what, Property)
        for base in kind.__mro__[1:]
        if base.__module__.startswith("kiosk.ui.") and isinstance(vars(base).get(name), Property)
    }
    assert taken == set()


def test_a_method_has_its_colour_and_icon():
    chosen = {c.method: c for c in method.present(scenes()["method"]).choices}
    by_choice = {code: shown for code, shown in METHODS.items() if code is not Method.CREDIT}
    assert set(chosen) == set(by_choice)
    for code, shown in by_choice.items():
        assert (chosen[code].icon, chosen[code].badge) == (shown.icon, rgba(shown.color))
