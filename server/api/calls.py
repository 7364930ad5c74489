"""The kiosk API, version 1. Each call is thin: who asks, what the rooms below answer."""

import hashlib
from datetime import date, datetime, time
from typing import Any

from django.conf import settings
from django.contrib.admin.views.decorators import staff_member_required
from django.db import IntegrityError
from django.http import HttpRequest
from django.utils import timezone
from ninja import NinjaAPI, Query

from contract import messages
from contract.business_day import business_day
from contract.callbacks import CallbackTaken, CallbackWish
from contract.enrolment import EnrolAnswer, EnrolRequest, JournalPosition, JournalSalvage
from contract.heartbeat import Heartbeat, HeartbeatAnswer
from contract.journal_hash import public_key
from contract.messages import ErrorCode, Method
from contract.stop_reason import StopReason
from server.alerts.raising import resolve
from server.api import errors
from server.api.authentication import any_kiosk, kiosk_auth, verified
from server.api.errors import Refusal
from server.api.lookups import look_up
from server.api.parsing import StrictParser
from server.billing.signing import bill_keys
from server.billing.unit_accounts import accounts_of, find_bill, to_contract
from server.database import serializable
from server.estate.models import Community, Unit
from server.fleet import callbacks, clone_detection, enrolment, reenrolment
from server.fleet.heartbeats import lost_since, record_heartbeat
from server.fleet.models import Kiosk
from server.notices.publication import shown
from server.payments import initiation, inquiry, restored
from server.payments.channels import registry
from server.payments.initiation import Caller
from server.payments.journal import intake
from server.payments.models import PaymentOrder
from server.payments.serializers import view_of

WAIT_S_MAX = 25
UNITS_A_PAGE = 100

api = NinjaAPI(
    title="LobbyPay kiosk API",
    version="1",
    urls_namespace="kiosk",
    auth=kiosk_auth,
    parser=StrictParser(),
    docs_decorator=staff_member_required(login_url="login"),
)
errors.install(api)


def _kiosk(request: HttpRequest) -> Kiosk:
    return request.auth  # type: ignore[attr-defined]


def _today(kiosk: Kiosk) -> date:
    return business_day(timezone.now(), kiosk.community.time_zone)


def _caller(kiosk: Kiosk) -> Caller:
    return Caller(str(kiosk.id), kiosk.code, kiosk.community, kiosk.public_key)


def _order(kiosk: Kiosk, payment_id: str) -> PaymentOrder:
    order = PaymentOrder.objects.select_related("community", "unit").filter(
        payment_id=payment_id, kiosk_id=str(kiosk.id)
    )
    found = order.first()
    if found is None:
        raise Refusal(ErrorCode.NOT_FOUND)
    return found


@api.post("/enrol", auth=None, response=EnrolAnswer)
def enrol(request: HttpRequest, body: EnrolRequest) -> Any:
    """Exchanges a one-time pairing code for an identity; signed with the new key itself."""
    try:
        key = public_key(body.public_key)
    except ValueError as wrong:
        raise Refusal(ErrorCode.BAD_REQUEST) from wrong
    verified(request, key)
    now = timezone.now()
    try:
        kiosk = enrolment.enrol(body.pairing_code, body.public_key, now=now)
    except enrolment.PairingRefused as refused:
        raise Refusal(ErrorCode.PAIRING_CODE) from refused
    return EnrolAnswer(
        kiosk_id=str(kiosk.id),
        kiosk_code=kiosk.code,
        community=kiosk.community.code,
        begin=reenrolment.position_of(kiosk, body.open_payments, now),
    )


def _offered(community: Community, names: list[str]) -> list[Method]:
    """Those of the channels that take the community's currency; play money is for test communities."""
    closed = [] if community.test else registry.simulated()
    currency = community.currency
    return [Method(n) for n in names if n not in closed and registry.takes(n, currency)]


def _hour(at: time | None) -> str:
    return at.strftime("%H:%M") if at else ""


