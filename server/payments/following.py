"""Finding out where orders stand: waiting, cancelling, and the sweep that forgets none of them."""

import logging
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.db import close_old_connections
from django.db.models import Q

from contract.messages import PaymentState
from server.payments import charging, charging_times, learning, refunds
from server.payments.alerts import keep_up
from server.payments.case import LastWord, facts
from server.payments.channels.interface import Channel, OrderState, RefundStanding, Standing
from server.payments.channels.registry import channel
from server.payments.heard import noted
from server.payments.life import Fact
from server.payments.models import Alert, PaymentOrder, Refund

POLL_S = 0.4
ASK_CHANNEL_S = 3.0
GRACE = timedelta(seconds=20)  # a channel may tell of a payment a little after the order's end
BACKOFF_S = (5, 10, 20, 40, 60, 120, 300, 600, 1800)
ALERT_AFTER = timedelta(hours=2)

Now = Callable[[], datetime]

log = logging.getLogger(__name__)


def learn(order: PaymentOrder, known: OrderState, at: datetime) -> PaymentOrder:
    """Takes the channel's word. Only an explicit one changes anything, and only one that is newer than
    what is known. ``order`` is as it was when the channel was asked."""
    try:
        return _learn(order, known, at)
    except learning.Overtaken:
        return PaymentOrder.objects.get(pk=order.pk)


def _learn(order: PaymentOrder, known: OrderState, at: datetime) -> PaymentOrder:
    """Raises learning.Overtaken."""
    match known.standing:
        case Standing.PAID:
            return learning.paid(order.payment_id, known, at, order.version)
        case Standing.CLOSED if known.reason:
            return learning.ended_unpaid(order.payment_id, Fact.DECLINED, known.reason, at)
        case Standing.CLOSED:
            return learning.ended_unpaid(order.payment_id, Fact.CLOSED, "closed", at)
        case Standing.REFUNDED if order.life is not PaymentState.CANCELLED:
            return learning.reversed_(order.payment_id, "refunded", at)
    return order


def _learn_end(order: PaymentOrder, asked: str, said: OrderState, at: datetime) -> PaymentOrder:
    """Takes the answer to what was to end the order; without one it stays as it is."""
    noted(order, asked, said, at)
    if said.standing is Standing.UNKNOWN:
        learning.end_unanswered(order.payment_id)
        return order
    if said.standing is Standing.CLOSED:
        order = learn(order, said, at)
        return learning.end_answered(order.payment_id) if order.ending_since else order
    return learn(learning.end_answered(order.payment_id), said, at)


def _close(order: PaymentOrder, through: Channel, at: datetime) -> PaymentOrder:
    if not learning.about_to_end(order.payment_id, at):
        return PaymentOrder.objects.get(pk=order.pk)
    return _learn_end(order, "close", through.close(order.out_trade_no), at)


def check(order: PaymentOrder, at: datetime) -> PaymentOrder:
    """Asks the channel once; ends the order when it is over or its end is wanted."""
    through = channel(order.method)
    if through is None:
        return order
    if order.with_payment_code and order.life is PaymentState.CREATED:
        return _not_charged_yet(order, through, at)
    known = noted(order, "query", through.query(order.out_trade_no), at)
    order = learn(order, known, at)
    if order.life.final:
        return order
    if order.with_payment_code:
        ended = charging.take_back(order, known, through, at)
        return order if ended is None else _learn_end(order, "reverse", ended, at)
    over = order.expires_at is not None and at > order.expires_at + GRACE
    if (over or order.cancel_wanted) and known.standing in (Standing.WAITING, Standing.NOT_FOUND):
        return _close(order, through, at)
    return order


