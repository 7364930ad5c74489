"""Bugs at the desks where people take money in, pay it out and give it back, planted again. Each changes
the code of its own process, for good."""

from dataclasses import replace
from types import SimpleNamespace
from typing import Any


def c01_credit_is_paid_out_without_looking_what_there_is() -> None:
    from server.billing import credit

    credit.credit_minor = lambda unit: 10**9


def what_people_returned_is_not_looked_for_in_the_console() -> None:
    """An order that went back by hand is done with: its channel is asked nothing more."""
    from server.payments import refunds
    from server.payments.decisions import refund_takeover
    from server.payments.models import PaymentOrder

    real = refunds.take_over

    def and_forgotten(*arguments: Any) -> Any:
        refund = real(*arguments)
        PaymentOrder.objects.filter(pk=refund.order.pk).update(next_poll_at=None)
        return refund

    refunds.take_over = refund_takeover.refunds.take_over = and_forgotten


def c02_nobody_hears_that_credit_went_back_after_it_was_used() -> None:
    from server.payments import transitions

    transitions._tell_overdrawn = lambda order, at: None


def instalments_are_agreed_while_somebody_pays() -> None:
    from server.billing import leases
    from server.billing.instalments import plan

    looks_away = SimpleNamespace(**vars(leases))
    looks_away.refuse_held = lambda bills, but_for="": None
    plan.leases = looks_away


def verification_passes_over_moves_of_credit() -> None:
    from server.billing import verification

    verification._credit_by_hand = lambda: iter(())


def a_part_of_what_went_back_whole_is_refused_for_ever() -> None:
    """The channel tells of it as long as it tells of anything."""
    from contract.lifecycle import CLOSED_UNPAID
    from server.payments import notifications
    from server.payments.channels.interface import ChannelStatus

    applies = notifications.apply_notification

    def refuses(order: Any, known: Any, at: Any) -> bool:
        order.refresh_from_db()
        part = known.status is ChannelStatus.REFUNDED and order.life in CLOSED_UNPAID
        return not (part and not order.captured_minor) and applies(order, known, at)

    notifications.apply_notification = refuses


def c03_what_was_reserved_of_the_credit_is_not_let_go() -> None:
    """A payment that ended unpaid keeps it for ever, and says that it does not."""
    from server.payments import transitions

    transitions._let_credit_go = lambda order, at: setattr(order, "reserved_minor", 0)


def c04_what_is_reserved_stays_in_the_credit_and_is_used_twice() -> None:
    from server.billing import credit_reserve

    credit_reserve.reserve = lambda unit, minor, **about: None


def a_part_of_a_bill_that_was_paid_is_kept_as_credit() -> None:
    from server.billing import parting

    parting.cut = lambda bill, part_minor, day, terms: None


def c05_credit_for_certain_fee_items_pays_all_bills() -> None:
    from server.billing import credit

    real = credit.use_oldest_first

    def for_all(*args: Any, **kwargs: Any) -> Any:
        return real(*args, **{**kwargs, "items": ()})

    credit.use_oldest_first = for_all


def a_part_that_staff_say_went_back_is_taken_for_all() -> None:
    from server.payments import outside_refunds
    from server.payments.decisions import unclear_return

    def all_of_it(payment_id: str, known: Any, at: Any, as_of: int) -> Any:
        known = replace(known, refunded_minor=known.amount_minor)
        return outside_refunds.went_back(payment_id, known, at, as_of)

    guesses = SimpleNamespace(**vars(outside_refunds))
    guesses.went_back = all_of_it
    unclear_return.outside_refunds = guesses
