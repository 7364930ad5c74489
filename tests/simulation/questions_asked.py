"""Every alert ends, or somebody is asked about it: what is open in the end is in the list of open
questions, and what has an end has been answered there."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from contract.messages import Method
from server.alerts.models import Alert
from server.payments.models import Refund
from tests.simulation.accounts import Account
from tests.simulation.desk import TO_BE_ENDED

if TYPE_CHECKING:
    from tests.simulation.run import Simulation


def problems(run: "Simulation") -> Iterator[str]:
    asked = run.clerks.desk.open()
    for question in asked:
        if question.kind in TO_BE_ENDED:
            yield f"nobody could answer: {question.kind} {question.reference}: {question.what.en}"
    known = {question.subject for question in asked}
    known |= {question.link.removeprefix("alert:") for question in asked}
    known |= {question.reference for question in asked}
    for alert in Alert.objects.filter(resolved_at=None):
        if not {str(alert.pk), alert.subject} & known:
            yield f"alert {alert.kind} {alert.subject} is open, and nobody is asked about it"
    yield from _given_back_twice(run)


def _given_back_twice(run: "Simulation") -> Iterator[str]:
    """By people and by the machine: that happens only if somebody is told."""
    for refund in Refund.objects.filter(refund_no__in=run.clerks.desk.by_hand):
        account = _account(run, refund)
        if account is not None and refund.refund_no in account.refunds:
            told = Alert.objects.filter(kind="refunded_twice", subject=refund.refund_no)
            if not told.exists():
                yield f"{refund.refund_no} was given back by people and by the channel"


def _account(run: "Simulation", refund: Refund) -> Account | None:
    return run.channels[Method(refund.order.method)].accounts.get(refund.order.out_trade_no)
