"""The sweep that forgets no payment: every order and refund that is due is asked about, whoever began it.

Each channel has turns of its own, for its orders and for its refunds, so that one that is dead holds
nobody else. Whatever a turn does is claimed in the database first: any number of processes may sweep.
"""

import logging
import threading
import time
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.db import close_old_connections
from django.db.models import Exists, OuterRef, Q, QuerySet

from contract.messages import Method, PaymentState
from contract.methods import BY_CHANNEL
from server import request_id
from server.alerts.models import Alert
from server.alerts.raising import keep_up
from server.payments import held_bills, inquiry, notifications, refunds, timing
from server.payments.investigation import LastWord, facts
from server.payments.models import PaymentOrder, Refund

DUE_MAX = 200  # in one turn
SILENT_MAX = 3  # answers in a row that did not come: then the channel has the rest of the turn off

Turn = Callable[[datetime], int]

log = logging.getLogger(__name__)

_OPEN = [s.value for s in PaymentState if not s.final]
_CHANNELS = [method.value for method in BY_CHANNEL]


def _nothing_heard(kiosk_id: str) -> dict[str, Any]:
    return {}


def turns(last_word: LastWord = _nothing_heard) -> dict[str, Turn]:
    """By name: what a sweep consists of. None waits for another, so each may have its own thread."""
    found: dict[str, Turn] = {}
    for method in Method:
        found[f"orders-{method.value}"] = partial(_orders, method.value, last_word)
    for name in _CHANNELS:
        found[f"refunds-{name}"] = partial(_refunds, name)
    found["notifications"] = notifications.match
    found["alerts"] = partial(_alerts, last_word)
    return found


def sweep(at: datetime, last_word: LastWord = _nothing_heard) -> int:
    """All turns, one after the other. Returns how many orders and refunds were due."""
    return sum(turn(at) for turn in turns(last_word).values())


class Patience:
    """How long one turn goes on. A channel that does not answer is left alone until the next one."""

    def __init__(self) -> None:
        self._begun, self._silent = time.monotonic(), 0

    @property
    def over(self) -> bool:
        return self._silent >= SILENT_MAX or self.spent > timedelta(seconds=timing.SWEEP_TURN_S)

    @property
    def spent(self) -> timedelta:
        """In whole seconds."""
        return timedelta(seconds=int(time.monotonic() - self._begun))

    def heard(self, answered: bool) -> None:
        self._silent = 0 if answered else self._silent + 1


def _due(method: str, at: datetime) -> list[PaymentOrder]:
    """Open orders before those that are only looked at again."""
    taken_back = Q(state=PaymentState.REVERSED.value, decided="unpaid")
    by_hand = Refund.objects.filter(order=OuterRef("pk"), state=Refund.State.BY_HAND)
    returned = Q(state=PaymentState.REVERSED.value) & Exists(
        by_hand.exclude(how=Refund.How.CHANNEL.value)
    )
    ended = Q(captured_minor=0) | Q(state=PaymentState.APPROVED.value) | taken_back | returned
    due = PaymentOrder.objects.filter(method=method, next_poll_at__lte=at)
    parts: Sequence[QuerySet[PaymentOrder]] = (
        due.filter(state__in=_OPEN),
        due.exclude(state__in=_OPEN).filter(ended, method__in=_CHANNELS),
    )
    return [order for part in parts for order in part.order_by("next_poll_at")[:DUE_MAX]][:DUE_MAX]


def _orders(method: str, last_word: LastWord, at: datetime) -> int:
    """One method's orders. What has no end after UNKNOWN_ALERT_AFTER is told to staff with everything
    that is known, kept up to date until the end is known after all."""
    orders, patience = _due(method, at), Patience()
    for order in orders:
        if patience.over:
            break
        if not _claimed(order, at):
            continue
        its_turn = at + patience.spent  # channels take their time
        try:
            with request_id.about(order.reference):
                patience.heard(_attend(order, its_turn))
            order.refresh_from_db()
            if not order.life.final and at - order.received_at > timing.UNKNOWN_ALERT_AFTER:
                _tell(order, at, last_word)
        except Exception:  # a community whose data are wrong must not keep the others waiting
            log.exception("sweep: order %s is passed over", order.payment_id)
    return len(orders)


def _attend(order: PaymentOrder, at: datetime) -> bool:
    """Asks about one order. False: its channel did not answer."""
    if order.life.final:
        return _look(order, at)
    if not order.by_code:
        held_bills.never_begun(order.payment_id, at)
        return True
    asked = order.channel_responses
    order = inquiry.check(order, at)
    order.refresh_from_db()
    return order.life.final or _was_answered(order, asked)


