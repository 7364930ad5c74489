"""The server's ingest of journal batches against the bare INSERT of the same rows, on PostgreSQL.

Two kinds of batches of 200 entries: notes, where an entry is one row, and 50 card payments taken without
a line, where ingest also makes the orders, settles the bills and books them. Ours does everything that
the call does inside: signatures, hashes, the chain, the books, SERIALIZABLE. The bare INSERT writes every
row that ours left behind, in one transaction, through the same driver; it updates and checks nothing. It
is measured both ways: a statement for each row, and all rows of a table sent at once (``executemany``).
The database syncs each commit, as in production.
"""

import statistics
import sys
import time
from pathlib import Path
from uuid import UUID

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from benchmarks.server_on_postgresql import server  # noqa: E402

ENTRIES, PAYMENTS, ROUNDS = 200, 50, 15


def main() -> None:
    with server():
        estate = Estate()
        for name, batches in (
            ("notes", [estate.notes() for _ in range(ROUNDS)]),
            ("payments taken without a line", [estate.payments() for _ in range(ROUNDS)]),
        ):
            measure(name, estate, batches)


class Estate:
    """A community, as many units with a bill as payments are needed, and a kiosk that writes."""

    def __init__(self) -> None:
        from contract.journal_hash import GENESIS
        from tests.server.payments import world

        self.world, self.made = world, world.make()
        self.sequence, self.digest, self.paid = 0, GENESIS, 0
        self.bills = []
        for n in range(PAYMENTS * ROUNDS):
            unit = world.unit(self.made.community, f"{2000 + n}")
            self.bills.append((unit, world.bills(unit, "2026-10")[0]))

    def entry(self, kind, body):
        from contract.journal_hash import entry_hash, sign_entry
        from contract.messages import JournalEntry

        self.sequence += 1
        at, before = self.world.NOW.isoformat(), self.digest
        self.digest = entry_hash(self.sequence, at, kind.value, body, before)
        return JournalEntry(
            sequence=self.sequence,
            at=at,
            kind=kind,
            body=body,
            previous_hash=before,
            hash=self.digest,
            signature=sign_entry(
                self.world.KEY, str(self.world.KIOSK_ID), self.sequence, self.digest
            ),
        )

    def notes(self):
        from contract.messages import EntryKind

        return [self.entry(EntryKind.NOTE, {"what": "x" * 300}) for _ in range(ENTRIES)]

    def payments(self):
        from contract.messages import EntryKind, PaymentState

        batch = []
        for _ in range(PAYMENTS):
            record = self._record()
            told = {"payment_id": record.payment_id, "how": "print", "outcome": "printed"}
            for version, state in enumerate(("created", "pending", "approved"), 1):
                changed = record.model_copy(
                    update={"version": version, "state": PaymentState(state)}
                )
                body = changed.model_dump(mode="json")
                batch.append(self.entry(EntryKind.PAYMENT, body))
            batch.append(self.entry(EntryKind.RECEIPT, told))
        return batch

    def _record(self):
        from contract.messages import CardData, Method, PaymentRecord, PaymentState
        from server.billing.unit_accounts import to_contract

        unit, bill = self.bills[self.paid]
        self.paid += 1
        return PaymentRecord(
            payment_id=str(UUID(int=self.paid)),
            reference=f"K03-{self.paid:06d}",
            version=1,
            state=PaymentState.CREATED,
            method=Method.CARD,
            unit=unit.code,
            unit_label=unit.label,
            payer="王*明",
            bills=[to_contract(bill, self.world.TODAY)],
            amount_minor=33208,
            currency="CNY",
            offline=True,
            card=CardData(receipt_no=f"{self.paid:04d}", trace_no=f"{self.paid:06d}"),
            created_at=self.world.NOW,
            changed_at=self.world.NOW,
        )


def measure(name, estate, batches) -> None:
    ours, written = [], 0
    theirs: dict[bool, list[float]] = {False: [], True: []}
    for batch in batches:
        before = highest_ids()
        started = time.perf_counter()
        ingest(estate, batch)
        ours.append(time.perf_counter() - started)
        rows = rows_since(before)
        written = sum(len(found) for _, _, found in rows)
        for at_once, taken in theirs.items():
            taken.append(bare_insert(rows, at_once))
    for at_once, taken in theirs.items():
        ratio = statistics.median(a / b for a, b in zip(ours, taken, strict=True))
        print(
            f"ingest of {len(batches[0])} entries ({name}, {written} rows) / bare INSERT of the rows"
            f" {'at once' if at_once else 'one by one'}: {ratio:.2f}"
            f" ({statistics.median(ours) * 1000:.0f} ms / {statistics.median(taken) * 1000:.0f} ms)"
        )


def ingest(estate, batch) -> None:
    from server.api import calls
    from server.database import serializable
    from server.fleet.models import Kiosk

    kiosk = Kiosk.objects.select_related("community").get(pk=estate.world.KIOSK_ID)
    serializable(lambda: calls._ingest(kiosk, batch, estate.world.NOW))


def tables():
    from django.apps import apps

    return [m for m in apps.get_models() if m._meta.pk.get_internal_type() == "BigAutoField"]


def highest_ids():
    return {
        m: m.objects.order_by("-pk").values_list("pk", flat=True).first() or 0 for m in tables()
    }


def rows_since(before):
    """(table, columns, rows) of everything that was inserted."""
    from django.db import connection

    found = []
    for model, pk in before.items():
        with connection.cursor() as cursor:
            table, key = model._meta.db_table, model._meta.pk.column
            cursor.execute(f'SELECT * FROM "{table}" WHERE "{key}" > %s ORDER BY 1', [pk])
            rows, columns = cursor.fetchall(), [c.name for c in cursor.description]
        if rows:
            found.append((table, columns, rows))
    return found


def bare_insert(rows, at_once: bool) -> float:
    """Seconds to insert the rows into tables like theirs (with keys, constraints and indexes)."""
    from django.db import connection
    from psycopg.types.json import Jsonb

    prepared = []
    for table, columns, found in rows:
        with connection.cursor() as cursor:
            cursor.execute(f'DROP TABLE IF EXISTS "bare_{table}"')
            cursor.execute(f'CREATE TABLE "bare_{table}" (LIKE "{table}" INCLUDING ALL)')
        marks = ", ".join(["%s"] * len(columns))
        values = [
            tuple(Jsonb(v) if isinstance(v, dict | list) else v for v in row) for row in found
        ]
        prepared.append((f'INSERT INTO "bare_{table}" VALUES ({marks})', values))
    started = time.perf_counter()
    with connection.connection.transaction(), connection.connection.cursor() as cursor:
        for statement, values in prepared:
            if at_once:
                cursor.executemany(statement, values)
                continue
            for row in values:
                cursor.execute(statement, row)
    return time.perf_counter() - started


if __name__ == "__main__":
    main()
