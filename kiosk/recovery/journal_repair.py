"""What a kiosk does about a journal that it cannot use: try again, or ask the server where to go on.

It takes no money meanwhile. A damaged file is kept; what can be read of it goes into its successor.
"""

from collections.abc import Callable
from datetime import datetime
from enum import StrEnum
from pathlib import Path

import structlog

from contract.enrolment import JournalPosition, JournalSalvage
from kiosk.central.client import Refused, ServerAway
from kiosk.journal.continuation import continue_journal, current, open_payments
from kiosk.journal.opening import open_journal
from kiosk.journal.salvage import Salvage, salvage
from kiosk.journal.schema import JournalDamaged, JournalOfAnother, JournalUnavailable, Seal

log = structlog.get_logger("mending")


class Trouble(StrEnum):
    """Why there is no journal to record in. NONE: there is one."""

    NONE = ""
    CANNOT_WRITE = "cannot_write"
    DAMAGED = "damaged"
    ANOTHER = "another"  # it belongs to another identity: only staff can help


def mend(
    folder: Path,
    seal: Seal,
    now: Callable[[], datetime],
    ask: Callable[[JournalSalvage], JournalPosition],
) -> Trouble:
    """Tries once to get a journal that takes entries. ``ask`` raises ServerAway and Refused."""
    try:
        _prove_usable(folder, seal, now)
    except JournalDamaged as error:
        log.error("journal_damaged", error=str(error))
        return _go_on_elsewhere(folder, seal, now, ask)
    except JournalOfAnother as error:
        log.error("journal_of_another", error=str(error))
        return Trouble.ANOTHER
    except JournalUnavailable as error:
        log.error("journal_unavailable", error=str(error))
        return Trouble.CANNOT_WRITE
    return Trouble.NONE


def _prove_usable(folder: Path, seal: Seal, now: Callable[[], datetime]) -> None:
    journal = open_journal(folder, seal, now)
    try:
        journal.check_writable()
    finally:
        journal.close()


def _go_on_elsewhere(
    folder: Path,
    seal: Seal,
    now: Callable[[], datetime],
    ask: Callable[[JournalSalvage], JournalPosition],
) -> Trouble:
    known = salvage(current(folder))
    try:
        position = ask(told(known))
    except (ServerAway, Refused) as error:
        log.warning("server_did_not_say_where_to_go_on", error=str(error))
        return Trouble.DAMAGED
    try:
        continue_journal(folder, position, seal, now)
        _prove_usable(folder, seal, now)
    except (OSError, JournalUnavailable) as error:
        log.error("journal_not_continued", error=str(error))
        return Trouble.CANNOT_WRITE
    return Trouble.NONE


def told(known: Salvage) -> JournalSalvage:
    """What the server has to know to judge whether anything is lost."""
    return JournalSalvage(
        last=known.last, whole_from=known.whole_from, open_payments=open_payments(known)
    )
