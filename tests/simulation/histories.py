"""A kiosk's payments as its journal tells of them."""

from contract.messages import EntryKind, PaymentRecord
from kiosk.journal.journal import Journal


def histories(journal: Journal) -> dict[str, list[PaymentRecord]]:
    """Each payment's records as they were written, oldest first."""
    found: dict[str, list[PaymentRecord]] = {}
    for entry in journal.after(0, journal.last_sequence):
        if entry.kind is EntryKind.PAYMENT:
            record = PaymentRecord.model_validate(entry.body)
            found.setdefault(record.payment_id, []).append(record)
    return found
