"""Orders that a phone begins by itself, from the page behind a bill's code: no kiosk knows of them.

They live as any order does (``initiation``, ``inquiry``, ``sweeper``). What is their own stands here: a
reference that no kiosk gives, and the asking of the channel while somebody looks at the page.
"""

import hashlib
import threading
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Annotated

from django.db import IntegrityError
from pydantic import StringConstraints

from contract.business_day import local_time
from contract.invoice_wish import PHONE_PATTERN
from contract.lifecycle import Fact
from contract.messages import BillToPay, Method, PaymentState, StartPayment
from server.estate.models import Community, Unit
from server.payments import initiation, inquiry, timing, transitions
from server.payments.channels import registry
from server.payments.channels.interface import Browser
from server.payments.channels.wechat_window import PREPAID
from server.payments.initiation import Caller
from server.payments.models import PaymentOrder, Place

REFERENCE_PATTERN = PHONE_PATTERN  # day and number
TRIES = 3  # to find a free reference
_asked_about: set[int] = set()  # keys of orders whose channel a look at their page waits for
_guard = threading.Lock()
ORDERS_OF_UNIT, WITHIN = 8, timedelta(minutes=30)  # begun by phones: each holds bills for a while


class TooManyBegun(Exception):
    """Phones have begun so many payments for the unit that no more are begun for now."""


class PhonePayment(StartPayment):
    """As a kiosk's, with a reference that no kiosk gives: its code would be too short."""

    reference: Annotated[str, StringConstraints(pattern=rf"^{REFERENCE_PATTERN}$")]


def offered(community: Community) -> list[Method]:
    """The channels by which its phones may pay by themselves, each in one window or another."""
    names = dict.fromkeys((*registry.on_phones(), *registry.in_own_window()))
    return registry.taken_by(community, [*names]) if community.phone_pays else []


def begin(
    unit: Unit,
    payment_id: str,
    method: Method,
    bills: Sequence[BillToPay],
    *,
    credit_minor: int,
    browser: Browser,
    now: datetime,
) -> PaymentOrder:
    """Makes the order, or finds it: the same page sent twice begins one payment. ``credit_minor``: so
    much of it comes out of the unit's credit; all of it where the method is CREDIT.

    Raises as ``initiation.start``, and TooManyBegun.
    """
    known = PaymentOrder.objects.filter(payment_id=payment_id, place=Place.PHONE).first()
    if known is None:
        _refuse_too_many(unit, now)
    whole = sum(bill.amount_minor for bill in bills)
    for attempt in range(TRIES):
        request = PhonePayment(
            payment_id=payment_id,
            reference=known.reference if known else _reference(unit, payment_id, now, attempt),
            method=method,
            unit=unit.code,
            bills=list(bills),
            amount_minor=whole - credit_minor,
            credit_minor=credit_minor,
            currency=unit.community.currency,
        )
        try:
            return initiation.start(Caller("", "", unit.community, browser=browser), request, now)
        except IntegrityError:
            if attempt == TRIES - 1:
                raise
    raise AssertionError("the last try returns or raises")


def _reference(unit: Unit, payment_id: str, now: datetime, attempt: int) -> str:
    """By its day and payment: a number is not given out again by a server that was restored."""
    seed = hashlib.sha256(f"{payment_id} {attempt}".encode()).digest()
    day = local_time(now, unit.community.time_zone)
    return f"P-{day:%y%m%d}-{int.from_bytes(seed[:8]) % 10**6:06d}"


def _refuse_too_many(unit: Unit, now: datetime) -> None:
    """What its channel declined held nothing."""
    begun = PaymentOrder.objects.filter(
        unit=unit, place=Place.PHONE, received_at__gt=now - WITHIN
    ).exclude(state__in=(PaymentState.APPROVED, PaymentState.DECLINED))
    if begun.count() >= ORDERS_OF_UNIT:
        raise TooManyBegun(unit.code)


def payable(order: PaymentOrder, now: datetime) -> bool:
    """Whether its payer may still be sent to the channel's page."""
    open_until = order.expires_at
    return (
        order.by_phone
        and order.life is PaymentState.PENDING
        and not (order.cancel_wanted or order.held_minor)
        and bool(order.code_url)
        and open_until is not None
        and now < open_until
    )


def in_window(order: PaymentOrder) -> bool:
    """Whether it can be paid in the window of the channel's own app only."""
    return order.code_url.startswith(PREPAID)


def page_opens(order: PaymentOrder, now: datetime) -> bool:
    """Whether the address that the channel gave for its page is young enough to open it."""
    given_at = order.submitted_at
    return given_at is not None and now < given_at + timing.PAGE_ADDRESS_LIFE


def follow(order: PaymentOrder, now: datetime) -> PaymentOrder:
    """Asks the channel while somebody looks at the page, not more often than for a kiosk; less often
    where it is silent. Of many looks at once that this process answers, one asks: the others say what
    is known."""
    if not order.by_phone or order.life.final or order.life is PaymentState.CREATED:
        return order
    last = order.channel_responses[-1] if order.channel_responses else {}
    asked_at = datetime.fromisoformat(last["last"]) if last else order.submitted_at
    pause_s = timing.SILENT_PAGE_POLL_S if last.get("answer") == "unknown" else timing.QR_POLL_S
    if asked_at is not None and now < asked_at + timedelta(seconds=pause_s):
        return order
    with _guard:
        if order.pk in _asked_about:
            return order
        _asked_about.add(order.pk)
    try:
        inquiry.check(order, now)
    finally:
        _asked_about.discard(order.pk)
    return PaymentOrder.objects.select_related("community", "unit").get(pk=order.pk)


def give_up(order: PaymentOrder, now: datetime) -> PaymentOrder:
    """The payer wants to pay no more. Where the channel cannot end it yet, its time does."""
    if not order.by_phone:
        return order
    if order.life is PaymentState.CREATED and registry.channel(order.method) is None:
        reason = "channel_unavailable"
        return transitions.apply_unpaid(order.payment_id, Fact.CANCELLED, reason, now)
    return inquiry.cancel(order, now)
