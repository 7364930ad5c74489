"""Makes a journal hard to change: each entry's hash covers its predecessor's, and the kiosk signs it.

Any change to an earlier entry shows in every later hash; without the kiosk's identity key nobody can
write a chain of their own. The signature names the kiosk, so an entry is no other kiosk's either.
"""

import hashlib
import json
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)

from contract import base64url

GENESIS = "0" * 64
_CANONICAL = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False)
_PURPOSE = "lobbypay-journal-1"  # so that no other signature of the same key can stand in for it


class NotSigned(Exception):
    """An entry's signature is missing, malformed, or not by this kiosk's key."""


def entry_hash(sequence: int, at: Any, kind: Any, body: Any, previous_hash: str) -> str:
    """SHA-256, as hex, over the canonical JSON of the entry and its predecessor's hash. Time and kind
    are texts; whatever else a journal says there is hashed as it is."""
    return text_hash(sequence, at, kind, canonical(body), previous_hash)


def canonical(body: Any) -> str:
    """JSON without spaces, its keys sorted: the same text for the same content."""
    return _CANONICAL.encode(body)


def text_hash(sequence: int, at: Any, kind: Any, body: str, previous_hash: str) -> str:
    """As ``entry_hash``, of a body that is canonical JSON already."""
    before, after = _CANONICAL.encode([sequence, at, kind]), _CANONICAL.encode([previous_hash])
    entry = f"{before[:-1]},{body},{after[1:]}"
    return hashlib.sha256(entry.encode()).hexdigest()


def _words(kiosk_id: str, sequence: int, digest: str) -> bytes:
    return f"{_PURPOSE}\n{kiosk_id}\n{sequence}\n{digest}".encode()


def sign_entry(key: Ed25519PrivateKey, kiosk_id: str, sequence: int, digest: str) -> str:
    """Ed25519 over purpose, kiosk, sequence and hash; base64url without padding (86 characters)."""
    raw = key.sign(_words(kiosk_id, sequence, digest))
    return base64url.encode(raw)


def check_signature(
    key: Ed25519PublicKey, kiosk_id: str, sequence: int, digest: Any, signature: Any
) -> None:
    """Raises NotSigned unless ``signature`` is this kiosk's for an entry of that hash."""
    if not isinstance(digest, str):
        raise NotSigned(f"entry {sequence} has no hash")
    check_words(key, _words(kiosk_id, sequence, digest), signature)


def check_words(key: Ed25519PublicKey, words: bytes, signature: Any) -> None:
    """Raises NotSigned unless ``signature`` (base64url without padding) is the key's over the words."""
    try:
        if not isinstance(signature, str):
            raise ValueError("no text")
        key.verify(base64url.decode_exactly(signature), words)
    except (InvalidSignature, ValueError) as error:
        raise NotSigned("is not signed by this kiosk") from error


def public_key_text(key: Ed25519PublicKey) -> str:
    """The raw public key in base64url without padding."""
    return base64url.encode(key.public_bytes_raw())


def public_key(text: str) -> Ed25519PublicKey:
    """From base64url without padding. Raises ValueError."""
    return Ed25519PublicKey.from_public_bytes(base64url.decode(text))
