"""Writes the next entry of a kiosk's journal as the server receives it: chained and signed."""

from collections.abc import Sequence
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from contract.journal_hash import GENESIS, entry_hash, sign_entry
from contract.messages import ReceivedEntry


def next_entry(
    before: Sequence[ReceivedEntry],
    *,
    kiosk_id: str,
    key: Ed25519PrivateKey,
    kind: Any,
    body: Any,
    at: Any,
) -> ReceivedEntry:
    sequence = len(before) + 1
    previous = before[-1].hash if before else GENESIS
    digest = entry_hash(sequence, at, kind, body, previous)
    return ReceivedEntry(
        sequence=sequence,
        at=at,
        kind=kind,
        body=body,
        previous_hash=previous,
        hash=digest,
        signature=sign_entry(key, kiosk_id, sequence, digest),
    )
