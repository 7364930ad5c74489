"""The kiosk API, version 1. Each call is thin: who asks, what the rooms below answer."""

from datetime import date, datetime
from functools import cache
from typing import Any

from django.contrib.admin.views.decorators import staff_member_required
from django.db import IntegrityError
from django.http import HttpRequest
from django.utils import timezone
from ninja import NinjaAPI, Query

from contract import messages
from contract.business_day import business_day
from contract.callbacks import CallbackStanding, CallbackTaken, CallbackWish
from contract.day_tally import Tallies, TalliesTaken
from contract.enrolment import (
    EnrolAnswer,
    EnrolRequest,
    JournalPosition,
    JournalSalvage,
    PairingAnswer,
    PairingAsk,
)
from contract.heartbeat import Heartbeat, HeartbeatAnswer
from contract.journal_hash import public_key
from contract.key_change import KeyChange, KeyChangeAnswer
from contract.messages import ErrorCode
from contract.payment_history import HistoryAsked, PaymentHistory
from contract.remote_acts import ActsAnswer, ActsCall
from contract.service_requests import RequestsAsked, RequestsFound, RequestTaken, RequestWish
from server.alerts.raising import resolve
from server.api import (
    errors,
    heartbeats,
    kiosk_config,
    long_poll,
    payment_history,
    resident_requests,
)
from server.api.authentication import (
    any_kiosk,
    beating_kiosk,
    confirmed,
    kiosk_auth,
    verified,
)
from server.api.errors import Refusal
from server.api.lookups import look_up
from server.api.parsing import StrictParser
from server.billing.unit_accounts import accounts_of, find_bill, owing, to_contract
from server.database import serializable
from server.fleet import (
    callbacks,
    clone_detection,
    day_tallies,
    enrolment,
    key_changes,
    pairing_wishes,
    reenrolment,
)
from server.fleet.models import Kiosk
from server.notices.publication import for_units_alone
from server.payments import initiation, inquiry
from server.payments.initiation import Caller
from server.payments.journal import intake
from server.payments.models import PaymentOrder
from server.payments.serializers import view_of
from server.prepared import Rows, one_row
from server.remote_acts import asking, exchange, signing
from server.staff.sign_in import address_of

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
errors.install(api, confirmed)


def _kiosk(request: HttpRequest) -> Kiosk:
    return request.auth  # type: ignore[attr-defined]


def _today(kiosk: Kiosk) -> date:
    return business_day(timezone.now(), kiosk.community.time_zone)


def _caller(kiosk: Kiosk) -> Caller:
    signer = kiosk.journal_key or kiosk.public_key
    return Caller(str(kiosk.id), kiosk.code, kiosk.community, signer)


def _order(kiosk: Kiosk, payment_id: str) -> PaymentOrder:
    orders = _orders()
    row = one_row(
        f"{orders.select} WHERE payment_id = %s AND kiosk_id = %s", (payment_id, str(kiosk.id))
    )
    if row is None:
        raise Refusal(ErrorCode.NOT_FOUND)
    order: PaymentOrder = orders.made(row)
    if order.community_id == kiosk.community_id:
        order.community = kiosk.community
    return order


@cache
def _orders() -> Rows:
    return Rows(PaymentOrder)


@api.post("/enrol", auth=None, response=EnrolAnswer)
def enrol(request: HttpRequest, body: EnrolRequest) -> Any:
    """Exchanges a one-time pairing code for an identity; signed with the new key itself."""
    _signed_by(request, body.public_key)
    now = timezone.now()
    try:
        kiosk = enrolment.enrol(body.pairing_code, body.public_key, now=now)
    except enrolment.PairingRefused as refused:
        raise Refusal(ErrorCode.PAIRING_CODE) from refused
    return _identity(kiosk, body.open_payments, now)


def _signed_by(request: HttpRequest, named: str) -> None:
    """Whoever has no identity yet signs with the key that it names. Raises Refusal."""
    try:
        key = public_key(named)
    except ValueError as wrong:
        raise Refusal(ErrorCode.BAD_REQUEST) from wrong
    verified(request, key)


def _identity(kiosk: Kiosk, open_payments: list[str], now: datetime) -> EnrolAnswer:
    return EnrolAnswer(
        kiosk_id=str(kiosk.id),
        kiosk_code=kiosk.code,
        community=kiosk.community.code,
        begin=reenrolment.position_of(kiosk, open_payments, now),
        act_key=signing.current(now).public_key,
    )


@api.post("/pairings", auth=None, response=PairingAnswer)
def pairing(request: HttpRequest, body: PairingAsk) -> Any:
    """A machine without an identity asks for one; signed with the new key itself. Asked again until
    somebody who is signed in has typed the code that it shows."""
    _signed_by(request, body.public_key)
    now = timezone.now()
    try:
        wish = pairing_wishes.ask(body.public_key, address_of(request), now)
    except pairing_wishes.TooMany as many:
        raise Refusal(ErrorCode.RATE_LIMITED, retry_after_s=60) from many
    kiosk = pairing_wishes.use(wish, now)
    if kiosk is not None:
        return PairingAnswer(state="paired", identity=_identity(kiosk, body.open_payments, now))
    return PairingAnswer(
        state="waits",
        code=wish.code,
        url=pairing_wishes.address_of(wish),
        expires_in_s=max(0.0, (wish.expires_at - now).total_seconds()),
    )


@api.get("/config", response=messages.KioskConfig)
def config(request: HttpRequest) -> Any:
    """What the kiosk needs to know; its version changes when anything in it does."""
    return kiosk_config.config_of(_kiosk(request), timezone.now())