def _config(kiosk: Kiosk) -> messages.KioskConfig:
    community, today = kiosk.community, _today(kiosk)
    config = messages.KioskConfig(
        version="",
        kiosk_code=kiosk.code,
        location=kiosk.location,
        community=messages.Community(
            code=community.code,
            name=community.name,
            currency=community.currency,
            time_zone=community.time_zone,
            test=community.test,
            office_phone=community.office_phone,
            office_hours=community.office_hours if community.office_hours_zh else None,
            office_opens=_hour(community.office_opens),
            office_closes=_hour(community.office_closes),
            duty_phone=community.duty_phone,
            company=community.company if community.company_zh else None,
        ),
        bill_keys=bill_keys(community),
        methods=[*_offered(community, registry.configured()), Method.CARD],
        simulated=_offered(community, registry.simulated()),
        payment_codes=_offered(community, registry.charging_phones()),
        second_factor=community.second_factor,
        numbering=community.unit_numbering,
        unit_start=kiosk.unit_start,
        unit_codes=list(
            Unit.objects.filter(community=community).order_by("code").values_list("code", flat=True)
        ),
        notices=shown(community, today),
        public_url=settings.PUBLIC_URL,
        server_time=timezone.now(),
    )
    said = config.model_dump_json(exclude={"version", "server_time"})
    return config.model_copy(update={"version": hashlib.sha256(said.encode()).hexdigest()[:16]})


@api.get("/config", response=messages.KioskConfig)
def config(request: HttpRequest) -> Any:
    """What the kiosk needs to know; its version changes when anything in it does."""
    return _config(_kiosk(request))


@api.get("/bills/open", response=messages.OpenBills)
def open_bills(request: HttpRequest, cursor: str = "") -> Any:
    """A page of the community's units with open bills, for the hours without a line."""
    kiosk = _kiosk(request)
    units = Unit.objects.filter(
        community=kiosk.community, code__gt=cursor, bills__state="open"
    ).select_related("community")
    page = list(units.distinct().order_by("code")[: UNITS_A_PAGE + 1])
    more = page[UNITS_A_PAGE - 1].code if len(page) > UNITS_A_PAGE else None
    return messages.OpenBills(
        accounts=accounts_of(page[:UNITS_A_PAGE], _today(kiosk)),
        next_cursor=more,
        as_of=timezone.now(),
        journal_received=kiosk.journal_sequence,  # as it was before the bills were read
    )


@api.post("/units/lookup", response=messages.UnitAccount)
def lookup(request: HttpRequest, body: messages.UnitLookup) -> Any:
    kiosk = _kiosk(request)
    return look_up(kiosk, body, _today(kiosk), timezone.now())


@api.get("/bills/{number}", response=messages.Bill)
def bill(request: HttpRequest, number: str) -> Any:
    kiosk = _kiosk(request)
    return to_contract(find_bill(kiosk.community, number), _today(kiosk))


@api.post("/callbacks", response=CallbackTaken)
def ask_callback(request: HttpRequest, body: CallbackWish) -> Any:
    """Somebody at this kiosk wants to be called back; staff are told."""
    kiosk = _kiosk(request)
    try:
        callbacks.take(kiosk, body, timezone.now())
    except callbacks.TooMany as full:
        raise Refusal(ErrorCode.RATE_LIMITED, retry_after_s=full.retry_after_s) from full
    return CallbackTaken(wish_id=body.wish_id)


@api.post("/payments", response=messages.PaymentView)
def start_payment(request: HttpRequest, body: messages.StartPayment) -> Any:
    kiosk = _kiosk(request)
    if kiosk.stopped:
        raise Refusal(ErrorCode.KIOSK_STOPPED, reason=kiosk.stopped)
    return view_of(initiation.start(_caller(kiosk), body, timezone.now()))


