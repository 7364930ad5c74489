"""Bugs of the house office, where units are merged and packages of months are sold, planted. Each changes
the code of its own process, for good."""

from typing import Any


def the_debts_of_a_merged_unit_are_shown_to_nobody() -> None:
    from server.billing import unit_accounts

    unit_accounts.gone_into = lambda keys, today: {}


def credit_of_a_unit_that_was_merged_stays_with_it() -> None:
    """What a clerk takes in for it, and what is still to come of its payments."""
    from server.billing import credit, credit_reserve, settlement

    def no_heirs(keys: Any) -> dict[int, int]:
        return {key: key for key in keys}

    credit.hold_heirs = credit_reserve.hold_heirs = settlement.hold_heirs = no_heirs


def a_month_of_a_package_is_billed_and_stays_paid_ahead() -> None:
    from server.billing.models import PackageMonth
    from server.billing.packages import coverage

    def unearned(months: Any, community_id: int, currency: str, at: Any) -> None:
        keys = [month.pk for month in months]
        PackageMonth.objects.filter(pk__in=keys, used_at=None).update(used_at=at)

    coverage.use = unearned


def a_package_that_nobody_paid_is_given_back() -> None:
    from server.billing.packages import returning

    returning._check = returning.left_of
