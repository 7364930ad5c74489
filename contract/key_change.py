"""A kiosk's key is replaced by one that it makes itself: no technician, no pairing code.

The kiosk tells the server its next key, signed by the key of now, with a proof that it holds the next.
Both are accepted until the next one signs a request; from then on the one before is refused. In the
journal the old key's last entry names the new key, which vouches for all that came before: whoever trusts
one of the two can check the whole journal.
"""

from typing import Annotated, Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from pydantic import StringConstraints

from contract import base64url
from contract.journal_hash import NotSigned, check_words, public_key, public_key_text
from contract.message import Message
from contract.messages import EntryKind, PaymentId

KEY_CHANGED = "key_changed"  # ``what`` of the journal's note
_NEXT = "lobbypay-next-key-1"  # so that no other signature of the same key can stand in for it
_HANDOVER = "lobbypay-journal-key-1"
KeyText = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{43}$")]  # base64url, raw
ProofText = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{86}$")]


class KeyChange(Message):
    """Signed by the key ``before``. ``proof`` is by ``public_key``, the next one. ``act_id``: of the act
    by which staff asked for it; None: by itself. The same again is the same question."""

    before: KeyText
    public_key: KeyText
    proof: ProofText
    act_id: PaymentId | None = None


class KeyChangeAnswer(Message):
    """``public_key`` may sign requests from now on."""

    public_key: KeyText


def next_key(
    key: Ed25519PrivateKey, kiosk_id: str, before: str, act_id: str | None = None
) -> KeyChange:
    proof = base64url.encode(key.sign(_next_words(kiosk_id, before)))
    new = public_key_text(key.public_key())
    return KeyChange(before=before, public_key=new, proof=proof, act_id=act_id)


def check_next(change: KeyChange, kiosk_id: str) -> None:
    """Raises NotSigned unless whoever asks holds the next key, for this kiosk and after that key."""
    words = _next_words(kiosk_id, change.before)
    _check(change.public_key, words, change.proof)


def handover(
    key: Ed25519PrivateKey, kiosk_id: str, sequence: int, previous_hash: str, before: str
) -> dict[str, str]:
    """The body of the note, which the key ``before`` signs as every entry."""
    words = _handover_words(kiosk_id, sequence, previous_hash, before)
    proof = base64url.encode(key.sign(words))
    return {"what": KEY_CHANGED, "public_key": public_key_text(key.public_key()), "proof": proof}


def signer_after(
    signer: str, kiosk_id: str, sequence: int, previous_hash: str, kind: Any, body: Any
) -> str:
    """Which key (base64url, raw) signs what follows the entry, which ``signer`` signed. Raises NotSigned
    for a note that names a key which does not vouch for what came before."""
    if kind != EntryKind.NOTE or not isinstance(body, dict) or body.get("what") != KEY_CHANGED:
        return signer
    named = body.get("public_key")
    if not isinstance(named, str):
        raise NotSigned(f"entry {sequence} names no key")
    words = _handover_words(kiosk_id, sequence, previous_hash, signer)
    _check(named, words, body.get("proof"))
    return named


def _next_words(kiosk_id: str, before: str) -> bytes:
    return f"{_NEXT}\n{kiosk_id}\n{before}".encode()


def _handover_words(kiosk_id: str, sequence: int, previous_hash: str, before: str) -> bytes:
    return f"{_HANDOVER}\n{kiosk_id}\n{sequence}\n{previous_hash}\n{before}".encode()


def _check(key: str, words: bytes, proof: Any) -> None:
    try:
        known = public_key(key)
    except ValueError as error:
        raise NotSigned("there is no such key") from error
    check_words(known, words, proof)
