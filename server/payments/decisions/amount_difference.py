"""Staff say what money of another amount than the order's is for."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from contract.business_day import business_day
from contract.messages import PaymentState
from server.billing import settlement
from server.billing.leases import release
from server.payments import allocation, held_money, inquiry, refunds, transitions
from server.payments.decisions.refusal import NotPossible
from server.payments.models import HeldFor, PaymentOrder
from server.staff import audit
from server.staff.people import Person


def settle_amount(
    payment_id: str,
    person: Person,
    reason: str,
    at: datetime,
    *,
    purpose: HeldFor,
    seen_minor: int | None = None,
) -> PaymentOrder:
    """Held money leaves the suspense account, once, and the alert ends.

    BILLS: settles the order's bills, in their order, as far as it reaches, and the rest is credit of
    the unit. CREDIT: all of it is credit. REFUND: it goes back as a refund. ``seen_minor``: the amount
    that the person saw. Raises NotPossible with ``nothing_held`` or ``amount_changed``,
    audit.ReasonMissing, PaymentOrder.DoesNotExist.
    """
    audit.reason_of(reason)
    order = PaymentOrder.objects.get(payment_id=payment_id)
    if order.held_minor and order.by_code:
        inquiry.check(order, at)  # what the channel says by now counts
    with transaction.atomic():
        order = _locked(payment_id)
        if not order.held_minor:
            raise NotPossible(
                "nothing_held",
                _("This money has been dealt with already"),
            )
        if seen_minor not in (None, order.held_minor):
            raise NotPossible(
                "amount_changed",
                _("The channel tells another amount now. Look at it before you decide"),
            )
        before = {"state": order.state, "held_minor": order.held_minor}
        _settle(order, purpose, at)
        audit.record(
            order.community_id,
            person,
            "settle_amount",
            ("payment", payment_id),
            reason,
            at,
            before=before,
            after={
                "purpose": purpose.value,
                "state": order.state,
                "allocated_minor": order.allocated_minor,
                "credited_minor": order.credited_minor,
            },
        )
    return order


def _locked(payment_id: str) -> PaymentOrder:
    [order] = transitions.locked([payment_id])
    return order


def _settle(order: PaymentOrder, purpose: HeldFor, at: datetime) -> None:
    amount = order.held_minor
    about = {"method": order.method, "payment_id": order.payment_id, "at": at}
    meant = _as_far_as_it_reaches(order)
    fields = held_money.leaves(order, at)
    allocated, credited = 0, 0
    if purpose is HeldFor.REFUND:
        settlement.receive_for_refund(order.unit, amount, **about)
        refunds.to_be_refunded(order, amount, "amount_differs", at)
    elif purpose is HeldFor.CREDIT:
        settlement.receive_as_credit(order.unit, amount, **about)
        credited = amount
    else:
        [done] = settlement.settle_together([meant], at=at)
        allocated, credited = amount - done.credited_minor, done.credited_minor
    release(order.payment_id)
    state = PaymentState.REVERSED if purpose is HeldFor.REFUND else PaymentState.APPROVED
    fields |= {"allocated_minor": allocated, "credited_minor": credited}
    transitions.apply_decision(order, state, at, reason="amount_differs", **fields)


def _as_far_as_it_reaches(order: PaymentOrder) -> settlement.Taken:
    """The bills that the held money pays whole, one after the other; what is left is credit."""
    assert order.held_since is not None
    parts, rest = [], order.held_minor
    for part in allocation.parts_of([order])[order.payment_id]:
        if part.amount_minor > rest:
            break
        parts.append(part)
        rest -= part.amount_minor
    day = business_day(order.held_since, order.community.time_zone)
    return settlement.Taken(
        order.unit,
        parts,
        order.method,
        order.payment_id,
        day,
        rest,
        currency=order.currency,
        in_part=order.in_part,
    )
