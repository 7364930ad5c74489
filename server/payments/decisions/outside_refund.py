"""Staff say who bears what a channel sent back unasked of a payment whose bills stay settled."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from server.alerts.raising import resolve_one
from server.billing import outside_refunds
from server.payments import transitions
from server.payments.decisions.refusal import NotPossible
from server.payments.models import BorneBy, PaymentOrder
from server.staff import audit
from server.staff.people import Person

KIND = "refund_outside"  # the alert that ends with it


def settle_outside(
    payment_id: str,
    person: Person,
    reason: str,
    at: datetime,
    *,
    bearer: BorneBy,
    seen_minor: int | None = None,
) -> PaymentOrder:
    """CREDIT: it is taken from the unit's credit. COMPANY: it is written off. ``seen_minor``: all that
    had gone back when the person looked. Ends the alert.

    Raises NotPossible with ``ended``, ``amount_changed`` or ``too_little_credit``; audit.ReasonMissing;
    PaymentOrder.DoesNotExist.
    """
    audit.reason_of(reason)
    PaymentOrder.objects.get(payment_id=payment_id)
    with transaction.atomic():
        [order] = transitions.locked([payment_id])
        if seen_minor not in (None, order.refunded_minor):
            raise NotPossible(
                "amount_changed",
                _("More went back meanwhile. Look at it before you decide"),
            )
        try:
            amount = outside_refunds.borne_by(
                order.unit,
                bearer.value,
                payment_id=payment_id,
                sum_minor=order.refunded_minor,
                at=at,
            )
        except outside_refunds.TooLittleCredit as error:
            raise NotPossible(
                "too_little_credit",
                _("The unit has not enough credit"),
            ) from error
        if not amount:
            raise NotPossible("ended", _("It has been settled already"))
        resolve_one(order.community_id, KIND, order.reference, at)
        audit.record(
            order.community_id,
            person,
            "settle_outside",
            ("payment", payment_id),
            reason,
            at,
            before={"waiting_minor": amount, "refunded_minor": order.refunded_minor},
            after={"bearer": bearer.value},
        )
    return order
