"""Requests that residents send at a kiosk, and how earlier ones of their unit stand."""

from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db.models import F

from contract.invoice_wish import InvoiceWish
from contract.messages import ErrorCode, PaymentState
from contract.service_requests import (
    FOUND_MAX,
    PHONE_KEY,
    RequestsAsked,
    RequestsFound,
    RequestStanding,
    RequestTaken,
    RequestWish,
)
from server.api import guesses, windows
from server.api.errors import Refusal
from server.api.lookups import counted
from server.api.models import LookupWindow
from server.billing.unit_accounts import UnitNotFound, find_unit
from server.estate.models import Unit
from server.fleet.models import Kiosk
from server.payments.models import PaymentOrder
from server.service_requests import coming_in, invoices
from server.service_requests.coming_in import NotTaken, Said
from server.service_requests.invoices import Buyer
from server.service_requests.models import Kind, Origin, ServiceRequest, State, Topic
from server.service_requests.reading import conversation

SENT_AN_HOUR, RETRY_AFTER_S = 30, 600  # of one kiosk: somebody plays with it
SHOWN_FOR = timedelta(days=180)


def take(kiosk: Kiosk, wish: RequestWish, now: datetime) -> RequestTaken:
    """The same wish again is the same request. Raises Refusal and UnitNotFound."""
    known = ServiceRequest.objects.filter(  # whatever became of its unit since
        wish=wish.wish_id, community=kiosk.community_id, kiosk_code=kiosk.code
    ).first()
    if known is None:
        unit = find_unit(kiosk.community, wish.unit)
        said = Said(wish.text if wish.invoice is None else _invoice(unit, wish.invoice))
        _count_sent(kiosk, now)
        known = _opened(kiosk, unit, wish, said, now)
    return _taken(wish, known)


def _taken(wish: RequestWish, known: ServiceRequest) -> RequestTaken:
    page = f"{settings.PUBLIC_URL}/r/{known.page}"
    return RequestTaken(wish_id=wish.wish_id, number=known.number, url=page)


def _invoice(unit: Unit, invoice: InvoiceWish) -> str:
    """What is asked for. Another wish for the same payment is another request: its page has the buyer
    and what the office said, and whoever stands at a kiosk can name a unit. Raises Refusal."""
    payment = PaymentOrder.objects.filter(
        community=unit.community_id,
        unit=unit.pk,
        reference=invoice.reference,
        state=PaymentState.APPROVED,
    ).first()
    if payment is None:
        raise Refusal(ErrorCode.NOT_FOUND)
    buyer = Buyer(invoice.title, invoice.tax_number, language=invoice.language)
    return invoices.words(payment, buyer)


def _opened(
    kiosk: Kiosk, unit: Unit, wish: RequestWish, said: Said, now: datetime
) -> ServiceRequest:
    topic = Topic.objects.filter(
        community=kiosk.community_id, pk=int(wish.topic), retired_at=None
    ).first()
    if topic is None or (topic.kind == Kind.INVOICE) is not (wish.invoice is not None):
        raise Refusal(ErrorCode.NOT_FOUND)
    try:
        return coming_in.open_request(
            Unit.objects.select_related("community").get(pk=unit.pk),
            topic,
            said,
            wish=UUID(wish.wish_id),
            origin=Origin.KIOSK,
            kiosk=kiosk.code,
            phone=wish.phone,
            now=now,
        )
    except coming_in.TooManyOpen as full:
        raise Refusal(ErrorCode.RATE_LIMITED, retry_after_s=RETRY_AFTER_S) from full
    except NotTaken as no:
        raise Refusal(ErrorCode.BAD_REQUEST) from no


def _count_sent(kiosk: Kiosk, now: datetime) -> None:
    if not windows.one_more(f"req {kiosk.pk.hex}", windows.hour_of(now), SENT_AN_HOUR):
        raise Refusal(ErrorCode.RATE_LIMITED, retry_after_s=RETRY_AFTER_S)


def find(kiosk: Kiosk, asked: RequestsAsked, now: datetime) -> RequestsFound:
    """Raises Refusal and UnitNotFound."""
    window = counted(kiosk, now)
    try:
        unit = find_unit(kiosk.community, asked.unit)
    except UnitNotFound:
        _missed(window)
        raise
    if not guesses.may_guess(unit.pk, now, kiosk=kiosk.pk):
        raise Refusal(ErrorCode.RATE_LIMITED, retry_after_s=3600)
    rows = ServiceRequest.objects.filter(unit=unit, opened_at__gt=now - SHOWN_FOR)
    if len(asked.key) == PHONE_KEY:
        rows = rows.filter(phone__endswith=asked.key)
    else:
        rows = rows.filter(number=f"S{int(asked.key):06d}")
    newest = rows.select_related("topic", "joined_to").order_by("-opened_at")[:FOUND_MAX]
    found = [_standing(one) for one in newest]
    if found:
        guesses.guessed_right(unit.pk, now, kiosk=kiosk.pk)
    else:
        _missed(window)
    return RequestsFound(requests=found)


def _missed(window: LookupWindow) -> None:
    LookupWindow.objects.filter(pk=window.pk).update(misses=F("misses") + 1)


def _standing(one: ServiceRequest) -> RequestStanding:
    said = [word for word, _ in conversation(one) if word.by and word.text]
    return RequestStanding(
        number=one.number,
        topic=one.topic.name,
        state=State(one.state).value,
        opened_at=one.opened_at,
        answer=said[-1].text if said else "",
        answered_at=said[-1].at if said else None,
    )
