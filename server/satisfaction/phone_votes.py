"""Votes after paying on a phone: one for each payment, the first as at a kiosk, while the payment is
young. Whoever is not satisfied may leave a number: that becomes a request, once."""

import uuid
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contract.day_tally import Vote
from contract.messages import PaymentState
from server.payments.models import PaymentOrder
from server.satisfaction.models import PhoneVote
from server.service_requests import coming_in
from server.service_requests.coming_in import NotTaken
from server.service_requests.models import Kind, ServiceRequest
from server.service_requests.models import Vote as Named

ASKED_FOR = timedelta(days=3)  # since the server heard that it was paid
CALL_BACK_WITHIN = timedelta(days=30)
CHOICES = [(vote.value, vote.label) for vote in Named]  # the best first
_ABOUT = (Kind.QUESTION, Kind.COMPLAINT)  # of topics: fees are asked about


def of(order: PaymentOrder) -> PhoneVote | None:
    return PhoneVote.objects.select_related("request").filter(order=order).first()


def asked(order: PaymentOrder, now: datetime) -> bool:
    """Whether its payer can say so now, if nobody has yet. A payment of a kiosk is asked about there."""
    taken = order.by_phone and order.life is PaymentState.APPROVED
    return taken and now < order.changed_at + ASKED_FOR


def take(order: PaymentOrder, vote: Vote, now: datetime) -> PhoneVote:
    """The first counts, whatever is sent after it. Raises NotTaken."""
    known = of(order)
    if known is not None:
        return known
    if not asked(order, now):
        raise NotTaken(gettext_lazy("Nothing is asked about this payment"))
    made, _new = PhoneVote.objects.get_or_create(
        order=order,
        defaults={"community_id": order.community_id, "vote": vote, "voted_at": now},
    )
    return made


def may_call_back(vote: PhoneVote) -> bool:
    """Whether a number can be left: somebody must be there to whom it goes."""
    low = vote.vote == Vote.BAD and vote.request is None
    return low and bool(coming_in.offered(vote.community))


def call_back(order: PaymentOrder, phone: str, now: datetime) -> ServiceRequest | None:
    """The request that it becomes; None where it is one already, which may be another person's. Raises
    NotTaken."""
    with transaction.atomic():
        rows = PhoneVote.objects.select_for_update(no_key=True, of=("self",))
        vote = rows.select_related("request").filter(order=order).first()
        if vote is not None and vote.request is not None:
            return None
        if vote is None or vote.vote != Vote.BAD or now > vote.voted_at + CALL_BACK_WITHIN:
            raise NotTaken(gettext_lazy("That is for who is not satisfied"))
        about = _("payment %(reference)s on the phone") % {"reference": order.reference}
        made = coming_in.open_call_back(
            order.unit, _ABOUT, about, phone, wish=_wish_of(order), now=now
        )
        vote.request = made
        vote.save(update_fields=["request"])
    return made


def _wish_of(order: PaymentOrder) -> uuid.UUID:
    return uuid.uuid5(uuid.UUID(order.payment_id), "call back")
