"""Who is calling: the kiosk whose key signed the request, once."""

from collections.abc import Callable
from datetime import datetime
from functools import lru_cache

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from django.http import HttpRequest
from django.utils import timezone

from contract.http_signature import (
    KeyUnknown,
    SignatureRefused,
    SignatureStale,
    Signed,
    verify,
)
from contract.journal_hash import public_key
from contract.messages import ErrorCode
from contract.stop_reason import StopReason
from server.api import config_digest
from server.api.errors import Refusal
from server.fleet import enrolment, key_changes
from server.fleet.callers import Callers
from server.fleet.heartbeats import Nonce
from server.fleet.models import Kiosk
from server.remote_acts import exchange

callers = Callers(acts_wait=exchange.WAITS, config_seen=config_digest.SEEN)
_key = lru_cache(maxsize=20_000)(public_key)  # the same object for the same text


def _key_of(request: HttpRequest, key_id: str) -> Ed25519PublicKey | None:
    """Leaves the kiosk on the request: who asks is read once."""
    kiosk = callers.find(key_id)
    request.signer = kiosk  # type: ignore[attr-defined]
    return _key(kiosk.public_key) if kiosk else None


def _signed(
    request: HttpRequest, key_of: Callable[[str], Ed25519PublicKey | None], now: datetime
) -> Signed:
    path, headers = request.get_full_path(), request.headers
    return verify(str(request.method), path, headers, request.body, public_key=key_of, now=now)


def _replaced(request: HttpRequest, key_id: str, now: datetime) -> bool:
    """Whether a kiosk signed it with a key that it had before it was enrolled again."""
    for text in enrolment.retired_keys(key_id):
        key = public_key(text)
        try:
            _signed(request, lambda key_id, key=key: key, now)
        except SignatureStale:
            return True
        except SignatureRefused:
            continue
        return True
    return False


def verified(request: HttpRequest, key: Ed25519PublicKey | None = None) -> Signed:
    """Checks the signature (by ``key`` or the kiosk's own) and uses up its nonce. Raises Refusal,
    Replayed, and what the database raises: trouble of ours is no fault of the signature."""
    now = timezone.now()
    signed = _checked(request, key, now)
    (nonce_of(request) or Nonce(signed.key_id, signed.nonce, now)).use()
    kiosk = getattr(request, "begins_key", None)
    if kiosk is not None and not key_changes.begin(kiosk, now):
        raise Refusal(ErrorCode.KEY_UNKNOWN)
    return signed


def _checked(request: HttpRequest, key: Ed25519PublicKey | None, now: datetime) -> Signed:
    """The signature alone. Raises as ``verified``."""
    try:
        try:
            return _signed(request, lambda named: key or _key_of(request, named), now)
        except (KeyUnknown, SignatureStale):
            raise
        except SignatureRefused as refused:
            return _signed_by_next(request, refused, now)
    except SignatureStale as stale:
        raise Refusal(ErrorCode.CLOCK, server_time=now.isoformat()) from stale
    except KeyUnknown as unknown:
        raise Refusal(ErrorCode.KEY_UNKNOWN) from unknown
    except SignatureRefused as refused:
        replaced = key is None and _replaced(request, refused.key_id, now)
        raise Refusal(ErrorCode.KEY_UNKNOWN if replaced else ErrorCode.NOT_SIGNED) from refused


def _signed_by_next(request: HttpRequest, refused: SignatureRefused, now: datetime) -> Signed:
    """Of a kiosk that told its next key: that one may sign too, and is in use from then on. Raises
    ``refused`` again where it did not."""
    kiosk: Kiosk | None = getattr(request, "signer", None)
    if kiosk is None or not kiosk.next_key:
        raise refused
    signed = _signed(request, lambda named: _key(kiosk.next_key), now)
    request.begins_key = kiosk  # type: ignore[attr-defined]
    return signed


def any_kiosk(request: HttpRequest) -> Kiosk:
    """For django-ninja: the calling kiosk as ``request.auth``, also one that is switched off: for calls
    that deliver what it knows and end what it began. Raises Refusal."""
    signed = verified(request)
    kiosk: Kiosk | None = getattr(request, "signer", None) or callers.find(signed.key_id)
    if kiosk is None:
        raise Refusal(ErrorCode.KEY_UNKNOWN)
    return kiosk


def beating_kiosk(request: HttpRequest) -> Kiosk:
    """As ``any_kiosk``, of a call that uses up its nonce (``nonce_of``) by the statement that keeps what
    it says, and may be let in by what is remembered of its kiosk (``is_remembered``): it is ``confirmed``
    by whatever answers it. Raises Refusal."""
    now = timezone.now()
    signed = _signed_by_remembered(request, now) or _checked(request, None, now)
    kiosk: Kiosk | None = getattr(request, "signer", None)
    if kiosk is None or getattr(request, "begins_key", None) is not None:
        return any_kiosk(request)
    request.nonce = Nonce(signed.key_id, signed.nonce, now)  # type: ignore[attr-defined]
    return kiosk


def _signed_by_remembered(request: HttpRequest, now: datetime) -> Signed | None:
    """None: it is not, or nobody is remembered under that id."""

    def key_of(key_id: str) -> Ed25519PublicKey | None:
        kiosk = callers.remembered(key_id)
        request.signer = kiosk  # type: ignore[attr-defined]
        return _key(kiosk.public_key) if kiosk else None

    try:
        signed = _signed(request, key_of, now)
    except SignatureRefused:
        return None
    request.remembered = True  # type: ignore[attr-defined]
    return signed


def is_remembered(request: HttpRequest) -> bool:
    return getattr(request, "remembered", False)


def confirmed(request: HttpRequest, found: Kiosk | None = None) -> Kiosk:
    """Whose call it is: of one that was let in by what was remembered, the kiosk as the database has it,
    or as it was ``found`` there meanwhile. Its nonce is as before, but where another key had to be looked
    at. Raises Refusal, Replayed."""
    known: Kiosk = request.auth  # type: ignore[attr-defined]
    if not is_remembered(request):
        return known
    request.remembered = False  # type: ignore[attr-defined]
    kiosk = found or callers.find(str(known.pk))
    if kiosk is None or kiosk.public_key != known.public_key:
        kiosk = any_kiosk(request)
    request.auth = kiosk  # type: ignore[attr-defined]
    return kiosk


def nonce_of(request: HttpRequest) -> Nonce | None:
    """Of a call that ``beating_kiosk`` let in; None: it is used up already."""
    return getattr(request, "nonce", None)


def kiosk_auth(request: HttpRequest) -> Kiosk:
    """As ``any_kiosk``, but one that is switched off is refused. Raises Refusal."""
    kiosk = any_kiosk(request)
    if not kiosk.active:
        raise Refusal(ErrorCode.KIOSK_STOPPED, reason=StopReason.SWITCHED_OFF.value)
    return kiosk
