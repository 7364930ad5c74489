"""Starting a payment: the order row is committed before any channel hears of it, and a retry with the
same id continues instead of beginning again."""

import hashlib
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from contract import messages
from contract.business_day import business_day
from contract.lifecycle import Fact
from contract.messages import ErrorCode, Method, PaymentState, StartPayment
from contract.methods import BY_CHANNEL
from server.billing import credit_reserve
from server.billing.credit import TooLittleCredit
from server.billing.leases import BillLeased, BillNotOpen, lease, lock
from server.billing.models import Bill
from server.billing.unit_accounts import UnitNotFound, credit_minor, find_unit, snapshot
from server.estate.models import Community
from server.estate.row_locks import hold_unit
from server.language import both
from server.payments import held_bills, inquiry, notifications, payment_codes, timing, transitions
from server.payments.channels import registry
from server.payments.channels.interface import (
    Browser,
    Channel,
    ChannelStatus,
    ChannelUnavailable,
    Order,
    OrderState,
)
from server.payments.models import PaymentOrder, Place, RefusedStart
from server.payments.order_checks import (
    AmountChanged,
    BillUnknown,
    NotAtNight,
    check_night,
    checked_bills,
)


class IdempotencyConflict(Exception):
    """The payment id came before with another body, or from another kiosk."""


class SimulatedMoney(Exception):
    """Simulated money is accepted for test communities only."""


class RefusedBefore(Exception):
    """An earlier try of the payment was refused; ``code``: what its kiosk was told, ``night``: why, where
    it was NotAtNight."""

    def __init__(self, code: ErrorCode, night: str = "") -> None:
        super().__init__(code)
        self.code, self.night = code, night


REFUSALS: dict[type[Exception], ErrorCode] = {
    AmountChanged: ErrorCode.AMOUNT_CHANGED,
    SimulatedMoney: ErrorCode.SIMULATED_MONEY,
    BillUnknown: ErrorCode.NOT_FOUND,
    BillNotOpen: ErrorCode.BILL_PAID,
    BillLeased: ErrorCode.BILL_LEASED,
    UnitNotFound: ErrorCode.UNIT_NOT_FOUND,
    TooLittleCredit: ErrorCode.CREDIT_TOO_LITTLE,
    NotAtNight: ErrorCode.CHANNEL_UNAVAILABLE,
}


@dataclass(frozen=True)
class Caller:
    """The kiosk that asks, ``public_key`` (base64url, raw) signs its journal; or a phone that pays by
    itself, which has no id: the payment's is its secret."""

    kiosk_id: str
    kiosk_code: str
    community: Community
    public_key: str = ""
    browser: Browser | None = None


def start(caller: Caller, request: StartPayment, now: datetime) -> PaymentOrder:
    """The order, made or found.

    Raises IdempotencyConflict, AmountChanged, SimulatedMoney, BillUnknown, UnitNotFound, BillNotOpen,
    BillLeased, OtherWallet, TooLittleCredit, NotAtNight, ChannelUnavailable, and OutcomeUnknown when the
    channel left us in doubt: ask again. What was refused stays refused, in whatever order its tries
    arrive: RefusedBefore says why it was.
    A payment code is charged once; whatever comes again under the id only looks. What is paid out of the
    unit's credit is booked with its order, in one transaction; a part that is to be is reserved in it.
    """
    digest = _digest(request)
    order = PaymentOrder.objects.filter(payment_id=request.payment_id).first()
    known = order is not None
    if order is None:
        refused = _refused_before(request.payment_id)
        if refused is not None:
            raise refused
        payment_codes.check_request(request)
        try:
            order = _begun(caller, request, digest, now)
        except IntegrityError:  # the same request, a moment earlier, on another thread
            order = PaymentOrder.objects.filter(payment_id=request.payment_id).first()
            if order is None:
                raise
    known_from_journal = not order.request_hash
    if order.kiosk_id != caller.kiosk_id or not (
        known_from_journal or order.request_hash == digest
    ):
        raise IdempotencyConflict(request.payment_id)
    if order.method == Method.CREDIT:
        return order
    if order.life is PaymentState.CREATED:
        order = notifications.match_order(order, now)
    if known and order.life is PaymentState.CREATED:
        order = held_bills.held_again(order, now)
    if request.payment_code is not None:
        return _charge(order, request.payment_code, now)
    if order.life is not PaymentState.CREATED or order.cancel_wanted:
        return order
    if order.method == Method.CARD:
        return transitions.mark_submitted(order.payment_id, now)
    if caller.browser is not None and caller.browser.payer_unknown:
        return order  # ``go_on`` asks the channel, once it is known who pays
    return _ask_channel(order, now, caller.browser)