@api.get("/payments/{payment_id}", auth=any_kiosk, response=messages.PaymentView)
def payment(
    request: HttpRequest,
    payment_id: str,
    after_version: int = 0,
    wait: float = Query(0, ge=0, le=WAIT_S_MAX),
) -> Any:
    """The payment; with ``wait`` the answer comes when its version is newer, or after that time."""
    order = _order(_kiosk(request), payment_id)
    if wait:
        order = inquiry.wait(order, after_version, wait, timezone.now)
    return view_of(order)


@api.post("/payments/{payment_id}/cancel", auth=any_kiosk, response=messages.PaymentView)
def cancel_payment(request: HttpRequest, payment_id: str) -> Any:
    """Ends the order unless it was paid; the answer says how it stands."""
    order = _order(_kiosk(request), payment_id)
    return view_of(inquiry.cancel(order, timezone.now()))


@api.post("/journal", auth=any_kiosk, response=messages.JournalAnswer)
def post_journal(request: HttpRequest, body: messages.JournalBatch) -> Any:
    """Takes journal entries, each once and in order; all of the batch or nothing."""
    kiosk, now = _kiosk(request), timezone.now()
    clone_detection.hear(kiosk, body.presence, now)
    try:
        taken = _taken(kiosk, list(body.entries), now)
    except (intake.JournalGap, intake.JournalBroken) as wrong:
        clone_detection.doubt(kiosk, wrong, now)
        raise
    over = ("journal_gap", "journal_stands_still") if body.entries else ("journal_gap",)
    resolve(kiosk.community_id, over, kiosk.code, now)
    return messages.JournalAnswer(acknowledged=taken.position, refused=taken.refused)


def _taken(kiosk: Kiosk, entries: list[messages.ReceivedEntry], now: datetime) -> intake.Ingested:
    """A value that is taken each time it is tried is no race."""
    try:
        return serializable(lambda: _ingest(kiosk, entries, now))
    except IntegrityError:
        return serializable(lambda: _ingest(kiosk, entries, now, settled=True))


def _ingest(
    asking: Kiosk, entries: list[messages.ReceivedEntry], now: datetime, settled: bool = False
) -> intake.Ingested:
    held = Kiosk.objects.select_for_update(no_key=True)  # as server.estate.row_locks
    kiosk = held.select_related("community").get(pk=asking.pk)
    if kiosk.public_key != asking.public_key:  # enrolled again while this was on its way
        raise Refusal(ErrorCode.KEY_UNKNOWN)
    taken = intake.ingest(
        *(_caller(kiosk), kiosk.journal_sequence, kiosk.journal_hash),
        *(entries, now),
        settled=settled,
    )
    kiosk.journal_sequence, kiosk.journal_hash = taken.position, taken.hash
    kiosk.journal_waits_since = None
    kiosk.save(update_fields=["journal_sequence", "journal_hash", "journal_waits_since"])
    return taken


@api.post("/journal/continue", auth=any_kiosk, response=JournalPosition)
def continue_journal(request: HttpRequest, body: JournalSalvage) -> Any:
    """For a kiosk that found its journal damaged: where it goes on, and what it has to find out."""
    return reenrolment.after_damage(_kiosk(request), body, timezone.now())


@api.post("/heartbeats", auth=any_kiosk, response=HeartbeatAnswer)
def heartbeat(request: HttpRequest, body: Heartbeat) -> Any:
    kiosk, now = _kiosk(request), timezone.now()
    last_known = lost_since(kiosk, body)
    if last_known is not None:
        restored.ask_again(last_known, now)
    record_heartbeat(kiosk, body, now=now)
    clone_detection.watch_journal(kiosk, body, now)
    clone_detection.watch_backlog(kiosk, body, now)
    stopped = clone_detection.hear(kiosk, body.presence, now)
    if stopped is None and not kiosk.active:
        stopped = StopReason.SWITCHED_OFF
    version = _config(kiosk).version
    return HeartbeatAnswer(
        server_time=now,
        config_version=version,
        stopped=stopped,
        journal_received=kiosk.journal_sequence,
    )
