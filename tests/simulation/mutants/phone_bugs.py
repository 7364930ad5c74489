"""Bugs planted in payment by the code on the resident's phone, on both sides. Each changes the code of
its own process, for good."""

import itertools
from typing import Any

from server.payments.channels.interface import OrderState, Standing


def silence_is_answered_by_charging_again() -> None:
    from tests.simulation.channel import SimulatedChannel

    once = SimulatedChannel.charge

    def stubborn(self: Any, order: Any, payment_code: str) -> OrderState:
        known = once(self, order, payment_code)
        return once(self, order, payment_code) if known.standing is Standing.UNKNOWN else known

    SimulatedChannel.charge = stubborn


def every_request_charges() -> None:
    """A request that comes again under the same id charges again, instead of looking."""
    from datetime import timedelta

    from server.payments import learning
    from server.payments.models import PaymentOrder

    def careless(payment_id: str, at: Any, until: Any) -> bool:
        order = PaymentOrder.objects.get(payment_id=payment_id)
        if order.life.final:
            return False
        if order.asked_at is None:
            learning._change(
                order,
                learning.PaymentState.PENDING,
                at,
                asked_at=at,
                expires_at=until,
                check_at=at + timedelta(seconds=5),
            )
        return True

    learning.about_to_charge = careless


def no_answer_to_a_charge_means_declined() -> None:
    from server.payments import following, learning
    from server.payments.life import Fact

    real = following.charged

    def sure(order: Any, known: OrderState, at: Any) -> Any:
        if known.standing is Standing.UNKNOWN:
            return learning.ended_unpaid(order.payment_id, Fact.DECLINED, "no_answer", at)
        return real(order, known, at)

    following.charged = sure


def given_up_without_a_reversal() -> None:
    """What waits for a password is called closed when its time is over, and nobody tells the channel."""
    from server.payments import charging

    real = charging.take_back

    class Deaf:
        def __init__(self, through: Any) -> None:
            self._through = through

        def reverse(self, out_trade_no: str) -> OrderState:
            return OrderState(Standing.CLOSED)

    charging.take_back = lambda order, known, through, at: real(order, known, Deaf(through), at)


def what_was_paid_meanwhile_is_reversed_unread() -> None:
    """The reversal is not preceded by a query, and its answer is taken for "never paid"."""
    from server.payments import charging

    real = charging.take_back

    class Hasty:
        def __init__(self, through: Any) -> None:
            self._through = through

        def reverse(self, out_trade_no: str) -> OrderState:
            said = self._through.reverse(out_trade_no)
            ended = said.standing in (Standing.PAID, Standing.REFUNDED)
            return OrderState(Standing.PAID, amount_minor=said.amount_minor) if ended else said

    charging.take_back = lambda order, known, through, at: real(order, known, Hasty(through), at)


def a_code_is_tried_twice() -> None:
    """The kiosk forgets which codes it has read."""
    from kiosk.core import phone_code

    numbers = itertools.count()
    phone_code._mark = lambda code: str(next(numbers))


def ended_charges_are_not_looked_at_again() -> None:
    from server.payments import following

    following.look_again = lambda order, at: None


def a_refused_reversal_is_taken_for_done() -> None:
    from server.payments import charging

    real = charging.take_back

    def sure(order: Any, known: OrderState, through: Any, at: Any) -> OrderState | None:
        ended = real(order, known, through, at)
        waiting = ended is not None and ended.standing is Standing.WAITING
        return OrderState(Standing.CLOSED) if waiting else ended

    charging.take_back = sure


def the_sweep_overwrites_what_was_learned_meanwhile() -> None:
    """When an order is due next is written over what another request has just set."""
    from server.payments import charging_times, following
    from server.payments.models import PaymentOrder

    def blindly(order: Any, at: Any) -> bool:
        ended = order.life.final
        check_at = charging_times.unanswered_until(order.changed_at, at) if ended else None
        check_at = check_at or following._check_again(order, at)
        PaymentOrder.objects.filter(pk=order.pk).update(check_at=check_at, checks=order.checks + 1)
        return True

    following._claimed = blindly


def paid_is_booked_while_it_is_given_back() -> None:
    from server.payments import learning

    learning._being_ended = lambda order, at: False
