"""Opens this kiosk's journal: the file in use, or a new one that goes on where the server says.

Never goes on with a file of another identity, nor with one that is not what was written.
"""

import os
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import structlog

from contract.enrolment import JournalPosition
from kiosk.journal.continuation import continue_journal, current
from kiosk.journal.journal import Journal
from kiosk.journal.schema import JournalUnavailable, Seal
from kiosk.journal.verification import signer_of

log = structlog.get_logger("journal")

_BEGIN = "begin.json"


def save_begin(folder: Path, position: JournalPosition, public_key: str) -> None:
    """Where the journal goes on under the new identity. On disk before the identity is."""
    folder.mkdir(parents=True, exist_ok=True)
    partial = folder / f"{_BEGIN}.partial"
    with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(f"{public_key}\n{position.model_dump_json()}")
        file.flush()
        os.fsync(file.fileno())
    partial.replace(folder / _BEGIN)


def _begin(folder: Path, public_key: str) -> JournalPosition | None:
    """None when there is nothing to begin, or it was meant for another identity."""
    try:
        owner, _, text = (folder / _BEGIN).read_text(encoding="utf-8").partition("\n")
        return JournalPosition.model_validate_json(text) if owner == public_key else None
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        log.error("begin_unreadable", error=type(error).__name__)
        return None


def open_journal(folder: Path, seal: Seal, now: Callable[[], datetime]) -> Journal:
    """Raises JournalUnavailable, and its kinds JournalDamaged and JournalOfAnother."""
    position = _begin(folder, seal.public_key)
    path = current(folder)
    try:
        if position is not None and not _begun(path, seal):
            path = continue_journal(folder, position, seal, now)
    except OSError as error:
        raise JournalUnavailable(f"{folder}: {error}") from error
    journal = Journal(path, now, seal=seal)
    try:
        (folder / _BEGIN).unlink(missing_ok=True)
    except OSError as error:
        log.warning("begin_not_removed", error=str(error))
    return journal


def _begun(path: Path, seal: Seal) -> bool:
    """Whether the file is this identity's own. One that its key began long ago, and handed over to
    another since, is not."""
    try:
        return path.exists() and signer_of(path) == seal.public_key
    except JournalUnavailable:
        return False
