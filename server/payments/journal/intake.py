"""What kiosks' journals say is received here: each entry once, in order, signed, and kept for good.

Nothing of a batch is taken unless all of it follows what was received before. What the entries mean for
the books is ``records``' business.
"""

import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime

from contract.journal_hash import NotSigned, canonical, check_signature, public_key, text_hash
from contract.key_change import signer_after
from contract.messages import ReceivedEntry as Entry
from contract.messages import RefusedChange
from server.database import serializable
from server.payments.initiation import Caller
from server.payments.journal import store
from server.payments.journal.posting import JournalPosting
from server.payments.models import JournalEntry

SEQUENCE_END = 2**63  # of the column
_PAYMENT_ID = re.compile("[0-9a-f-]{36}")


class JournalGap(Exception):
    """Entries are missing before these. ``acknowledged`` is up to where they are here."""

    def __init__(self, acknowledged: int) -> None:
        super().__init__(f"entries after {acknowledged} are missing")
        self.acknowledged = acknowledged


class JournalBroken(Exception):
    """An entry contradicts its hash, its predecessor, or what was received before: it was changed
    on the way, or somebody writes this kiosk's journal a second time."""


class JournalNotSigned(JournalBroken):
    """An entry is not signed by the kiosk's key: somebody else wrote it."""


@dataclass(frozen=True)
class Ingested:
    """Up to where the journal is safe here, and the changes that were refused."""

    position: int
    hash: str
    signer: str  # the key (base64url, raw) that signs what follows
    refused: list[RefusedChange] = field(default_factory=list)


def ingest(
    caller: Caller,
    position: int,
    position_hash: str,
    entries: list[Entry],
    now: datetime,
    *,
    settled: bool = False,
    earlier: Callable[[], list[str]] = list,
) -> Ingested:
    """Takes the entries that follow ``position``, or what is here where that is further; the caller
    holds the kiosk's row locked. ``earlier``: keys by which the kiosk signed what may come again.

    Raises JournalNotSigned, JournalGap or JournalBroken, and then nothing of this batch is taken; and,
    unless ``settled``, IntegrityError for a value that must be unique and may be taken by a race:
    where it stays so, it is that entry's own fault, and ``settled`` says that it has stayed so.
    """
    _check_sequences(entries)
    signer = caller.public_key
    newest, newest_hash = store.newest(caller.kiosk_id)
    if newest > position:  # the kiosk's row says less than is here
        signer = store.named_since(caller.kiosk_id, position) or signer
        position, position_hash = newest, newest_hash
    old = [e for e in entries if e.sequence <= position]
    known = store.proven(caller.kiosk_id, [e.sequence for e in old])
    unknown = [e for e in entries if known.get(e.sequence) != (e.hash, e.signature)]
    signer = _check_signatures(caller.kiosk_id, unknown, position, signer, earlier)
    new = [e for e in entries if e.sequence > position]
    head, head_hash, signed = _checked(new, position, position_hash)
    _same_as_before(known, old)
    if not new:
        return Ingested(position, position_hash, signer)
    return serializable(
        lambda: Ingested(head, head_hash, signer, _keep(caller, new, signed, now, settled))
    )


def _check_sequences(entries: list[Entry]) -> None:
    """What has no place in a journal cannot be taken, nor anything that comes with it."""
    for entry in entries:
        if type(entry.sequence) is not int or not 1 <= entry.sequence < SEQUENCE_END:
            raise JournalBroken("an entry has no number")


def _check_signatures(
    kiosk_id: str,
    entries: list[Entry],
    position: int,
    signer: str,
    earlier: Callable[[], list[str]],
) -> str:
    """Before anything is believed: who did not sign it is not listened to. Each new entry is signed by
    the key that is the journal's there; one that came before by it or a key before it, unless it comes
    again as it is here: that was proven, maybe by a key that only the journal names. Returns the key that
    signs what follows. Raises JournalNotSigned."""
    try:
        for entry in entries:
            if entry.sequence <= position:
                _check_old(kiosk_id, entry, signer, earlier)
                continue
            _check_signed(kiosk_id, entry, signer)
            here = (kiosk_id, entry.sequence, entry.previous_hash)
            signer = signer_after(signer, *here, entry.kind, entry.body)
    except NotSigned as error:
        raise JournalNotSigned(str(error)) from error
    return signer


def _check_old(kiosk_id: str, entry: Entry, signer: str, earlier: Callable[[], list[str]]) -> None:
    """Raises NotSigned."""
    try:
        _check_signed(kiosk_id, entry, signer)
    except NotSigned:
        for key in earlier():
            with suppress(NotSigned):
                _check_signed(kiosk_id, entry, key)
                return
        raise


def _check_signed(kiosk_id: str, entry: Entry, signer: str) -> None:
    """Raises NotSigned."""
    key = public_key(signer)  # ours: what is wrong with it is no fault of the kiosk's
    check_signature(key, kiosk_id, entry.sequence, entry.hash, entry.signature)


def _checked(entries: list[Entry], position: int, position_hash: str) -> tuple[int, str, list[str]]:
    """The new position with its hash, and each body as the text that was signed."""
    signed = []
    for entry in entries:
        if entry.sequence != position + 1:
            raise JournalGap(position)
        try:
            text = canonical(entry.body)
            digest = text_hash(entry.sequence, entry.at, entry.kind, text, position_hash)
        except (ValueError, RecursionError) as error:  # half a character, endless depth: no kiosk's
            raise JournalBroken(f"entry {entry.sequence} cannot be hashed") from error
        if entry.previous_hash != position_hash or entry.hash != digest:
            raise JournalBroken(f"entry {entry.sequence} does not follow what was received")
        position, position_hash = entry.sequence, entry.hash
        signed.append(text)
    return position, position_hash, signed


def _same_as_before(known: Mapping[int, tuple[str, str]], entries: list[Entry]) -> None:
    for entry in entries:
        if entry.sequence not in known or known[entry.sequence][0] != entry.hash:
            raise JournalBroken(f"entry {entry.sequence} is not the one that was received before")


def _keep(
    caller: Caller, entries: list[Entry], signed: list[str], now: datetime, settled: bool
) -> list[RefusedChange]:
    store.write(
        [
            JournalEntry(
                community=caller.community,
                kiosk_id=caller.kiosk_id,
                sequence=entry.sequence,
                at=entry.at,
                kind=entry.kind,
                body=text,
                payment_id=_about(entry),
                previous_hash=entry.previous_hash,
                hash=entry.hash,
                signature=entry.signature,
                received_at=now,
            )
            for entry, text in zip(entries, signed, strict=True)
        ]
    )
    take = JournalPosting(caller, now, settled)
    take.batch(entries)
    return take.refused


def _about(entry: Entry) -> str:
    """The payment that it names, where that can be one's id."""
    named = entry.body.get("payment_id") if isinstance(entry.body, dict) else None
    return named if isinstance(named, str) and _PAYMENT_ID.fullmatch(named) else ""
