"""Who is calling: the kiosk whose key signed the request, once."""

import uuid

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from django.http import HttpRequest
from django.utils import timezone

from contract.http_signature import SignatureRefused, SignatureStale, Signed, verify
from contract.journal_hash import public_key
from contract.messages import ErrorCode
from server.api.errors import Refusal
from server.fleet.listening import use_nonce
from server.fleet.models import Kiosk


def _kiosk(key_id: str) -> Kiosk | None:
    try:
        identity = uuid.UUID(key_id)
    except ValueError:
        return None
    kiosks = Kiosk.objects.select_related("community").exclude(public_key="")
    return kiosks.filter(id=identity, active=True).first()


def _key_of(key_id: str) -> Ed25519PublicKey | None:
    kiosk = _kiosk(key_id)
    return public_key(kiosk.public_key) if kiosk else None


def verified(request: HttpRequest, key: Ed25519PublicKey | None = None) -> Signed:
    """Checks the signature (by ``key`` or the kiosk's own) and uses up its nonce. Raises Refusal."""
    now = timezone.now()
    try:
        signed = verify(
            str(request.method),
            request.get_full_path(),
            dict(request.headers),
            request.body,
            public_key=(lambda key_id: key) if key else _key_of,
            now=now,
        )
    except SignatureStale as stale:
        raise Refusal(ErrorCode.CLOCK, server_time=now.isoformat()) from stale
    except SignatureRefused as refused:
        raise Refusal(ErrorCode.NOT_SIGNED) from refused
    if not use_nonce(signed.key_id, signed.nonce, now=now):
        raise Refusal(ErrorCode.REPLAYED)
    return signed


def kiosk_auth(request: HttpRequest) -> Kiosk:
    """For django-ninja: the calling kiosk as ``request.auth``. Raises Refusal."""
    kiosk = _kiosk(verified(request).key_id)
    if kiosk is None:
        raise Refusal(ErrorCode.NOT_SIGNED)
    return kiosk