@api.get("/bills/open", response=messages.OpenBills)
def open_bills(request: HttpRequest, cursor: str = "") -> Any:
    """A page of the community's units with open bills, for the hours without a line."""
    kiosk, today = _kiosk(request), _today(_kiosk(request))
    units = owing(kiosk.community, today).filter(code__gt=cursor).select_related("community")
    page = list(units.order_by("code")[: UNITS_A_PAGE + 1])
    more = page[UNITS_A_PAGE - 1].code if len(page) > UNITS_A_PAGE else None
    shown = page[:UNITS_A_PAGE]
    ids, notices = for_units_alone(shown, kiosk.community, today, kiosk.building_id)
    accounts = [
        account.model_copy(update={"notice_ids": ids.get(account.unit, [])})
        for account in accounts_of(shown, today)
    ]
    return messages.OpenBills(
        accounts=accounts,
        notices=notices,
        next_cursor=more,
        as_of=timezone.now(),
        journal_received=kiosk.journal_sequence,  # as it was before the bills were read
    )


@api.post("/units/lookup", response=messages.UnitAccount)
def lookup(request: HttpRequest, body: messages.UnitLookup) -> Any:
    kiosk = _kiosk(request)
    return look_up(kiosk, body, _today(kiosk), timezone.now())


@api.post("/units/payments", response=PaymentHistory)
def unit_payments(request: HttpRequest, body: HistoryAsked) -> Any:
    """What the unit has paid, by all ways; only with a proof, and wrong digits are counted."""
    kiosk = _kiosk(request)
    return payment_history.find(kiosk, body, _today(kiosk), timezone.now())


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


@api.get("/callbacks/{wish_id}", response=CallbackStanding)
def callback_standing(request: HttpRequest, wish_id: str) -> Any:
    """Whether somebody has seen this kiosk's wish."""
    found = callbacks.standing(_kiosk(request), wish_id[:40])
    if found is None:
        raise Refusal(ErrorCode.NOT_FOUND)
    return found


@api.post("/requests", response=RequestTaken)
def send_request(request: HttpRequest, body: RequestWish) -> Any:
    """A resident's repair, complaint, question or praise; the same wish again is the same request."""
    return resident_requests.take(_kiosk(request), body, timezone.now())


@api.post("/requests/find", response=RequestsFound)
def find_requests(request: HttpRequest, body: RequestsAsked) -> Any:
    """How earlier requests of a unit stand; wrong digits are counted, and soon refused."""
    return resident_requests.find(_kiosk(request), body, timezone.now())


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
    if (
        wait
        and not inquiry.has_news(order, after_version)
        and not long_poll.left(request, order, after_version, wait)
    ):
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
    # as server.estate.row_locks; not its community, which long acts hold
    held = Kiosk.objects.select_for_update(no_key=True, of=("self",))
    kiosk = held.select_related("community").get(pk=asking.pk)
    if kiosk.public_key != asking.public_key:  # enrolled again while this was on its way
        raise Refusal(ErrorCode.KEY_UNKNOWN)
    taken = intake.ingest(
        *(_caller(kiosk), kiosk.journal_sequence, kiosk.journal_hash),
        *(entries, now),
        settled=settled,
        earlier=lambda: enrolment.retired_keys(str(kiosk.id)),
    )
    kiosk.journal_sequence, kiosk.journal_hash = taken.position, taken.hash
    kiosk.journal_key = taken.signer if taken.signer != kiosk.public_key else ""
    kiosk.journal_waits_since = None
    names = ["journal_sequence", "journal_hash", "journal_key", "journal_waits_since"]
    kiosk.save(update_fields=names)
    return taken


@api.post("/journal/continue", auth=any_kiosk, response=JournalPosition)
def continue_journal(request: HttpRequest, body: JournalSalvage) -> Any:
    """For a kiosk that found its journal damaged: where it goes on, and what it has to find out."""
    return reenrolment.after_damage(_kiosk(request), body, timezone.now())


@api.post("/heartbeats", auth=beating_kiosk, response=HeartbeatAnswer)
def heartbeat(request: HttpRequest, body: Heartbeat) -> Any:
    return heartbeats.take(request, body, timezone.now())


@api.post("/keys", auth=any_kiosk, response=KeyChangeAnswer)
def change_key(request: HttpRequest, body: KeyChange) -> Any:
    """The kiosk's next key, signed by the one of now; in use from its first request on."""
    kiosk, now = _kiosk(request), timezone.now()
    if kiosk.stopped and body.public_key not in (kiosk.public_key, kiosk.next_key):
        raise Refusal(ErrorCode.KIOSK_STOPPED, reason=kiosk.stopped)
    by, reason = asking.who_asked(kiosk, body.act_id)
    try:
        key_changes.offer(kiosk, body, by, reason, now)
    except key_changes.KeyRefused as refused:
        codes = {"not_signed": ErrorCode.NOT_SIGNED, "gone": ErrorCode.KEY_UNKNOWN}
        raise Refusal(codes.get(refused.code, ErrorCode.BAD_REQUEST)) from refused
    return KeyChangeAnswer(public_key=body.public_key)


@api.post("/acts", auth=any_kiosk, response=ActsAnswer)
def acts(request: HttpRequest, body: ActsCall) -> Any:
    """What staff ask of the kiosk, and how it went: the kiosk tells, and is told what it may begin."""
    try:
        return exchange.exchange(_kiosk(request), body, timezone.now())
    except exchange.KeyGone as gone:
        raise Refusal(ErrorCode.KEY_UNKNOWN) from gone


@api.post("/tallies", auth=any_kiosk, response=TalliesTaken)
def tallies(request: HttpRequest, body: Tallies) -> Any:
    """What the kiosk counted: each day as a whole, so that the same again changes nothing."""
    return TalliesTaken(days=day_tallies.take(_kiosk(request), body, timezone.now()))