def _was_answered(order: PaymentOrder, before: list[dict[str, Any]]) -> bool:
    """By what was written down of it: the last answer is not silence, or nothing was asked."""
    return (
        order.channel_responses == before
        or not order.channel_responses
        or order.channel_responses[-1]["answer"] != "unknown"
    )


def _look(order: PaymentOrder, at: datetime) -> bool:
    clear = inquiry.recheck_closed(order, at)
    if clear:
        looks = order.poll_count + 1
        as_known = PaymentOrder.objects.filter(pk=order.pk, version=order.version)
        pauses = _pauses(order)
        as_known.update(poll_count=looks, next_poll_at=timing.next_recheck(looks, at, pauses))
    return clear


def _pauses(order: PaymentOrder) -> tuple[timedelta, ...]:
    """Of money that people returned the channel keeps its own, as of a payment that stands."""
    if order.life is PaymentState.REVERSED and refunds.returned_by_hand(order) is not None:
        return timing.RECHECKS_PAID
    return timing.rechecks(order.life, order.ending)


def _claimed(order: PaymentOrder, at: datetime) -> bool:
    """Sets when it is due next. False: it was changed since it was read, which may have set another
    time to look at it; if it is still due, the next sweep finds it."""
    as_read = PaymentOrder.objects.filter(
        pk=order.pk, version=order.version, next_poll_at=order.next_poll_at
    )
    if order.life.final:
        again = timing.recheck_if_unanswered(order.changed_at, at)
        return bool(as_read.update(next_poll_at=again))
    return bool(
        as_read.update(next_poll_at=_check_again(order, at), poll_count=order.poll_count + 1)
    )


def _check_again(order: PaymentOrder, at: datetime) -> datetime:
    """Orders that wait for a password are asked about quickly. No pause passes the moment from which an
    order can be ended: it holds its bills, and nobody may be looking at it any more."""
    quick = timing.QUICK_POLLS if order.with_payment_code else 0
    again = at + timing.backoff(timing.POLL_BACKOFF_S, order.poll_count - quick)
    if order.expires_at is None or not order.by_code:
        return again
    over = order.expires_at + timing.NOTIFICATION_GRACE + timedelta(seconds=1)
    return over if at < over < again else again


def _refunds(method: str, at: datetime) -> int:
    due, patience = refunds.due(method, at, DUE_MAX), Patience()
    for refund in due:
        if patience.over:
            break
        its_turn = at + patience.spent
        if refunds.claim(refund, its_turn):
            try:
                with request_id.about(refund.order.reference):
                    patience.heard(refunds.send_back(refund, its_turn))
            except Exception:
                log.exception("sweep: refund %s is passed over", refund.refund_no)
    return len(due) + refunds.watch_by_hand(method, at)


def _tell(order: PaymentOrder, at: datetime, last_word: LastWord) -> None:
    keep_up(
        order.community_id,
        "unknown_for_long",
        order.reference,
        at,
        kiosk_code=order.kiosk_code,
        **facts(order, last_word),
    )


def _alerts(last_word: LastWord, at: datetime) -> int:
    """Nobody has to look into what is known by now; and what a dead channel left unasked is told too."""
    waiting = Alert.objects.filter(kind="unknown_for_long", resolved_at=None)
    about = {alert.pk: str(alert.details.get("payment_id")) for alert in waiting}
    told = set(about.values())
    known = PaymentOrder.objects.filter(payment_id__in=told).exclude(state__in=_OPEN)
    ended = set(known.values_list("payment_id", flat=True))
    over = [pk for pk, payment_id in about.items() if payment_id in ended]
    Alert.objects.filter(pk__in=over).update(resolved_at=at)
    old = PaymentOrder.objects.filter(
        state__in=_OPEN, received_at__lt=at - timing.UNKNOWN_ALERT_AFTER
    )
    for order in old.exclude(payment_id__in=told)[:DUE_MAX]:
        try:
            _tell(order, at, last_word)
        except Exception:
            log.exception("sweep: order %s is passed over", order.payment_id)
    return 0


def start(
    now: Callable[[], datetime],
    stop: Callable[[float], bool],
    last_word: LastWord = _nothing_heard,
    every_s: float = timing.SWEEP_EVERY_S,
) -> list[threading.Thread]:
    """Sweeps for ever, each turn in a thread of its own. ``stop(seconds)`` waits and says whether to
    end."""
    threads = [
        threading.Thread(
            target=_for_ever, args=(turn, now, stop, every_s), name=f"sweep-{name}", daemon=True
        )
        for name, turn in turns(last_word).items()
    ]
    for thread in threads:
        thread.start()
    return threads


def _for_ever(
    turn: Turn, now: Callable[[], datetime], stop: Callable[[float], bool], every_s: float
) -> None:
    while not stop(every_s):
        try:
            turn(now())
        except Exception:
            log.exception("sweep failed; it goes on")
        finally:
            close_old_connections()
