"""Staff say how much a channel sent back, where the channel itself does not."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from contract.messages import PaymentState
from server.payments import outside_refunds, transitions
from server.payments.channels.interface import ChannelStatus, OrderState
from server.payments.decisions.refusal import NotPossible
from server.payments.models import PaymentOrder
from server.staff import audit
from server.staff.people import Person

KIND = outside_refunds.UNCLEAR  # the alert that ends with it


def state_returned(
    payment_id: str, person: Person, reason: str, at: datetime, *, returned_minor: int
) -> PaymentOrder:
    """``returned_minor``: all that went back of the payment, by the merchant's console. It counts as if
    the channel had said it: all of it reverses the payment; what is left of late money goes its way; who
    bears a part of what settled bills is asked next. Where no more went back than is booked, nothing is.

    Raises NotPossible with ``ended``, ``too_much``, ``too_little`` or ``changed``; audit.ReasonMissing;
    PaymentOrder.DoesNotExist.
    """
    audit.reason_of(reason)
    PaymentOrder.objects.get(payment_id=payment_id)
    with transaction.atomic():
        [order] = transitions.locked([payment_id])
        if not outside_refunds.is_unclear(order):
            raise NotPossible("ended", _("It has been settled already"))
        whole = order.captured_minor or order.amount_minor
        if not 0 < returned_minor <= whole:
            raise NotPossible("too_much", _("More than was paid cannot have gone back"))
        if order.life is PaymentState.APPROVED and returned_minor < order.refunded_minor:
            raise NotPossible("too_little", _("More than that is known to have gone back"))
        before = {"state": order.state, "refunded_minor": order.refunded_minor}
        known = OrderState(
            ChannelStatus.REFUNDED,
            order.channel_reference,
            whole,
            order.paid_at or at,
            returned_minor,
        )
        try:
            outside_refunds.went_back(payment_id, known, at, order.version)
        except transitions.StaleAnswer as changed:
            raise NotPossible(
                "changed", _("The payment has changed. Look at it again before you decide")
            ) from changed
        order = PaymentOrder.objects.get(payment_id=payment_id)
        after = {"state": order.state, "refunded_minor": order.refunded_minor}
        audit.record(
            order.community_id,
            person,
            "state_returned",
            ("payment", payment_id),
            reason,
            at,
            before=before,
            after={"returned_minor": returned_minor, **after},
        )
    return order
