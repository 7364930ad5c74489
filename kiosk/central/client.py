"""Calls of the kiosk API: signed, with deadlines, each answer checked against the contract.

A call ends in an answer, in Refused (the server said no) or in ServerAway (we cannot know what it
did). It never repeats by itself what is not safe to repeat; every call of this API is.
"""

import json
import random
import secrets
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, TypeVar

import requests
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from pydantic import ValidationError

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
from contract.http_signature import sign
from contract.key_change import KeyChange, KeyChangeAnswer, next_key
from contract.messages import (
    ApiError,
    Bill,
    ErrorCode,
    JournalAnswer,
    JournalBatch,
    JournalEntry,
    KioskConfig,
    Message,
    OpenBills,
    PaymentView,
    StartPayment,
    UnitAccount,
    UnitLookup,
)
from contract.payment_history import HistoryAsked, PaymentHistory
from contract.plain_text import kept
from contract.remote_acts import ActsAnswer, ActsCall
from contract.request_name import HEADER, request_name
from contract.service_requests import RequestsAsked, RequestsFound, RequestTaken, RequestWish
from contract.stop_reason import Presence
from kiosk.central.identity import Identity, public_text

Answer = TypeVar("Answer", bound=Message)
CONNECT_TIMEOUT_S = 4.0
INTRODUCED_AGAIN_S = 60.0


class ServerAway(Exception):
    """No answer that can be used: no line, a time-out, a proxy's page, a broken server. ``error``: what
    the server said of its trouble, where it is itself there."""

    def __init__(self, detail: str, error: ApiError | None = None) -> None:
        super().__init__(detail)
        self.error = error

    @property
    def channel_silent(self) -> bool:
        """The line and the server are well; a payment channel is not."""
        return self.error is not None and self.error.code is ErrorCode.CHANNEL_SILENT


class Refused(Exception):
    """The server understood and said no."""

    def __init__(self, error: ApiError) -> None:
        super().__init__(error.code)
        self.error = error


