"""Bugs that an adversary found, planted again: of slow channels, of the office, of a server that was
restored and of entries that nobody expects. Each changes the code of its own process, for good."""

from collections import defaultdict
from dataclasses import replace
from datetime import timedelta
from typing import Any

from server.payments.channels.interface import EndAnswer, Ending, Standing


def a01_what_was_approved_is_offered_before_the_server_knows() -> None:
    from kiosk.journal import Journal

    Journal.may_have_paid = lambda self, bills, after: []


def a02_an_end_that_was_accepted_is_booked_as_paid() -> None:
    """A query right after it is believed, and nobody looks at a paid order again."""
    from contract.messages import PaymentState
    from server.payments import charging_times, following

    real, looks_at = following.ask_end, charging_times.looks_at

    def hasty(through: Any, by: str, number: str) -> EndAnswer:
        answer = real(through, by, number)
        paid = answer.state.standing is Standing.PAID
        return EndAnswer(Ending.REFUSED, answer.state) if paid else answer

    following.ask_end = hasty
    charging_times.looks_at = lambda state, ending: (
        () if state is PaymentState.APPROVED else looks_at(state, ending)
    )


def a03_refunds_are_sent_after_people_returned_the_money() -> None:
    from server.payments import refund_decisions, refunds
    from server.payments.channels import registry

    real = refunds.take_over

    def both(refund_pk: int, how: Any, returned_at: Any, checks: int, at: Any) -> Any:
        refund = real(refund_pk, how, returned_at, checks, at)
        order, amount = refund.order, refund.amount_minor
        account = registry.channel(order.method).accounts[order.out_trade_no]
        account.refunds[refund.refund_no] = amount  # at the machine's next try
        return refund

    refunds.take_over = refund_decisions.refunds.take_over = both
    refunds.watch_by_hand = lambda *arguments: 0


def a04_one_entry_blocks_its_journal() -> None:
    """Only what was thought of costs nobody else anything."""
    from django.db import transaction
    from pydantic import ValidationError

    from server.billing.accounts import UnitNotFound
    from server.payments.records import Take

    def strict(self: Any, entries: Any, report: bool = False) -> bool:
        try:
            with transaction.atomic():
                self._all(entries)
        except (ValidationError, UnitNotFound, KeyError) as error:
            if report:
                self._unreadable(entries[0], error)
            return False
        return True

    Take._without_failure = strict


def a05_credit_hangs_on_the_code_of_a_unit() -> None:
    from server.estate.models import Unit
    from server.ledger import posting
    from tests.simulation.estate import ROOMS

    real = posting.balances_by_unit

    def by_code(community_id: int, account: str, unit_ids: Any) -> dict[int, int]:
        found = real(community_id, account, unit_ids)
        codes = dict(Unit.objects.filter(pk__in=list(found)).values_list("pk", "room"))
        return {pk: balance for pk, balance in found.items() if codes[pk] in ROOMS}

    posting.balances_by_unit = by_code


def a06_a_bill_is_withdrawn_while_it_may_be_paid() -> None:
    from server.billing import voiding

    voiding.refuse_held = lambda bills, but_for="": None


def a07_a_hold_ends_by_the_clock() -> None:
    from server.billing import accounts, issuing, leases
    from server.billing.models import BillLease
    from tests.simulation.threads import wall

    def young(unit_ids: Any) -> dict[tuple[int, str], list[str]]:
        found = defaultdict(list)
        rows = BillLease.objects.filter(
            bill__unit_id__in=list(unit_ids), since__gt=wall() - timedelta(seconds=90)
        )
        for unit, period, payment in rows.values_list(
            "bill__unit_id", "bill__period", "payment_id"
        ):
            found[unit, period].append(payment)
        return dict(found)

    leases.may_be_paid = accounts.may_be_paid = issuing.leases.may_be_paid = young


def a09_money_of_an_order_that_is_not_known_is_dropped() -> None:
    from server.payments import notifications

    notifications._keep = lambda method, news, at: None


def a11_another_amount_is_a_dead_end() -> None:
    """It is noted, and booked nowhere."""
    from server.payments import held_money

    held_money.came = lambda order, known, at: {"reason": "amount_differs"}


def a12_a_part_that_went_back_is_taken_for_all() -> None:
    from server.payments import following

    following._with_sum = lambda order, known: replace(
        known, refunded_minor=order.charged_minor or order.amount_minor
    )


def a13_simulated_devices_take_cards_in_a_real_community() -> None:
    from kiosk.core.model import Lobby

    Lobby.test_community = property(lambda self: True)


def a15_trouble_of_the_database_is_told_as_an_unknown_key() -> None:
    from django.db import OperationalError

    from contract.messages import ErrorCode
    from kiosk.central.reporter import NOT_KNOWN, Reporter
    from server.api import authentication
    from server.api.errors import Refusal

    real = authentication.verified

    def verified(request: Any, key: Any = None) -> Any:
        try:
            return real(request, key)
        except OperationalError as error:
            raise Refusal(ErrorCode.KEY_UNKNOWN) from error

    def believed(self: Any, error: Any) -> None:
        if getattr(getattr(error, "error", None), "code", None) is ErrorCode.KEY_UNKNOWN:
            self._on_stopped(NOT_KNOWN)

    authentication.verified = verified
    Reporter._doubt_key = believed


def a16_refunds_are_not_claimed() -> None:
    from server.payments import refunds

    refunds.claim = lambda refund, at: True


def a17_money_returned_in_the_console_is_never_seen() -> None:
    from contract.messages import PaymentState
    from server.payments import charging_times

    looks_at = charging_times.looks_at
    charging_times.looks_at = lambda state, ending: (
        () if state is PaymentState.APPROVED else looks_at(state, ending)
    )


def what_a_restored_server_lacks_is_sent_with_the_next_entry_only() -> None:
    from kiosk.central.reporter import Reporter

    Reporter._send_what_was_lost = lambda self: None
