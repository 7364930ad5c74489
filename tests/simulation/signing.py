"""Requests as the API's authentication sees them: signed by the kiosk's key, or trusted unsigned, because
in a run nobody but kiosks can reach the server."""

import itertools
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from django.http import HttpRequest
from django.test import RequestFactory

from contract.http_signature import KeyUnknown, SignatureRefused, Signed, sign
from contract.journal_hash import public_key_text
from server.api import authentication, calls
from server.fleet.models import Kiosk
from tests.simulation import estate
from tests.simulation.threads import wall

Auth = Callable[[HttpRequest], Kiosk]

_PATH = "/api/v1/heartbeats"
_numbers = itertools.count(1)
_UNUSED = "0" * 16  # the nonce of what may be repeated: the line does that, not an attacker


def install() -> None:
    """Of a request that ``trusted`` made, only by which key it is signed is looked at."""
    real, once = authentication._signed, authentication.Nonce

    def by_its_word(
        request: HttpRequest, key_of: Callable[[str], Ed25519PublicKey | None], now: datetime
    ) -> Signed:
        kiosk_id = getattr(request, "trusted", "")
        if not kiosk_id:
            return real(request, key_of, now)
        known = key_of(kiosk_id)
        if known is None:
            raise KeyUnknown("no such key", kiosk_id)
        if public_key_text(known) != request.key:  # type: ignore[attr-defined]
            raise SignatureRefused("another key", kiosk_id)
        return Signed(kiosk_id, _UNUSED, now)

    authentication._signed = by_its_word
    authentication.Nonce = lambda key_id, nonce, at: once(key_id, nonce, at, used=nonce == _UNUSED)


def auth_of(view: Callable[..., Any]) -> Auth:
    """By which of the API's ways a call finds out who asks."""
    return _auths()[view]


def trusted(kiosk_id: str, key: str) -> HttpRequest:
    """``key``: the public one (base64url, raw) by which it is signed."""
    request = HttpRequest()
    request.trusted, request.key = kiosk_id, key  # type: ignore[attr-defined]
    return request


def signed(kiosk_id: str) -> HttpRequest:
    """As a kiosk signs one now."""
    key = Ed25519PrivateKey.from_private_bytes(estate.private_key(UUID(kiosk_id)))
    nonce = f"{next(_numbers):032x}"
    created = wall().astimezone(UTC)
    url = f"https://server.example.com{_PATH}"
    headers = sign("GET", url, b"", key=key, key_id=kiosk_id, created=created, nonce=nonce)
    return RequestFactory().get(_PATH, headers=headers)


def _auths() -> dict[Callable[..., Any], Auth]:
    if not _FOUND:
        for _, router in calls.api._routers:
            for path in router.path_operations.values():
                for operation in path.operations:
                    for auth in operation.auth_callbacks:
                        _FOUND[operation.view_func] = auth
    return _FOUND


_FOUND: dict[Callable[..., Any], Auth] = {}