def _not_charged_yet(order: PaymentOrder, through: Channel, at: datetime) -> PaymentOrder:
    """Its request may come again within the order's time; after that nobody charges it any more. That
    it was never charged is the channel's to say: this row may be older than the charge, where the
    database was restored from a backup."""
    over = order.expires_at is not None and at >= order.expires_at
    told_by_journal = not order.request_hash
    if not (over or order.cancel_wanted or told_by_journal):
        return order
    known = noted(order, "query", through.query(order.out_trade_no), at)
    order = learn(order, known, at)
    if order.life.final or known.standing is Standing.UNKNOWN:
        return order
    if known.standing is not Standing.NOT_FOUND:
        return learning.asked(order.payment_id, at)
    if over or order.cancel_wanted or at >= order.received_at + charging_times.CODE_LIFE:
        return learning.never_asked(order.payment_id, "never_asked", at)
    return order


def charged(order: PaymentOrder, known: OrderState, at: datetime) -> PaymentOrder:
    """Takes the channel's answer to a charge. Without an understood one, its outcome is not known."""
    noted(order, "charge", known, at)
    match known.standing:
        case Standing.DECLINED:
            return learning.ended_unpaid(order.payment_id, Fact.DECLINED, known.reason, at)
        case Standing.UNKNOWN:
            return learning.lost(order.payment_id, "no_answer", at)
    return learn(order, known, at)


def told(order: PaymentOrder, known: OrderState, at: datetime) -> bool:
    """Takes a channel's notification; False: it should be told again.

    That money came for an order which had ended is believed only when the channel says so when asked:
    the notification may be older than the reversal that gave the money back.
    """
    noted(order, "notification", known, at)
    order = PaymentOrder.objects.get(pk=order.pk)
    late = order.life.final and not order.charged_minor and known.standing is Standing.PAID
    if late:
        through = channel(order.method)
        known = through.query(order.out_trade_no) if through else OrderState(Standing.UNKNOWN)
        if known.standing is Standing.UNKNOWN:
            return False
    try:
        _learn(order, known, at)
    except learning.Overtaken:
        return False
    return True


def wait(order: PaymentOrder, after_version: int, for_s: float, now: Now) -> PaymentOrder:
    """Returns when the order's version is newer, or after ``for_s`` seconds. Asks the channel now and
    then, so that it does not depend on notifications."""
    every_s = charging_times.ASK_EVERY_S if order.with_payment_code else ASK_CHANNEL_S
    end, ask = time.monotonic() + for_s, time.monotonic() + every_s
    while order.version <= after_version and not order.life.final and time.monotonic() < end:
        time.sleep(POLL_S)
        if order.by_code and time.monotonic() >= ask:
            order = check(order, now())
            ask = time.monotonic() + every_s
        order = PaymentOrder.objects.get(pk=order.pk)
    return order


def cancel(order: PaymentOrder, at: datetime) -> PaymentOrder:
    """Ends an order unless it was paid. A card payment ends by its terminal's word only."""
    if order.life.final or not order.by_code:
        return order
    PaymentOrder.objects.filter(pk=order.pk).update(cancel_wanted=True, check_at=at)
    order.cancel_wanted = True
    through = channel(order.method)
    if through is None:
        return order
    if order.with_payment_code:
        return check(order, at)
    return _close(order, through, at)


def _nothing_heard(kiosk_id: str) -> dict[str, Any]:
    return {}


def sweep(at: datetime, last_word: LastWord = _nothing_heard) -> int:
    """Asks about every order that is due, whoever started it. Returns how many were due.

    What has no end after ALERT_AFTER is told to staff with everything that is known, kept up to date
    until the end is known after all.
    """
    open_states = [s.value for s in PaymentState if not s.final]
    looked_at = Q(state__in=open_states) | Q(with_payment_code=True, charged_minor=0)
    due = PaymentOrder.objects.filter(looked_at, check_at__lte=at)
    orders, begun = list(due.order_by("check_at")[:200]), time.monotonic()
    for order in orders:
        if not _claimed(order, at):
            continue
        its_turn = at + timedelta(seconds=time.monotonic() - begun)  # channels take their time
        try:
            _attend(order, its_turn, at, last_word)
        except Exception:  # a community whose data are wrong must not keep the others waiting
            log.exception("sweep: order %s is passed over", order.payment_id)
    _end_alerts(at)
    return len(orders) + _sweep_refunds(at)