class CentralClient:
    """May be used from any thread. ``now`` is corrected by the server's word when it is off. ``earlier``:
    keys that this kiosk had before, for a server that came back with an earlier backup."""

    def __init__(
        self,
        url: str,
        key_id: str,
        key: Ed25519PrivateKey,
        *,
        timeout_s: float = 8.0,
        earlier: tuple[Ed25519PrivateKey, ...] = (),
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._url, self._key_id, self._key, self._now = url, key_id, key, now
        self._timeout_s, self._earlier = timeout_s, earlier
        self._introduced_at = float("-inf")
        self._offset = timedelta(0)
        self._local = threading.local()

    @classmethod
    def of(cls, url: str, identity: Identity, timeout_s: float) -> "CentralClient":
        me, earlier = identity, identity.earlier
        return cls(url, me.kiosk_id, me.key, timeout_s=timeout_s, earlier=earlier)

    def config(self) -> KioskConfig:
        return self._call("GET", "/config", KioskConfig)

    def open_bills(self, cursor: str | None) -> OpenBills:
        query = f"?cursor={cursor}" if cursor else ""
        return self._call("GET", f"/bills/open{query}", OpenBills)

    def look_up(self, lookup: UnitLookup) -> UnitAccount:
        return self._call("POST", "/units/lookup", UnitAccount, lookup)

    def payments_of(self, asked: HistoryAsked) -> PaymentHistory:
        return self._call("POST", "/units/payments", PaymentHistory, asked)

    def bill(self, number: str) -> Bill:
        return self._call("GET", f"/bills/{number}", Bill)

    def start_payment(self, start: StartPayment) -> PaymentView:
        return self._call(
            "POST", "/payments", PaymentView, start, timeout_s=20, about=start.reference
        )

    def payment(
        self,
        payment_id: str,
        reference: str,
        *,
        after_version: int = 0,
        wait_s: int = 0,
        timeout_s: float | None = None,
    ) -> PaymentView:
        """The payment; with ``wait_s`` the answer comes when its version is newer, or then."""
        query = f"?wait={wait_s}&after_version={after_version}" if wait_s else ""
        timeout_s = timeout_s or wait_s + self._timeout_s
        path = f"/payments/{payment_id}{query}"
        return self._call("GET", path, PaymentView, timeout_s=timeout_s, about=reference)

    def cancel_payment(self, payment_id: str, reference: str) -> PaymentView:
        path = f"/payments/{payment_id}/cancel"
        return self._call("POST", path, PaymentView, timeout_s=20, about=reference)

    def post_journal(
        self, entries: list[JournalEntry], presence: Presence | None = None
    ) -> JournalAnswer:
        batch = JournalBatch(entries=entries, presence=presence)
        return self._call("POST", "/journal", JournalAnswer, batch, timeout_s=20)

    def continue_journal(self, salvaged: JournalSalvage) -> JournalPosition:
        """Our journal was found damaged: where it goes on."""
        return self._call("POST", "/journal/continue", JournalPosition, salvaged)

    def ask_callback(self, wish: CallbackWish) -> CallbackTaken:
        return self._call("POST", "/callbacks", CallbackTaken, wish)

    def callback_standing(self, wish_id: str) -> CallbackStanding:
        return self._call("GET", f"/callbacks/{wish_id}", CallbackStanding)

    def send_request(self, wish: RequestWish) -> RequestTaken:
        return self._call("POST", "/requests", RequestTaken, wish)

    def find_requests(self, asked: RequestsAsked) -> RequestsFound:
        return self._call("POST", "/requests/find", RequestsFound, asked)

    def heartbeat(self, heartbeat: Heartbeat) -> HeartbeatAnswer:
        return self._call("POST", "/heartbeats", HeartbeatAnswer, heartbeat)

    def post_tallies(self, tallies: Tallies) -> TalliesTaken:
        return self._call("POST", "/tallies", TalliesTaken, tallies)

    def pair(self, asked: PairingAsk) -> PairingAnswer:
        """Signed by the key that asks for an identity."""
        return self._call("POST", "/pairings", PairingAnswer, asked)

    def change_key(self, change: KeyChange) -> KeyChangeAnswer:
        """Tells the key that is to follow the one of this client."""
        return self._call("POST", "/keys", KeyChangeAnswer, change)

    def acts(self, call: ActsCall) -> ActsAnswer:
        """How acts stand here, and what staff ask."""
        return self._call("POST", "/acts", ActsAnswer, call, timeout_s=20)

    def _call(
        self,
        method: str,
        path: str,
        answer: type[Answer],
        body: Message | None = None,
        timeout_s: float | None = None,
        about: str = "",
    ) -> Answer:
        """``about``: the number on the receipt; with it begins the request's name in both logs and at
        the channel."""
        send = partial(self._send, method, path, answer)
        timeout_s = timeout_s or self._timeout_s
        raw = json.dumps(kept(body.model_dump(mode="json"))).encode() if body else b""
        try:
            return send(raw, timeout_s, about)
        except Refused as refused:
            if not self._mended(refused):
                raise
        return send(raw, timeout_s, about)

    def _mended(self, refused: Refused) -> bool:
        """Whether the same call may be answered now."""
        match refused.error.code:
            case ErrorCode.CLOCK:
                return self._correct_clock(refused)
            case ErrorCode.NOT_SIGNED | ErrorCode.KEY_UNKNOWN:
                return self._introduced()
        return False

    def _introduced(self) -> bool:
        """A server that came back with a backup from before this key knows one that was before it."""
        if time.monotonic() - self._introduced_at < INTRODUCED_AGAIN_S:
            return False
        self._introduced_at = time.monotonic()
        for key in self._earlier:
            try:
                self._with(key).change_key(next_key(self._key, self._key_id, public_text(key)))
            except Refused:
                continue
            except ServerAway:  # nor would it hear of the others
                return False
            return True
        return False

    def _with(self, key: Ed25519PrivateKey) -> "CentralClient":
        """The same kiosk with another of its keys."""
        return CentralClient(self._url, self._key_id, key, timeout_s=self._timeout_s)

    def _correct_clock(self, refused: Refused) -> bool:
        """A kiosk whose battery is flat does not know the time; the server's is good enough."""
        try:
            server_time = datetime.fromisoformat(str(refused.error.details["server_time"]))
            self._offset = server_time - self._now()
        except (KeyError, ValueError, TypeError):
            return False
        return True

    def _send(
        self,
        method: str,
        path: str,
        answer: type[Answer],
        body: bytes,
        timeout_s: float,
        about: str,
    ) -> Answer:
        url = f"{self._url}/api/v1{path}"
        headers = sign(
            method,
            url,
            body,
            key=self._key,
            key_id=self._key_id,
            created=self._now() + self._offset,
            nonce=secrets.token_urlsafe(18),
        )
        name = headers[HEADER] = request_name(about)
        if body:
            headers["Content-Type"] = "application/json"
        try:
            response = self._session().request(
                method,
                url,
                data=body or None,
                headers=headers,
                timeout=(CONNECT_TIMEOUT_S, timeout_s),
                allow_redirects=False,
            )
            content = response.json()
        except (requests.RequestException, ValueError) as error:
            raise ServerAway(f"{method} {path}: {type(error).__name__} [{name}]") from error
        return _understood(response.status_code, content, answer, f"{method} {path} [{name}]")

    def _session(self) -> requests.Session:
        if not hasattr(self._local, "session"):
            self._local.session = requests.Session()
            self._local.session.trust_env = False
        return self._local.session


def _understood(status: int, content: Any, answer: type[Answer], what: str) -> Answer:
    try:
        if 200 <= status < 300:
            return answer.model_validate(content)
        if 400 <= status < 500:
            raise Refused(ApiError.model_validate(content))
    except ValidationError as error:
        raise ServerAway(f"{what}: an answer that is not of this API ({status})") from error
    raise ServerAway(f"{what}: status {status}", _trouble(content))


def _trouble(content: Any) -> ApiError | None:
    try:
        return ApiError.model_validate(content)
    except ValidationError:
        return None


def enrol(
    url: str, pairing_code: str, key: Ed25519PrivateKey, open_payments: list[str]
) -> tuple[Identity, JournalPosition]:
    """Exchanges the one-time pairing code for an identity and the place where its journal goes on.

    ``open_payments`` are those whose end this disk does not know. Raises Refused or ServerAway.
    """
    client = CentralClient(url, "enrolling", key)
    request = EnrolRequest(
        pairing_code=pairing_code, public_key=public_text(key), open_payments=open_payments
    )
    answer = client._call("POST", "/enrol", EnrolAnswer, request)
    me = Identity(answer.kiosk_id, answer.kiosk_code, answer.community, key, answer.act_key)
    return me, answer.begin or JournalPosition()


def backoff_s(attempt: int, *, first: float = 0.5, most: float = 30.0) -> float:
    """Seconds before the next attempt: doubling, with jitter so that a fleet does not march."""
    return min(most, first * 2 ** min(attempt, 10)) * random.uniform(0.5, 1.0)


def with_retries(call: Callable[[], Answer], *, for_s: float, stop: threading.Event) -> Answer:
    """Repeats a call that is safe to repeat until it is answered. Raises ServerAway after ``for_s``."""
    end, attempt = time.monotonic() + for_s, 0
    while True:
        try:
            return call()
        except ServerAway:
            pause = backoff_s(attempt, most=5.0)
            if time.monotonic() + pause >= end or stop.wait(pause):
                raise
            attempt += 1
