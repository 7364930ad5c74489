"""Requests as the API's authentication sees them: signed by the kiosk's key, or trusted unsigned, because
in a run nobody but kiosks can reach the server."""

import itertools
from collections.abc import Callable
from datetime import UTC
from typing import Any
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.http import HttpRequest
from django.test import RequestFactory

from contract.http_signature import Signed, sign
from server.api import authentication, calls
from server.fleet.models import Kiosk
from tests.simulation import estate
from tests.simulation.threads import wall

Auth = Callable[[HttpRequest], Kiosk]

_PATH = "/api/v1/heartbeats"
_numbers = itertools.count(1)


def install() -> None:
    """``verified`` takes the word of a request that ``trusted`` made."""
    real = authentication.verified

    def verified(request: HttpRequest, key: Any = None) -> Signed:
        kiosk_id = getattr(request, "trusted", "")
        return Signed(kiosk_id, "0" * 16, wall()) if kiosk_id else real(request, key)

    authentication.verified = verified


def auth_of(view: Callable[..., Any]) -> Auth:
    """By which of the API's ways a call finds out who asks."""
    return _auths()[view]


def trusted(kiosk_id: str) -> HttpRequest:
    request = HttpRequest()
    request.trusted = kiosk_id  # type: ignore[attr-defined]
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
