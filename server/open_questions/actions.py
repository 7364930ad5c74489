"""From a form on the page to one act: whose it may be, and which function does it. Decides nothing."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from contract.business_day import zone
from server.alerts.models import Alert
from server.billing.typed_money import NoAmount, minor_of
from server.estate.models import Community
from server.payments.decisions import approval, unknown_outcome
from server.payments.decisions.alert_closing import resolve_alert
from server.payments.decisions.amount_difference import settle_amount
from server.payments.decisions.outside_refund import settle_outside
from server.payments.decisions.refund_takeover import NotAlone, returned_by_hand, try_again
from server.payments.decisions.refusal import NotPossible
from server.payments.decisions.unclear_return import state_returned
from server.payments.models import BorneBy, HeldFor, PaymentOrder, Refund
from server.staff import approvals
from server.staff.people import Person
from server.staff.roles import Deed
from server.storable import storable_text

DEEDS = {
    "look_again": Deed.DECIDE_PAYMENT,
    "book_as_paid": Deed.DECIDE_PAYMENT,
    "book_as_unpaid": Deed.DECIDE_PAYMENT,
    "release_bills": Deed.DECIDE_PAYMENT,
    "settle_amount": Deed.DECIDE_PAYMENT,
    "settle_outside": Deed.DECIDE_PAYMENT,
    "state_returned": Deed.DECIDE_PAYMENT,
    "refund_again": Deed.RETURN_MONEY,
    "returned_by_hand": Deed.RETURN_MONEY,
    "resolve_alert": Deed.RESOLVE_ALERT,
}


class NotUnderstood(Exception):
    """The form is not one of this page's."""


@dataclass(frozen=True)
class Request:
    """One act as it was asked for. ``form``: what was filled in."""

    act: str
    subject: str
    person: Person
    reason: str
    at: datetime
    form: Mapping[str, Any]
    user: Any = None  # the account behind the person, whose limits hold

    @property
    def version(self) -> int | None:
        return self._number("version")

    @property
    def looked(self) -> bool:
        return self.form.get("looked") == "yes"

    def _number(self, name: str) -> int | None:
        text = str(self.form.get(name, ""))
        return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else None

    @property
    def seen_minor(self) -> int | None:
        return self._number("seen_minor")

    def moment(self, name: str, community: Community) -> datetime | None:
        """A time of day as the community's clocks show it; none when nothing was filled in."""
        text = str(self.form.get(name, ""))
        if not text:
            return None
        try:
            return datetime.fromisoformat(text).replace(tzinfo=zone(community.time_zone))
        except ValueError as error:
            raise NotUnderstood(name) from error


DONE = {
    "look_again": _("Asked; see below"),
    "book_as_paid": _("Booked as paid"),
    "book_as_unpaid": _("Ended as not paid"),
    "release_bills": _("The bills can be paid again"),
    "settle_amount": _("The money is booked as you said"),
    "settle_outside": _("The difference is booked as you said"),
    "state_returned": _("Booked as you said"),
    "refund_again": _("Tried; see below"),
    "returned_by_hand": _("Returned by hand; it is not sent any more"),
    "resolve_alert": _("Marked as dealt with"),
}


ASKED = _("Another person has to approve this. Hand out nothing before")


def perform(asked: Request, communities: QuerySet[Community]) -> str | Promise:
    """What was done, in words. ``communities``: those in which the person may do it. Raises
    NotPossible, ReasonMissing, NotUnderstood, PermissionDenied (another community's)."""
    if asked.act not in DONE or "\x00" in asked.subject:
        raise NotUnderstood(asked.act)
    return _OF[asked.act](asked, communities) or DONE[asked.act]


def _order(asked: Request, communities: QuerySet[Community]) -> PaymentOrder:
    order = (
        PaymentOrder.objects.filter(payment_id=asked.subject).select_related("community").first()
    )
    return _in_scope(order, communities)


def _refund(asked: Request, communities: QuerySet[Community]) -> Refund:
    refund = Refund.objects.filter(refund_no=asked.subject).select_related("community").first()
    return _in_scope(refund, communities)


def _alert(asked: Request, communities: QuerySet[Community]) -> Alert:
    if not (asked.subject.isascii() and asked.subject.isdecimal()) or len(asked.subject) > 18:
        raise NotUnderstood("subject")
    return _in_scope(Alert.objects.filter(pk=int(asked.subject)).first(), communities)


def _in_scope(row: Any, communities: QuerySet[Community]) -> Any:
    if row is None or not communities.filter(pk=row.community_id).exists():
        raise PermissionDenied
    return row


