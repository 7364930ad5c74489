"""A kiosk's payments as its journal tells of them, and whether each went its way by the rules."""

import itertools
from collections.abc import Iterator

from contract.messages import EntryKind, PaymentRecord
from kiosk.core.payment import altered, follows, missing
from kiosk.journal import Journal


def histories(journal: Journal) -> dict[str, list[PaymentRecord]]:
    """Each payment's records as they were written, oldest first."""
    found: dict[str, list[PaymentRecord]] = {}
    for entry in journal.after(0, journal.last_sequence):
        if entry.kind is EntryKind.PAYMENT:
            record = PaymentRecord.model_validate(entry.body)
            found.setdefault(record.payment_id, []).append(record)
    return found


def lives(journal: Journal) -> Iterator[str]:
    """Every record holds what it must, keeps what is frozen, and follows from the one before."""
    for records in histories(journal).values():
        for record in records:
            if lacking := missing(record):
                yield f"{record.reference}: {record.state} without {', '.join(lacking)}"
        for before, after in itertools.pairwise(records):
            if changed := altered(before, after):
                yield f"{after.reference}: {', '.join(changed)} changed after {before.state}"
            if not follows(before, after):
                yield f"{after.reference}: {after.state} does not follow {before.state}"
