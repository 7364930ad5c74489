"""Bugs planted in payment by the code on the resident's phone, on both sides. Each changes the code of
its own process, for good."""

import itertools
from typing import Any

from server.payments.channels.interface import ChannelStatus, EndAnswer, Ending, OrderState


def silence_is_answered_by_charging_again() -> None:
    from tests.simulation.channel import SimulatedChannel

    once = SimulatedChannel.charge

    def stubborn(self: Any, order: Any, payment_code: str) -> OrderState:
        known = once(self, order, payment_code)
        return once(self, order, payment_code) if known.status is ChannelStatus.UNKNOWN else known

    SimulatedChannel.charge = stubborn


def every_request_charges() -> None:
    """A request that comes again under the same id charges again, instead of looking."""
    from datetime import timedelta

    from server.payments import transitions
    from server.payments.models import PaymentOrder

    def careless(payment_id: str, at: Any, until: Any) -> bool:
        order = PaymentOrder.objects.get(payment_id=payment_id)
        if order.life.final:
            return False
        if order.submitted_at is None:
            transitions._change(
                order,
                transitions.PaymentState.PENDING,
                at,
                submitted_at=at,
                expires_at=until,
                next_poll_at=at + timedelta(seconds=5),
            )
        return True

    transitions.begin_charge = careless


def no_answer_to_a_charge_means_declined() -> None:
    from contract.lifecycle import Fact
    from server.payments import inquiry, transitions

    real = inquiry.apply_charge_answer

    def sure(order: Any, known: OrderState, at: Any) -> Any:
        if known.status is ChannelStatus.UNKNOWN:
            return transitions.apply_unpaid(order.payment_id, Fact.DECLINED, "no_answer", at)
        return real(order, known, at)

    inquiry.apply_charge_answer = sure


def given_up_without_a_reversal() -> None:
    """What waits for a password is called closed when its time is over, and nobody tells the channel."""
    from server.payments import inquiry

    inquiry.ask_end = lambda through, by, number: EndAnswer(
        Ending.ACCEPTED, OrderState(ChannelStatus.CLOSED)
    )


def what_was_paid_meanwhile_is_reversed_unread() -> None:
    """The end that was asked for is forgotten, and its answer taken for "paid" if it was."""
    from server.payments import inquiry, transitions

    real = inquiry.ask_end

    def hasty(through: Any, by: str, number: str) -> EndAnswer:
        answer = real(through, by, number)
        account = getattr(through, "accounts", {}).get(number)
        if by == "reverse" and account is not None and account.captured_minor:
            paid = OrderState(ChannelStatus.PAID, amount_minor=account.captured_minor)
            return EndAnswer(Ending.REFUSED, paid)
        return answer

    inquiry.ask_end = hasty
    transitions.may_be_given_back = lambda order, at: False


def a_code_is_tried_twice() -> None:
    """The kiosk forgets which codes it has read."""
    from kiosk.core import payment_code

    numbers = itertools.count()
    payment_code._mark = lambda code: str(next(numbers))


def ended_charges_are_not_looked_at_again() -> None:
    from server.payments import inquiry

    inquiry.recheck_closed = lambda order, at: True


def a_refused_reversal_is_taken_for_done() -> None:
    from server.payments import inquiry

    real = inquiry.ask_end

    def sure(through: Any, by: str, number: str) -> EndAnswer:
        answer = real(through, by, number)
        if answer.ending is Ending.BUSY:
            return EndAnswer(Ending.ACCEPTED, OrderState(ChannelStatus.CLOSED))
        return answer

    inquiry.ask_end = sure


def the_sweep_overwrites_what_was_learned_meanwhile() -> None:
    """When an order is due next is written over what another request has just set."""
    from server.payments import sweeper, timing
    from server.payments.models import PaymentOrder

    def blindly(order: Any, at: Any) -> bool:
        ended = order.life.final
        next_poll_at = timing.recheck_if_unanswered(order.changed_at, at) if ended else None
        next_poll_at = next_poll_at or sweeper._check_again(order, at)
        PaymentOrder.objects.filter(pk=order.pk).update(
            next_poll_at=next_poll_at, poll_count=order.poll_count + 1
        )
        return True

    sweeper._claimed = blindly


def paid_is_booked_while_it_is_given_back() -> None:
    from server.payments import transitions

    transitions.may_be_given_back = lambda order, at: False


def what_was_reversed_is_told_as_not_charged() -> None:
    """The kiosk hears of an end, and not that it may have returned something."""
    from server.payments.models import PaymentOrder

    PaymentOrder.may_have_been_charged = property(lambda self: False)
