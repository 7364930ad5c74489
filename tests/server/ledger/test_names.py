"""Accounts and transactions are read as words; every account of the chart has one."""

import pytest
from django.utils import translation

from server.ledger.names import ACCOUNTS, account_name, kind_name
from server.ledger.posting import CHART


def test_every_account_of_the_chart_has_a_name():
    assert set(ACCOUNTS) == set(CHART)


@pytest.mark.parametrize(
    ("language", "code", "shown"),
    [
        ("zh-hans", "receivable", "应收"),
        ("zh-hans", "clearing:wechat", "渠道在途: 微信支付"),
        ("en", "clearing:wechat", "On its way from a channel: WeChat Pay"),
        ("en", "income:property", "Income: property"),
    ],
)
def test_an_account_is_read_in_the_language_of_the_page(language: str, code: str, shown: str):
    with translation.override(language):
        assert account_name(code) == shown


@pytest.mark.parametrize(
    ("kind", "shown"),
    [("bill_void", "账单已作废"), ("refund_outside:5600", "渠道后台退回"), ("x", "x")],
)
def test_a_transaction_is_read_as_what_it_is(kind: str, shown: str):
    with translation.override("zh-hans"):
        assert kind_name(kind) == shown
