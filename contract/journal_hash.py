"""The hash that chains journal entries: any change to an earlier entry shows in every later one."""

import hashlib
import json
from typing import Any

GENESIS = "0" * 64


def entry_hash(sequence: int, at: str, kind: str, body: dict[str, Any], previous_hash: str) -> str:
    """SHA-256, as hex, over the canonical JSON of the entry and its predecessor's hash."""
    canonical = json.dumps(
        [sequence, at, kind, body, previous_hash],
        sort_keys=True,
        separators=(",", ":"),
        ensure_ascii=False,
    )
    return hashlib.sha256(canonical.encode()).hexdigest()
