"""Replaces this kiosk's key: the next one is on disk before the server is told of it, and becomes the
kiosk's own when the server has said that it takes it. A crash between any two steps leaves one that is
taken: the key before, until the next one has signed a request."""

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import structlog

from contract.key_change import KeyChange, KeyChangeAnswer, next_key
from kiosk.central import identity as identity_file
from kiosk.central.client import Refused
from kiosk.central.identity import Identity, kept_key, public_text

log = structlog.get_logger("key")

NEXT = "next.key"


def replace_key(
    folder: Path,
    me: Identity,
    tell: Callable[[KeyChange], KeyChangeAnswer],
    act_id: str = "",
) -> Identity:
    """The identity as it is on disk from then on; whoever uses ``me`` goes on with the key before and
    has to begin anew. Raises ServerAway, Refused and OSError; then the key before is the kiosk's still,
    and it may be tried again."""
    path, mine = folder / NEXT, public_text(me.key)
    key = kept_key(path)
    if public_text(key) == mine:  # it was taken into use, and a crash left the file
        path.unlink()
        key = kept_key(path)
    try:
        tell(next_key(key, me.kiosk_id, mine, act_id or None))
    except Refused:
        path.unlink(missing_ok=True)  # another one is tried the next time
        raise
    changed = me.with_key(key, act_id)
    identity_file.save(folder, changed)
    with suppress(OSError):  # left there, it is taken away the next time
        path.unlink(missing_ok=True)
    log.info("key_replaced", before=mine, after=public_text(key))
    return changed
