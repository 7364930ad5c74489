"""Finding a unit's open bills: at the server, or in the kiosk's own copy while it is away."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import structlog
from pydantic import ValidationError

from contract.bill_code import BillCode
from contract.lifecycle import CLOSED_UNPAID
from contract.messages import (
    Bill,
    ErrorCode,
    PaymentRecord,
    PaymentState,
    UnitAccount,
    UnitLookup,
)
from contract.payment_history import HistoryAsked
from kiosk.central.bills_cache import BillsCache, known_to
from kiosk.central.client import CentralClient, Refused, ServerAway, with_retries
from kiosk.core.earlier_payment import known_later
from kiosk.core.effects import FindPayments
from kiosk.core.events import OFFLINE, AccountFound, Event, LookupFailed, PaymentsSeen
from kiosk.core.model import METHODS_QR
from kiosk.journal.journal import Journal

log = structlog.get_logger("lookups")

ANSWER_FOR_S = 6.0  # a resident waits no longer; then the kiosk's own copy serves
LATER_S = 2.0  # nor longer than this for what became of an earlier payment
_WITH_PAPER = (PaymentState.APPROVED, PaymentState.REVERSED)


class Lookups:
    def __init__(
        self,
        client: CentralClient,
        copy: BillsCache,
        journal: Journal,
        post: Callable[[Event], None],
        second_factor: Callable[[], bool],
    ) -> None:
        self._client, self._copy, self._journal, self._post = client, copy, journal, post
        self._second_factor = second_factor
        self._pool = ThreadPoolExecutor(2, thread_name_prefix="lookups")
        self._stop = threading.Event()

    def by_unit(self, visit: int, unit: str, phone_last4: str) -> None:
        self._pool.submit(self._guarded, visit, lambda: self._by_unit(visit, unit, phone_last4))

    def by_bill(self, visit: int, code: BillCode, token: str) -> None:
        self._pool.submit(self._guarded, visit, lambda: self._by_bill(visit, code, token))

    def payments(self, wish: FindPayments) -> None:
        """What the unit has paid; nothing of it is kept on this machine, nor stands in a log."""
        self._pool.submit(self._payments, wish)

    def close(self) -> None:
        self._stop.set()
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _guarded(self, visit: int, find: Callable[[], Event]) -> None:
        try:
            event = find()
        except Refused as refused:
            event = LookupFailed(visit, refused.error.code, refused.error.details)
        except Exception:
            log.exception("lookup_failed")
            event = LookupFailed(visit, OFFLINE)
        self._post(event)

    def _payments(self, wish: FindPayments) -> None:
        try:
            asked = HistoryAsked(
                unit=wish.unit,
                bill_token=wish.token or None,
                phone_last4=wish.phone_last4 or None,
            )
            history = with_retries(
                lambda: self._client.payments_of(asked), for_s=ANSWER_FOR_S, stop=self._stop
            )
        except Refused as refused:
            self._post(PaymentsSeen(wish.visit, code=refused.error.code))
        except ValidationError:
            self._post(PaymentsSeen(wish.visit, code=ErrorCode.UNIT_NOT_FOUND))
        except Exception as error:
            log.warning("payments_not_told", error=type(error).__name__)
            self._post(PaymentsSeen(wish.visit, code=OFFLINE))
        else:
            self._post(PaymentsSeen(wish.visit, history))

    def _by_unit(self, visit: int, unit: str, phone_last4: str) -> Event:
        lookup = UnitLookup(unit=unit, phone_last4=phone_last4 or None)
        acknowledged = (
            self._journal.acknowledged()
        )  # before the server looks: its answer knows these
        try:
            account = with_retries(
                lambda: self._client.look_up(lookup), for_s=ANSWER_FOR_S, stop=self._stop
            )
        except ServerAway:
            return self._from_copy(visit, unit)
        return self._found(visit, account, acknowledged)

    def _by_bill(self, visit: int, code: BillCode, token: str) -> Event:
        lookup = UnitLookup(unit=code.unit, bill_token=token)
        acknowledged = self._journal.acknowledged()

        def ask() -> UnitAccount:
            return self._client.look_up(lookup)

        def ask_bill() -> Bill:
            return self._client.bill(code.bill_number)

        try:
            bill = with_retries(ask_bill, for_s=ANSWER_FOR_S, stop=self._stop)
            if bill.paid_on is not None:
                paid = {"paid_on": bill.paid_on.isoformat()}
                here = self._journal.approved_for(code.bill_number)
                return LookupFailed(visit, ErrorCode.BILL_PAID, paid, here)
            account = with_retries(ask, for_s=ANSWER_FOR_S, stop=self._stop)
        except ServerAway:
            return self._from_copy(visit, code.unit, code)
        return self._found(visit, account, acknowledged, code.bill_number)

    def _from_copy(self, visit: int, unit: str, code: BillCode | None = None) -> Event:
        """A typed unit without its second factor is not answered from the copy, nor is a bill that
        is not in it: it may be paid, and it may be newer."""
        if code is None and self._second_factor():
            return LookupFailed(visit, OFFLINE)
        known = self._copy.account(unit)
        if known is None:
            return LookupFailed(visit, OFFLINE)
        number = code.bill_number if code else ""
        if code and all(bill.number != number for bill in known.account.bills):
            return LookupFailed(visit, OFFLINE)
        return self._found(visit, known.account, known.acknowledged, number, offline=True)

    def _earlier(self, unit: str, *, offline: bool) -> PaymentRecord | None:
        """The unit's newest payment here whose receipt, or slip, can be had. One that ended without money
        after it may have been paid all the same, too late: that only the server knows."""
        settled = self._journal.last_in(unit, _WITH_PAPER)
        unpaid = self._journal.last_in(unit, CLOSED_UNPAID)
        if offline or unpaid is None or unpaid.method not in METHODS_QR:
            return settled
        if settled is not None and settled.created_at > unpaid.created_at:
            return settled
        try:
            view = self._client.payment(unpaid.payment_id, unpaid.reference, timeout_s=LATER_S)
        except (ServerAway, Refused):
            return settled
        return known_later(unpaid, view) or settled

    def _found(
        self,
        visit: int,
        account: UnitAccount,
        acknowledged: int,
        number: str = "",
        *,
        offline: bool = False,
    ) -> AccountFound:
        """``acknowledged``: the journal entry up to which the account can know what was paid here."""
        acknowledged = known_to(acknowledged, account.journal_received)
        return AccountFound(
            visit,
            account,
            offline=offline,
            bill_number=number,
            reprint=self._earlier(account.unit, offline=offline),
            held=tuple(self._journal.may_have_paid(account.bills, acknowledged)),
            acknowledged=acknowledged,
        )