def go_on(order: PaymentOrder, browser: Browser, now: datetime) -> PaymentOrder:
    """For a phone that comes back to its order before its channel was asked, or that says only now who
    pays. Raises as ``start``."""
    if order.life is PaymentState.CREATED:
        order = notifications.match_order(order, now)
    if order.life is not PaymentState.CREATED or order.cancel_wanted or not order.by_phone:
        return order
    order = held_bills.held_again(order, now)
    if order.life is not PaymentState.CREATED or order.cancel_wanted:
        return order
    return _ask_channel(order, now, browser)


def page_anew(order: PaymentOrder, browser: Browser) -> str:
    """A new address of the channel's page for the same order, which stays as it is. Raises
    ChannelUnavailable and OutcomeUnknown."""
    through: Channel | None = registry.channel(order.method)
    if through is None:
        raise ChannelUnavailable(f"{order.method} is not set up")
    return through.create(_at_channel(order, browser))


def _begun(caller: Caller, request: StartPayment, digest: str, now: datetime) -> PaymentOrder:
    """The order of a payment that was not known a moment ago. Raises as ``start``."""
    decided = _decide(caller, request, digest, now)
    if isinstance(decided, PaymentOrder):
        return decided
    raise decided


@transaction.atomic
def _decide(
    caller: Caller, request: StartPayment, digest: str, now: datetime
) -> PaymentOrder | Exception:
    """Tries of one payment wait for each other at its bills. The first of them decides, and what it
    decided, also a refusal, is committed before the next one looks: they all hear the same, whatever
    became of the bills since."""
    if request.method is Method.CREDIT or request.credit_minor:
        # Before its bills, as clerks and billing runs do.
        with suppress(UnitNotFound):  # as ``_create`` says then
            hold_unit(find_unit(caller.community, request.unit).pk)
    numbers = [bill.number for bill in request.bills]
    lock(Bill.objects.filter(community=caller.community, number__in=numbers))
    earlier = PaymentOrder.objects.filter(payment_id=request.payment_id).first()
    if earlier is not None:
        return earlier
    refused = _refused_before(request.payment_id)
    if refused is not None:
        return refused
    try:
        return _create(caller, request, digest, now)
    except tuple(REFUSALS) as refusal:
        _refused(request.payment_id, refusal, now)
        return refusal


def _refused_before(payment_id: str) -> Exception | None:
    row = RefusedStart.objects.filter(payment_id=payment_id).first()
    if row is None:
        return None
    code, _colon, night = row.reason.partition(":")
    known = code in set(ErrorCode)
    return RefusedBefore(ErrorCode(code), night) if known else IdempotencyConflict(payment_id)


def _refused(payment_id: str, refusal: Exception, now: datetime) -> None:
    RefusedStart.objects.filter(refused_at__lt=now - timing.REFUSAL_KEPT).delete()
    reason = REFUSALS[type(refusal)].value
    if isinstance(refusal, NotAtNight):
        reason = f"{reason}:{refusal.why}"
    told = {"refused_at": now, "reason": reason}
    RefusedStart.objects.get_or_create(payment_id=payment_id, defaults=told)


def _digest(request: StartPayment) -> str:
    """Of everything but the payment code: from the hash of so short a number it could be found out.
    Another code under the same id is no other payment: the first one was charged."""
    unsaid = {"payment_code"} | {n for n in ("credit_minor", "in_part") if not getattr(request, n)}
    body = request.model_dump_json(exclude=unsaid)
    if request.payment_code is not None:
        body += "with payment code"
    return hashlib.sha256(body.encode()).hexdigest()


@transaction.atomic
def _create(caller: Caller, request: StartPayment, digest: str, now: datetime) -> PaymentOrder:
    """The caller holds the bills, and of credit the unit."""
    unit = find_unit(caller.community, request.unit)
    simulated = request.simulated or _simulated_channel(request.method)
    if simulated and not caller.community.test:
        raise SimulatedMoney(caller.community.code)
    if caller.browser is None:  # phones pay at any hour
        check_night(caller.community, caller.kiosk_code, request, now)
    today = business_day(now, caller.community.time_zone)
    bills = checked_bills(unit, request, today)
    with_payment_code = request.payment_code is not None
    order = PaymentOrder.objects.create(
        payment_id=request.payment_id,
        community=caller.community,
        unit=unit,
        place=Place.PHONE if caller.browser else Place.KIOSK,
        kiosk_id=caller.kiosk_id,
        kiosk_code=caller.kiosk_code,
        reference=request.reference,
        method=request.method.value,
        bills=kept_bills(snapshot(unit, bills, today)),
        amount_minor=request.amount_minor,
        credit_minor=request.credit_minor,
        reserved_minor=request.credit_minor,
        currency=request.currency,
        request_hash=digest,
        out_trade_no=request.payment_id.replace("-", ""),
        simulated=simulated,
        top_up=request.top_up,
        in_part=request.in_part,
        with_payment_code=with_payment_code,
        created_at=now,
        received_at=now,
        changed_at=now,
        **_deadlines(request, now),
    )
    held_bills.hold_for_told(bills, now)
    lease(bills, request.payment_id, now=now)
    if request.credit_minor:
        credit_reserve.reserve(unit, request.credit_minor, payment_id=order.payment_id, at=now)
    if request.method is Method.CREDIT:
        return _out_of_credit(order, now)
    return order


