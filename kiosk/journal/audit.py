"""Whether each payment in a journal lived by the table of ``kiosk.core.payment``. Reads only.

The links prove that nobody changed an entry; this proves that what was written made sense.
"""

import json
from collections.abc import Iterator
from pathlib import Path

from pydantic import ValidationError

from contract.messages import EntryKind, PaymentRecord
from kiosk.core.payment import altered, follows, missing
from kiosk.journal.verification import rows


def breaches(path: Path) -> Iterator[str]:
    """One sentence for each record that misses what its state requires, changes what was fixed, or
    does not follow from the record before it. Raises JournalUnavailable."""
    newest: dict[str, PaymentRecord] = {}
    for sequence, _, kind, body, *_ in rows(path):
        if kind != EntryKind.PAYMENT:
            continue
        try:
            record = PaymentRecord.model_validate(json.loads(body))
        except ValidationError:
            yield f"entry {sequence}: is no payment record"
            continue
        where = f"entry {sequence}, {record.reference}, {record.state.value}"
        if empty := missing(record):
            yield f"{where}: {', '.join(empty)} must be given"
        before = newest.get(record.payment_id)
        if before is not None and (changed := altered(before, record)):
            yield f"{where}: {', '.join(changed)} may not change after {before.state.value}"
        if before is not None and not follows(before, record):
            yield (
                f"{where}, version {record.version}: does not follow from {before.state.value},"
                f" version {before.version}"
            )
        newest[record.payment_id] = record