def _attend(order: PaymentOrder, its_turn: datetime, at: datetime, last_word: LastWord) -> None:
    """Asks about one order, and tells staff of it when it has had no end for too long."""
    if order.life.final:
        look_again(order, its_turn)
    elif order.by_code:
        order = check(order, its_turn)
    if not order.life.final and at - order.received_at > ALERT_AFTER:
        order.refresh_from_db()
        keep_up(
            order.community_id,
            "unknown_for_long",
            order.reference,
            at,
            kiosk_code=order.kiosk_code,
            **facts(order, last_word),
        )


def _end_alerts(at: datetime) -> None:
    """Nobody has to look into what is known by now."""
    waiting = Alert.objects.filter(kind="unknown_for_long", resolved_at=None)
    for alert in waiting:
        order = PaymentOrder.objects.filter(payment_id=alert.details.get("payment_id")).first()
        if order is not None and order.life.final:
            Alert.objects.filter(pk=alert.pk).update(resolved_at=at)


def _claimed(order: PaymentOrder, at: datetime) -> bool:
    """Sets when it is due next. False: it was changed since it was read, which may have set another
    time to look at it; if it is still due, the next sweep finds it."""
    as_read = PaymentOrder.objects.filter(
        pk=order.pk, version=order.version, check_at=order.check_at
    )
    if order.life.final:
        again = charging_times.unanswered_until(order.changed_at, at)
        return bool(as_read.update(check_at=again))
    return bool(as_read.update(check_at=_check_again(order, at), checks=order.checks + 1))


def _check_again(order: PaymentOrder, at: datetime) -> datetime:
    """Orders that wait for a password are asked about quickly."""
    quick = charging_times.QUICK_CHECKS if order.with_payment_code else 0
    pause = BACKOFF_S[min(max(order.checks - quick, 0), len(BACKOFF_S) - 1)]
    return at + timedelta(seconds=pause)


def look_again(order: PaymentOrder, at: datetime) -> None:
    """Whether a phone was charged after all though its order had ended. Only a clear answer counts as
    one of the few looks."""
    through = channel(order.method)
    if through is None:
        return
    known = noted(order, "query", through.query(order.out_trade_no), at)
    order = learn(order, known, at)
    ended = charging.stop_for_good(order, known, through, at)
    if ended is not None:
        known, order = ended, _learn_end(order, "reverse", ended, at)
    if charging.answers(known):
        looks = order.checks + 1
        as_known = PaymentOrder.objects.filter(pk=order.pk, version=order.version)
        as_known.update(checks=looks, check_at=charging_times.next_look(looks, at))


def _sweep_refunds(at: datetime) -> int:
    due = Refund.objects.filter(state=Refund.State.DUE, check_at__lte=at)
    todo = list(due.select_related("order__unit__community")[:200])
    for refund in todo:
        try:
            if refunds.claim(refund, at):
                send_back(refund, at)
        except Exception:
            log.exception("sweep: refund %s is passed over", refund.refund_no)
    return len(todo) + refunds.watch_by_hand(channel, at)


def send_back(refund: Refund, at: datetime) -> None:
    """Refunds through the channel, under the same refund number at every try. The caller holds its
    claim."""
    order = refund.order
    through = channel(order.method)
    if through is None:
        refunds.in_trouble(refund, at)
        return
    standing = through.refund(
        order.out_trade_no,
        refund.refund_no,
        refund.amount_minor,
        order.charged_minor,
        refund.reason,
    )
    if standing in (RefundStanding.PROCESSING, RefundStanding.UNKNOWN):
        standing = through.query_refund(order.out_trade_no, refund.refund_no)
    refunds.answered(refund, standing, at)


def sweep_forever(
    now: Now,
    stop: Callable[[float], bool],
    every_s: float = 5.0,
    last_word: LastWord = _nothing_heard,
) -> None:
    """For a thread of the server's own: ``stop(seconds)`` waits and says whether to end."""
    while not stop(every_s):
        try:
            sweep(now(), last_word)
        except Exception:
            log.exception("sweep failed; it goes on")
        finally:
            close_old_connections()