def _look_again(asked: Request, communities: QuerySet[Community]) -> None:
    order = _order(asked, communities)
    unknown_outcome.look_again(order.payment_id, asked.person, asked.reason, asked.at)


def _book_as_paid(asked: Request, communities: QuerySet[Community]) -> None:
    order = _order(asked, communities)
    unknown_outcome.book_as_paid(
        order.payment_id,
        asked.person,
        asked.reason,
        asked.at,
        channel_reference=storable_text(str(asked.form.get("number", "")).strip()),
        looked_at_channel=asked.looked,
        as_of=asked.version,
        purpose=_choice(HeldFor, asked.form["purpose"]) if asked.form.get("purpose") else None,
    )


def _book_as_unpaid(asked: Request, communities: QuerySet[Community]) -> None:
    order = _order(asked, communities)
    unknown_outcome.book_as_unpaid(
        order.payment_id,
        asked.person,
        asked.reason,
        asked.at,
        looked_at_channel=asked.looked,
        as_of=asked.version,
    )


def _release_bills(asked: Request, communities: QuerySet[Community]) -> None:
    order = _order(asked, communities)
    unknown_outcome.release_bills(
        order.payment_id, asked.person, asked.reason, asked.at, as_of=asked.version
    )


def _settle_amount(asked: Request, communities: QuerySet[Community]) -> None:
    order = _order(asked, communities)
    settle_amount(
        order.payment_id,
        asked.person,
        asked.reason,
        asked.at,
        purpose=_choice(HeldFor, asked.form.get("purpose")),
        seen_minor=asked.seen_minor,
    )


def _settle_outside(asked: Request, communities: QuerySet[Community]) -> None:
    order = _order(asked, communities)
    settle_outside(
        order.payment_id,
        asked.person,
        asked.reason,
        asked.at,
        bearer=_choice(BorneBy, asked.form.get("bearer")),
        seen_minor=asked.seen_minor,
    )


def _state_returned(asked: Request, communities: QuerySet[Community]) -> None:
    order = _order(asked, communities)
    try:
        minor = minor_of(str(asked.form.get("returned", "")), order.currency)
    except NoAmount as error:
        raise NotPossible("no_amount", _("Please type the amount in yuan, as 120.50")) from error
    state_returned(order.payment_id, asked.person, asked.reason, asked.at, returned_minor=minor)


def _refund_again(asked: Request, communities: QuerySet[Community]) -> None:
    refund = _refund(asked, communities)
    try_again(refund.refund_no, asked.person, asked.reason, asked.at)


def _returned_by_hand(asked: Request, communities: QuerySet[Community]) -> Promise | None:
    """Above the person's limit another is asked first; the money is handed out after that."""
    refund = _refund(asked, communities)
    how, key = _choice(Refund.How, asked.form.get("how")), refund.community_id
    amount, user = refund.amount_minor, asked.user
    if user is not None and approvals.needs_another(user, approval.CODE, key, amount):
        return _ask_to_return(asked, refund, how)
    try:
        returned_by_hand(
            refund.refund_no,
            asked.person,
            asked.reason,
            asked.at,
            how=how,
            returned_at=asked.moment("returned_at", refund.community),
            looked_at_channel=asked.looked,
            alone=lambda: (
                user is None or approvals.take_alone(user, approval.CODE, key, amount, asked.at)
            ),
        )
    except NotAlone:
        return _ask_to_return(asked, refund, how)
    return None


def _ask_to_return(asked: Request, refund: Refund, how: Refund.How) -> Promise:
    details = {"how": how.value, "looked": asked.looked}
    values = (
        refund.refund_no,
        refund.amount_minor,
        refund.order.currency,
        asked.reason,
        asked.at,
    )
    approvals.ask(asked.user, approval.CODE, refund.community_id, *values, details=details)
    return ASKED


def _resolve_alert(asked: Request, communities: QuerySet[Community]) -> None:
    resolve_alert(_alert(asked, communities).pk, asked.person, asked.reason, asked.at)


def _choice(choices: Any, value: object) -> Any:
    try:
        return choices(value)
    except ValueError as error:
        raise NotUnderstood(str(value)) from error


_OF = {
    "look_again": _look_again,
    "book_as_paid": _book_as_paid,
    "book_as_unpaid": _book_as_unpaid,
    "release_bills": _release_bills,
    "settle_amount": _settle_amount,
    "settle_outside": _settle_outside,
    "state_returned": _state_returned,
    "refund_again": _refund_again,
    "returned_by_hand": _returned_by_hand,
    "resolve_alert": _resolve_alert,
}
