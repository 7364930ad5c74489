"""What a channel answered about an order, each time it was asked: for staff, if its end stays unknown."""

from datetime import datetime
from typing import Any

from server.payments.channels.interface import EndAnswer, OrderState
from server.payments.models import PaymentOrder

ANSWERS_MAX = 20


def record_response(order: PaymentOrder, asked: str, said: OrderState, at: datetime) -> OrderState:
    """The answer, once it is written down. ``asked``: query, charge, or notification for what came
    unasked."""
    _note(order, {"asked": asked, "answer": said.status.value}, said, at)
    return said


def record_end_response(order: PaymentOrder, asked: str, said: EndAnswer, at: datetime) -> None:
    """What the end itself was answered, and where the order stood after it. ``asked``: close, reverse."""
    answer = {"asked": asked, "answer": said.state.status.value, "ending": said.ending.value}
    _note(order, answer, said.state, at)


def _note(order: PaymentOrder, answer: dict[str, Any], said: OrderState, at: datetime) -> None:
    """The same answer again is counted, not repeated."""
    for name, value in (
        ("reason", said.reason),
        ("amount_minor", said.amount_minor),
        ("reference", said.reference),
    ):
        if value:
            answer[name] = value
    answers = list(
        PaymentOrder.objects.values_list("channel_responses", flat=True).get(pk=order.pk)
    )
    last = answers[-1] if answers else {}
    if {k: v for k, v in last.items() if k not in ("first", "last", "times")} == answer:
        answers[-1] = {**last, "last": at.isoformat(), "times": last["times"] + 1}
    else:
        answers.append({**answer, "first": at.isoformat(), "last": at.isoformat(), "times": 1})
    order.channel_responses = answers[-ANSWERS_MAX:]
    PaymentOrder.objects.filter(pk=order.pk).update(channel_responses=order.channel_responses)
