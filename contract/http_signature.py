"""How a kiosk signs its requests: a profile of RFC 9421 with Ed25519. Nothing here reads a clock.

Covered: @method, @path, @query and content-digest (RFC 9530, SHA-256; of the empty body too), not the
host, so that a reverse proxy may stand between. Parameters: created, keyid (the kiosk's id), nonce,
alg, tag. The server refuses what is older or newer than ``WINDOW`` and any (keyid, nonce) seen before.

What ``sign`` writes has one form. A request in that very form is verified by it; any other spelling that
the RFC allows is left to the library, which takes and refuses the same.
"""

import hashlib
import re
from base64 import b64decode, b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from http_message_signatures import (
    HTTPMessageSignaturesException,
    HTTPMessageSigner,
    HTTPMessageVerifier,
    HTTPSignatureKeyResolver,
    algorithms,
)

WINDOW = timedelta(minutes=5)
_TAG = "lobbypay-kiosk-1"
_COVERED = ("@method", "@path", "@query", "content-digest")
_INPUT = re.compile(
    r'kiosk=(\("@method" "@path" "@query" "content-digest"\);created=([1-9][0-9]{0,9})'
    r';keyid="([0-9A-Za-z_-]{1,64})";alg="ed25519";nonce="([0-9A-Za-z_-]{16,64})"'
    rf';tag="{_TAG}")'
)
_SIGNATURE = re.compile(r"kiosk=:([A-Za-z0-9+/]{86}==):")
_METHOD = re.compile(r"[A-Z]{1,10}")
_PATH = re.compile(r"((?:/[A-Za-z0-9._~-]+)+)(\?[A-Za-z0-9._~=&-]+)?")


class SignatureRefused(Exception):
    """The request is not signed as the profile says, or not by the key that it names (``key_id``; empty
    when it names none)."""

    def __init__(self, why: str, key_id: str = "") -> None:
        super().__init__(why)
        self.key_id = key_id


class KeyUnknown(SignatureRefused):
    """The request names a key that is not known; whether it is signed by it cannot be said."""


class SignatureStale(SignatureRefused):
    """The signature is genuine, but was made too long ago or in the future."""


@dataclass(frozen=True)
class Signed:
    """A verified request. (``key_id``, ``nonce``) must be refused when it comes again."""

    key_id: str
    nonce: str
    created: datetime


@dataclass
class _Request:
    method: str
    url: str
    headers: dict[str, str] = field(default_factory=dict)


class _Keys(HTTPSignatureKeyResolver):
    def __init__(
        self,
        private: Ed25519PrivateKey | None = None,
        public: Callable[[str], Ed25519PublicKey | None] = lambda key_id: None,
    ) -> None:
        self._private, self._public = private, public
        self.failure: Exception | None = None
        self.named, self.unknown = "", False

    def resolve_private_key(self, key_id: str) -> Ed25519PrivateKey | None:
        return self._private

    def resolve_public_key(self, key_id: str) -> Ed25519PublicKey | None:
        """The library takes every exception for a bad signature, so what fails here is kept."""
        self.named = key_id
        try:
            found = self._public(key_id)
        except Exception as error:
            self.failure = error
            raise
        self.unknown = found is None
        return found


class _Verifier(HTTPMessageVerifier):
    max_clock_skew = timedelta(days=36_500)  # freshness is judged below, by the caller's clock


def sign(
    method: str,
    url: str,
    body: bytes,
    *,
    key: Ed25519PrivateKey,
    key_id: str,
    created: datetime,
    nonce: str,
) -> dict[str, str]:
    """The headers that make the request a signed one: Content-Digest, Signature-Input, Signature."""
    request = _Request(method, url)
    signer = HTTPMessageSigner(
        signature_algorithm=algorithms.ED25519, key_resolver=_Keys(private=key)
    )
    signer.sign(
        request,
        key_id=key_id,
        created=created,
        nonce=nonce,
        tag=_TAG,
        label="kiosk",
        covered_component_ids=_COVERED,
        body=body,
    )
    return request.headers


def verify(
    method: str,
    path_and_query: str,
    headers: Mapping[str, str],
    body: bytes,
    *,
    public_key: Callable[[str], Ed25519PublicKey | None],
    now: datetime,
) -> Signed:
    """Verifies a request as the server received it. Raises SignatureRefused, SignatureStale, KeyUnknown
    when ``public_key`` gives None, and what ``public_key`` raises."""
    signed = _in_our_form(method.upper(), path_and_query, headers, body, public_key)
    if signed is None:
        signed = _in_any_form(method, path_and_query, headers, body, public_key)
    if abs(now - signed.created) > WINDOW:
        raise SignatureStale(
            f"signed at {signed.created.isoformat()}, received at {now.isoformat()}"
        )
    return signed


def _in_our_form(
    method: str,
    path_and_query: str,
    headers: Mapping[str, str],
    body: bytes,
    public_key: Callable[[str], Ed25519PublicKey | None],
) -> Signed | None:
    """None where it is written in another form. Raises as ``verify``."""
    told = _INPUT.fullmatch(headers.get("Signature-Input", ""))
    signature = _SIGNATURE.fullmatch(headers.get("Signature", ""))
    asked = _PATH.fullmatch(path_and_query)
    if not (told and signature and asked and _METHOD.fullmatch(method)):
        return None
    digest = f"sha-256=:{b64encode(hashlib.sha256(body).digest()).decode()}:"
    if headers.get("Content-Digest") != digest:
        return None
    parameters, created, key_id, nonce = told.groups()
    key = public_key(key_id)
    if key is None:
        raise KeyUnknown("no such key", key_id)
    path, query = asked.groups("?")
    base = (
        f'"@method": {method}\n"@path": {path}\n"@query": {query}\n"content-digest": {digest}\n'
        f'"@signature-params": {parameters}'
    )
    try:
        key.verify(b64decode(signature[1]), base.encode())
    except InvalidSignature:
        raise SignatureRefused("not signed by its key", key_id) from None
    return Signed(key_id, nonce, datetime.fromtimestamp(int(created), UTC))


def _in_any_form(
    method: str,
    path_and_query: str,
    headers: Mapping[str, str],
    body: bytes,
    public_key: Callable[[str], Ed25519PublicKey | None],
) -> Signed:
    """Raises as ``verify``."""
    parts = urlsplit(path_and_query)
    url = f"https://kiosk.invalid{parts.path}" + (f"?{parts.query}" if parts.query else "")
    request = _Request(method.upper(), url, dict(headers))
    keys = _Keys(public=public_key)
    verifier = _Verifier(signature_algorithm=algorithms.ED25519, key_resolver=keys)
    try:
        results = verifier.verify(
            request, max_age=None, expect_tag=_TAG, require_components=_COVERED, body=body
        )
        parameters = results[0].parameters
        key_id, nonce = str(parameters["keyid"]), str(parameters["nonce"])
        created = datetime.fromtimestamp(int(parameters["created"]), UTC)
    except (HTTPMessageSignaturesException, KeyError, ValueError, OverflowError, OSError) as error:
        if keys.failure is not None:
            raise keys.failure from None
        if keys.unknown:
            raise KeyUnknown("no such key", keys.named) from error
        raise SignatureRefused(str(error), keys.named) from error
    if len(results) != 1 or not 16 <= len(nonce) <= 64 or len(key_id) > 64:
        raise SignatureRefused(
            "exactly one signature with a nonce of 16 to 64 characters is needed"
        )
    return Signed(key_id, nonce, created)
