"""Bugs planted in the server. Each function changes the code of its own process, for good."""

import dataclasses
from typing import Any

from server.payments.channels.interface import ChannelStatus, OrderState


def a_retry_gets_a_new_order_number() -> None:
    from server.payments import initiation

    real, tries = initiation._ask_channel, [0]

    def again(order: Any, *told: Any) -> Any:
        tries[0] += 1
        order.out_trade_no = f"{order.out_trade_no[:26]}{tries[0]:06d}"
        return real(order, *told)

    initiation._ask_channel = again


def late_money_is_dropped() -> None:
    """A notification for an order that has ended is thrown away."""
    from server.payments import transitions

    transitions._late = lambda order, *_, **__: order


def silence_means_closed() -> None:
    """A channel that does not answer is taken to have closed the order."""
    from server.payments import inquiry

    real = inquiry.apply_answer

    def sure(order: Any, known: OrderState, at: Any) -> Any:
        if known.status is ChannelStatus.UNKNOWN:
            known = OrderState(ChannelStatus.CLOSED)
        return real(order, known, at)

    inquiry.apply_answer = sure


def bills_are_not_held() -> None:
    """Two kiosks may take money for one bill at the same time."""
    from server.payments import initiation

    initiation.lease = lambda *arguments, **named: None


def every_refund_try_has_a_new_number() -> None:
    from server.payments import refunds
    from server.payments.models import Refund

    real, tries = refunds.send_back, [0]

    def again(refund: Any, at: Any) -> bool:
        tries[0] += 1
        number = f"{refund.refund_no[:30]}{tries[0]:06d}"
        Refund.objects.filter(pk=refund.pk).update(refund_no=number)
        return real(refund, at)

    refunds.send_back = again


def refunds_are_forgotten() -> None:
    from server.payments import refunds

    refunds.due = lambda method, at, limit: []


def cancelled_without_asking_the_channel() -> None:
    from contract.lifecycle import Fact
    from server.payments import inquiry, transitions

    def at_once(order: Any, at: Any) -> Any:
        if order.life.final or not order.by_code:
            return order
        return transitions.apply_unpaid(order.payment_id, Fact.CANCELLED, "resident", at)

    inquiry.cancel = at_once


def nobody_sweeps() -> None:
    from server.payments import sweeper

    sweeper.turns = lambda *arguments: {}


def the_channel_is_asked_before_the_order_is_stored() -> None:
    from datetime import timedelta

    from server.payments import initiation
    from server.payments.channels.interface import Order
    from tests.simulation.patches import Seams

    real = initiation._create

    def hasty(caller: Any, request: Any, digest: Any, now: Any) -> Any:
        through = Seams.channel(request.method) if request.method.value != "card" else None
        if through is not None:
            number = request.payment_id.replace("-", "")
            end = now + timedelta(minutes=10)
            through.create(Order(number, request.amount_minor, request.currency, "", end))
        return real(caller, request, digest, now)

    initiation._create = hasty


def the_amount_is_the_channels_fee_less() -> None:
    """One fen is lost between channel and books."""
    from server.payments import inquiry

    real = inquiry.apply_answer

    def short(order: Any, known: OrderState, at: Any) -> Any:
        if known.amount_minor:
            known = dataclasses.replace(known, amount_minor=None)
            order.amount_minor -= 1
            order.save(update_fields=["amount_minor"])
        return real(order, known, at)

    inquiry.apply_answer = short


def a_receipt_entry_hides_the_next_payment() -> None:
    """Journal entries that follow a receipt in one batch are skipped."""
    from contract.messages import EntryKind
    from server.payments.journal import posting

    real = posting.JournalPosting.batch

    def careless(self: Any, entries: Any) -> Any:
        kinds = [e.kind for e in entries]
        if EntryKind.RECEIPT in kinds:
            entries = entries[: kinds.index(EntryKind.RECEIPT) + 1]
        return real(self, entries)

    posting.JournalPosting.batch = careless


def what_a_kiosk_used_of_the_credit_stays_and_is_used_again() -> None:
    from server.billing.settlement import Taken

    Taken.account = property(lambda self: f"clearing:{self.method}")
