"""What the screens of public accounts show: figures as text, bars by their share, its age, its page."""

from dataclasses import replace
from datetime import timedelta

import pytest

from contract.public_accounts import PublicRow
from kiosk.ui.gallery.account_samples import ACCOUNTS
from kiosk.ui.gallery.samples import WALL
from kiosk.ui.gallery.scenes import scenes
from kiosk.ui.screens import account, accounts, services


def shown(name: str, language="zh_CN"):
    return scenes(language)[name]


def with_accounts(scene, found):
    config = scene.lobby.config.model_copy(update={"accounts": found})
    return replace(scene, lobby=replace(scene.lobby, config=config))


def test_the_newest_of_each_kind_come_first():
    view = accounts.present(shown("accounts"))
    assert [(id, kind, period) for id, kind, period in view.newest] == [
        ("standards", "收费标准", "2026年1月1日起"),
        ("services", "服务内容", "2026年1月1日起"),
        ("common", "公共收益收支", "2026年3季度"),
        ("energy", "公共能耗及分摊", "2026年3季度"),
    ]
    assert [period for _, _, period in view.earlier] == [
        "2026年2季度",
        "2026年1季度",
        "2025年4季度",
    ]
    assert view.code == "https://pay.example.cn/c/HP/"


def test_income_and_expense_are_bars_with_their_figures_and_what_is_left():
    view = account.present(shown("account-common"))
    figures = [(one.name, one.figure) for one in view.summary]
    assert figures == [
        ("上期结余", "￥17,089.50"),
        ("收入", "￥26,485.00"),
        ("支出", "￥14,100.00"),
        ("结余", "￥29,474.50"),
    ]
    income, expense = view.summary[1:3]
    assert (income.share, expense.second) == (1.0, True)
    assert expense.share == pytest.approx(1_410_000 / 2_648_500)
    assert [section.title for section in view.sections] == ["收入", "支出"]
    assert view.sections[1].rows[0].more == "补种冬青 120 株"
    assert view.code == "https://pay.example.cn/c/HP/?one=common"


def test_quarters_stand_beside_each_other_the_oldest_first():
    income, expense = account.present(shown("account-common")).quarters
    assert [name for name, _, _ in income.quarters] == [
        "2025年4季",
        "2026年1季",
        "2026年2季",
        "2026年3季",
    ]
    assert next(figure for _, figure, _ in expense.quarters) == "￥8,600.00"
    assert max(share for _, _, share in expense.quarters) == 1.0


def test_prices_are_not_compared_by_bars():
    view = account.present(shown("account-standards", "en"))
    assert view.summary == () and view.quarters == ()
    assert [(row.figure, row.share) for row in view.sections[0].rows] == [
        ("¥2.80", None),
        ("¥150.00", None),
        ("¥0.62", None),
    ]


def test_a_quarter_in_which_nothing_moved_divides_by_nothing():
    scene = shown("account-common")
    none = [
        PublicRow(section=section, name=ACCOUNTS[0].name, amount_minor=0)
        for section in ("income", "income", "expense")
    ]
    found = [one.model_copy(update={"rows": none}) for one in ACCOUNTS if one.kind == "common"]
    view = account.present(with_accounts(scene, found))
    assert [one.share for one in view.summary] == [None, 0, 0, None]
    assert {share for chart in view.quarters for _, _, share in chart.quarters} == {0.0}


def test_its_age_is_told_with_the_server_and_without():
    assert accounts.present(shown("accounts")).age == "内容更新时间：22:47"
    away = shown("accounts-away")
    assert accounts.present(away).age == "网络断了。这是11月23日 16:47的内容"
    seen = replace(away, lobby=replace(away.lobby, server_seen=WALL - timedelta(minutes=2)))
    assert accounts.present(seen).age == "网络断了。这是22:45的内容"


def test_a_kind_newer_than_the_kiosk_is_called_as_the_server_calls_it():
    newer = ACCOUNTS[0].model_copy(update={"kind": "lifts"})
    view = accounts.present(with_accounts(shown("accounts"), [newer]))
    assert view.newest[0][1] == "收费标准"


@pytest.mark.parametrize("period", ["2026", "2026-H1", "2026-13", "", "2026-02-30"])
def test_a_period_newer_than_the_kiosk_is_told_as_it_is(period):
    scene = shown("accounts")
    newer = ACCOUNTS[0].model_copy(update={"id": "9", "kind": "garden", "period": period})
    scene = with_accounts(scene, [newer])
    assert accounts.present(scene).newest[0][2] == period
    asking = replace(scene.visit.asking, account="9")
    scene = replace(scene, visit=replace(scene.visit, asking=asking))
    assert account.present(scene).period == period


def test_what_is_gone_meanwhile_shows_nothing_and_leads_back():
    assert account.present(with_accounts(shown("account-common"), [])) == account.NOTHING


def test_the_button_is_there_only_where_something_is_public():
    def offered(name):
        return [one.action for one in services.present(shown(name)).services]

    assert "accounts" in offered("services-accounts")
    assert "accounts" not in offered("services-requests")