def _deadlines(request: StartPayment, now: datetime) -> dict[str, datetime]:
    """Of what is booked at once there are none."""
    if request.method is Method.CREDIT:
        return {}
    by_phone = request.payment_code is not None
    return {
        "expires_at": now + (timing.PAYMENT_CODE_LIFE if by_phone else timing.ORDER_LIFE),
        "next_poll_at": now + timing.FIRST_POLL_AFTER,
    }


def _out_of_credit(order: PaymentOrder, now: datetime) -> PaymentOrder:
    """The caller holds the unit, so that nobody else spends its credit meanwhile."""
    there = credit_minor(order.unit)
    if there < order.amount_minor:
        raise TooLittleCredit(there)
    paid = OrderState(ChannelStatus.PAID, amount_minor=order.amount_minor, paid_at=now)
    return transitions.apply_paid(order.payment_id, paid, now)


def _simulated_channel(method: Method) -> bool:
    found = registry.channel(method) if method in BY_CHANNEL else None
    return bool(found and found.simulated)


def _ask_channel(
    order: PaymentOrder, now: datetime, browser: Browser | None = None
) -> PaymentOrder:
    """Outside any transaction: the row is committed, so whatever happens here can be found again."""
    through: Channel | None = registry.channel(order.method)
    try:
        if through is None:
            raise ChannelUnavailable(f"{order.method} is not set up")
        code_url = through.create(_at_channel(order, browser))
    except ChannelUnavailable:
        order = transitions.not_taken(order.payment_id, now)
        if order.life is PaymentState.DECLINED:
            raise
        return order
    return transitions.mark_submitted(order.payment_id, now, code_url=code_url)


def _charge(order: PaymentOrder, payment_code: str, now: datetime) -> PaymentOrder:
    """As ``_ask_channel``, but asking takes the money: that it is about to be asked is committed
    first, and who finds that committed never asks."""
    through = registry.channel(order.method)
    told_by_journal = not order.request_hash  # the kiosk gave it up before its request arrived
    if through is None:
        return _without_channel(order, told_by_journal, now)
    until = now + timing.PAYMENT_CODE_LIFE
    if told_by_journal or not transitions.begin_charge(order.payment_id, now, until):
        order.refresh_from_db()
        return order if order.life.final else inquiry.check(order, now)
    order = PaymentOrder.objects.select_related("community", "unit").get(pk=order.pk)
    try:
        known = through.charge(_at_channel(order), payment_code)
    except ChannelUnavailable:
        transitions.apply_unpaid(order.payment_id, Fact.DECLINED, "channel_unavailable", now)
        raise
    return inquiry.apply_charge_answer(order, known, now)


def _without_channel(order: PaymentOrder, told_by_journal: bool, now: datetime) -> PaymentOrder:
    """Its channel is not set up any more. Raises ChannelUnavailable, which tells that nothing was
    charged, only of an order of which that is certain; of any other it tells how it stands."""
    if not told_by_journal:
        order = transitions.end_before_charge(order.payment_id, "channel_unavailable", now)
        if order.life is PaymentState.CANCELLED and order.submitted_at is None:
            raise ChannelUnavailable(f"{order.method} is not set up")
    return order


def kept_bills(bills: list[messages.Bill]) -> list[dict[str, Any]]:
    """Bills as an order keeps them: what other periods came to is no part of what is paid."""
    return [b.model_dump(mode="json", exclude={"lines": {"__all__": {"history"}}}) for b in bills]


def _at_channel(order: PaymentOrder, browser: Browser | None = None) -> Order:
    assert order.expires_at is not None
    subject = both(
        "%(community)s %(unit)s property fees",
        community=order.community.name,
        unit=order.unit.code,
    )
    return Order(
        order.out_trade_no,
        order.amount_minor,
        order.currency,
        subject.zh,
        order.expires_at,
        order.kiosk_code,
        browser,
    )
