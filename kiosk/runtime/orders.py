"""Payments at the server: making an order, following it by long poll, cancelling it.

Each runs in a thread of its own with an end; answers come back as events.
"""

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import structlog

from contract.messages import (
    ApiError,
    BillToPay,
    ErrorCode,
    PaymentRecord,
    PaymentState,
    PaymentView,
    StartPayment,
)
from kiosk.central.client import (
    CentralClient,
    Refused,
    ServerAway,
    backoff_s,
    with_retries,
)
from kiosk.core.events import (
    NIGHT_LIMIT,
    OFFLINE,
    Event,
    OrderFailed,
    OrderMade,
    OrderOutOfSight,
    OrderSeen,
)

log = structlog.get_logger("orders")

MAKE_FOR_S = 20.0
CHANNEL_PATIENCE_S = (
    8.0  # for a channel that does not answer our server: there are other ways to pay
)
CANCEL_FOR_S = 60.0
FOLLOW_POLL_S = 4  # whoever pays learns within ten seconds that the line is down,
FOLLOW_GRACE_S = 4.0  # which shows by no answer so long after the end of a poll
FOLLOW_ATTEMPTS_MAX = 600  # a followed order ends long before: the core cancels it


class Orders:
    def __init__(self, client: CentralClient, post: Callable[[Event], None]) -> None:
        self._client, self._post = client, post
        self._pool = ThreadPoolExecutor(6, thread_name_prefix="orders")
        self._stop = threading.Event()
        self._followed = ""

    def make(self, record: PaymentRecord, payment_code: str = "") -> None:
        """With a payment code the answer may be that it was paid. The server charges it once, however
        often it is told. However it goes wrong, the session hears that there is no order."""
        self._pool.submit(self._make_or_fail, record, payment_code)

    def follow(self, payment_id: str, reference: str, version: int) -> None:
        self._followed = payment_id
        self._pool.submit(self._guarded, self._follow, payment_id, reference, version)

    def cancel(self, payment_id: str, reference: str) -> None:
        self._pool.submit(self._guarded, self._cancel, payment_id, reference)

    def close(self) -> None:
        self._stop.set()
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _guarded(self, work: Callable[..., None], *arguments: object) -> None:
        try:
            work(*arguments)
        except Exception:
            log.exception("order_work_failed", work=work.__name__)

    def _make_or_fail(self, record: PaymentRecord, payment_code: str) -> None:
        try:
            self._make(record, payment_code)
        except Exception:
            log.exception("order_work_failed", work="make", reference=record.reference)
            self._post(OrderFailed(record.payment_id, ErrorCode.INTERNAL))

    def _make(self, record: PaymentRecord, payment_code: str) -> None:
        start = StartPayment(
            payment_id=record.payment_id,
            reference=record.reference,
            method=record.method,
            unit=record.unit,
            bills=[BillToPay(number=b.number, amount_minor=b.amount_minor) for b in record.bills],
            amount_minor=record.amount_minor,
            credit_minor=record.credit_minor,
            currency=record.currency,
            simulated=record.simulated,
            top_up=record.top_up,
            in_part=record.in_part,
            payment_code=payment_code or None,
        )
        until = time.monotonic() + CHANNEL_PATIENCE_S
        try:
            view = with_retries(
                lambda: self._start(start, until), for_s=MAKE_FOR_S, stop=self._stop
            )
        except ServerAway:
            self._post(OrderFailed(record.payment_id, OFFLINE))
        except Refused as refused:
            log.warning("order_refused", reference=record.reference, code=refused.error.code)
            self._post(OrderFailed(record.payment_id, _why(refused.error)))
        else:
            self._post(OrderMade(view))

    def _start(self, start: StartPayment, until: float) -> PaymentView:
        """Raises Refused also for a channel that stays silent ``until`` then (monotonic)."""
        try:
            return self._client.start_payment(start)
        except ServerAway as away:
            if away.error is not None and away.channel_silent and time.monotonic() >= until:
                raise Refused(away.error) from away
            raise

    def _follow(self, payment_id: str, reference: str, version: int) -> None:
        """Until the order is final or another one is followed."""
        failures = 0  # in a row
        for _ in range(FOLLOW_ATTEMPTS_MAX):
            if self._stop.is_set() or self._followed != payment_id:
                return
            try:
                view = self._client.payment(
                    payment_id,
                    reference,
                    after_version=version,
                    wait_s=FOLLOW_POLL_S,
                    timeout_s=FOLLOW_POLL_S + FOLLOW_GRACE_S,
                )
            except (ServerAway, Refused) as error:
                log.warning("order_out_of_sight", error=str(error))
                failures += 1
                if failures == 1:
                    self._post(OrderOutOfSight(payment_id))
                self._stop.wait(backoff_s(failures, most=5.0))
                continue
            if failures:
                self._post(OrderOutOfSight(payment_id, seen_again=True))
            failures = 0
            if view.version > version:
                version = view.version
                self._post(OrderSeen(view))
            if view.state.final:
                return

    def _cancel(self, payment_id: str, reference: str) -> None:
        """Asks until the server gives the order's end, which may be that it was paid."""
        for attempt in range(20):
            try:
                view = with_retries(
                    lambda: self._client.cancel_payment(payment_id, reference),
                    for_s=CANCEL_FOR_S,
                    stop=self._stop,
                )
            except (ServerAway, Refused) as error:
                log.warning("order_not_cancelled", error=str(error))
                return
            if view.state.final or view.state is PaymentState.UNKNOWN:
                self._post(OrderSeen(view))
                return
            if self._stop.wait(backoff_s(attempt, first=1.0, most=5.0)):
                return


def _why(error: ApiError) -> str:
    """The failure code of what the server refused."""
    return NIGHT_LIMIT if error.details.get("night") == "limit" else error.code
