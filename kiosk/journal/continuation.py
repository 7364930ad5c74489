"""Begins a new journal file where the server says that the kiosk's journal stands.

For a kiosk that was enrolled (again), and for one whose file was damaged. What the old file knows and
the server may not is carried over; the old file is kept as it is, never changed and never deleted.
"""

import os
import re
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import structlog

from contract.enrolment import JournalPosition
from contract.messages import EntryKind, PaymentRecord, PaymentState
from kiosk.journal.journal import Journal
from kiosk.journal.salvage import Salvage, salvage
from kiosk.journal.schema import Origin, Seal

log = structlog.get_logger("journal")

HANDED_OVER = "handed_over"  # as a reason: the server knew the payment, this disk did not
NUMBERS_SKIPPED = (
    500  # left free when a disk is lost: receipts that nobody heard of may be out there
)
OPEN_TOLD_MAX = 50
_NAME = re.compile(r"^journal(?:-([0-9]+))?\.sqlite3$")


def current(folder: Path) -> Path:
    """The file in use: the newest one, or where the first one will be."""
    files = {_place(path): path for path in folder.glob("journal*.sqlite3") if _place(path)}
    return files[max(files)] if files else folder / "journal.sqlite3"


def _place(path: Path) -> int:
    found = _NAME.match(path.name)
    return int(found[1] or 1) if found else 0


def continue_journal(
    folder: Path, position: JournalPosition, seal: Seal, now: Callable[[], datetime]
) -> Path:
    """Makes the next file, whole or not at all, and returns its path. Raises JournalUnavailable and
    OSError; then everything is as it was and it may be tried again."""
    old = current(folder)
    known = salvage(old) if old.exists() else Salvage()
    next_file = folder / f"journal-{_place(old) + 1}.sqlite3" if old.exists() else old
    partial = next_file.with_name(next_file.name + ".partial")
    for left in (partial, *(partial.with_name(partial.name + end) for end in ("-wal", "-shm"))):
        left.unlink(missing_ok=True)
    origin = Origin(
        seal.kiosk_id, seal.public_key, position.sequence, position.hash, _number(known, position)
    )
    records = carried_over(known, position, now())
    journal = Journal(partial, now, seal=seal, origin=origin)
    try:
        journal.go_on_counting(position.starts)
        journal.keep_stopped(position.stopped)
        if position.sequence or known.hashes:
            _note(journal, old, known, len(records))
        for record in records:
            journal.append_payment(record)
    finally:
        journal.close()
    partial.replace(next_file)
    _sync(folder)
    log.info("journal_continued", file=next_file.name, after=position.sequence, over=len(records))
    return next_file


def carried_over(known: Salvage, position: JournalPosition, now: datetime) -> list[PaymentRecord]:
    """The payments that the server may not know as well as the old file does, and those whose end
    the server asks this kiosk to find out, oldest first.

    Payments that the server holds open are asked about even if they are news to this disk: they
    become UNKNOWN, and recovery asks the terminal. What ended after an old disk image was made has
    ended here too.
    """
    same_history = known.hashes.get(position.sequence) == position.hash
    has_base = known.origin.sequence == position.sequence and known.origin.hash == position.hash
    after = position.sequence if same_history or has_base else known.acknowledged
    over = {
        payment_id: record
        for payment_id, (sequence, record) in sorted(known.newest.items(), key=lambda n: n[1][0])
        if sequence > after or not record.state.final
    }
    for told in position.payments:
        _, mine = known.newest.get(told.payment_id, (0, None))
        if mine is not None and mine.version >= told.version:
            over[told.payment_id] = mine
            continue
        if told.state.final:
            over[told.payment_id] = told
            continue
        over[told.payment_id] = told.model_copy(
            update={
                "state": PaymentState.UNKNOWN,
                "version": told.version + 1,
                "reason": HANDED_OVER,
                "changed_at": now,
            }
        )
    return list(over.values())


def open_payments(known: Salvage) -> list[str]:
    """The payments whose end this disk does not know: the server may."""
    return [r.payment_id for _, r in known.newest.values() if not r.state.final][-OPEN_TOLD_MAX:]


def _number(known: Salvage, position: JournalPosition) -> int:
    """Receipt numbers never start again. Where this disk remembers nothing of its kiosk's past,
    some are left out, because what was taken without a line was never told."""
    number = max(known.number, known.origin.number, position.number)
    if position.sequence and known.last < position.sequence:
        return number + NUMBERS_SKIPPED
    return number


def _note(journal: Journal, old: Path, known: Salvage, carried: int) -> None:
    journal.append(
        EntryKind.NOTE,
        {
            "what": "continued",
            "from": old.name,
            "readable": len(known.hashes),
            "last": known.last,
            "carried_over": carried,
        },
    )


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
