"""Somebody who can write into the server's tables by hand: what the database must refuse by itself, and
what the product's own verification must see where it was written all the same."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import IntegrityError, connection, transaction

from server.ledger import guards
from server.ledger.models import Transaction
from server.payments import verification
from tests.simulation.faults import Faults

if TYPE_CHECKING:
    from tests.simulation.run import Simulation

TRIED_AT_THE_END = 3


@dataclass(frozen=True)
class Alteration:
    """``refused``: the database takes it from nobody."""

    what: str
    statements: tuple[str, ...]
    refused: bool = True


_LATE_ENTRY = (
    "INSERT INTO ledger_entry (community_id, transaction_id, account_id, amount_minor, unit_id,"
    " bill_number) SELECT community_id, transaction_id, account_id, {}, unit_id, bill_number"
    " FROM ledger_entry ORDER BY id DESC LIMIT 1"
)
_LAST = "(SELECT max(id) FROM ledger_transaction)"
_OLD_JOURNAL = (
    "(SELECT min(e.id) FROM payments_journalentry e WHERE EXISTS (SELECT 1 FROM"
    " payments_journalentry n WHERE n.kiosk_id = e.kiosk_id AND n.sequence > e.sequence))"
)
ALTERATIONS = (
    Alteration(
        "change an entry of the books",
        (
            f"UPDATE ledger_entry SET amount_minor = amount_minor + 7 WHERE transaction_id = {_LAST}",
        ),
    ),
    Alteration(
        "add balanced entries to a transaction that is written",
        (_LATE_ENTRY.format(7), _LATE_ENTRY.format(-7)),
    ),
    Alteration(
        "delete a transaction with its entries",
        (
            f"DELETE FROM ledger_entry WHERE transaction_id = {_LAST}",
            f"DELETE FROM ledger_transaction WHERE id = {_LAST}",
        ),
    ),
    Alteration(
        "delete an entry of a received journal",
        (f"DELETE FROM payments_journalentry WHERE id = {_OLD_JOURNAL}",),
    ),
    Alteration(
        "change an entry of a received journal",
        (
            "UPDATE payments_journalentry SET body = replace(body, 'a', 'e')"
            f" WHERE id = {_OLD_JOURNAL} AND body LIKE '%a%'",
        ),
    ),
    Alteration(
        "change what an order says of its money",
        (
            "UPDATE payments_paymentorder SET captured_minor = captured_minor + 7,"
            " allocated_minor = allocated_minor + 7 WHERE id ="
            " (SELECT max(id) FROM payments_paymentorder WHERE state = 'approved')",
        ),
        refused=False,
    ),
    Alteration(
        "take back what settled a bill",
        (
            "UPDATE billing_allocation SET undone = 1 WHERE id ="
            " (SELECT max(id) FROM billing_allocation WHERE undone = 0)",
        ),
        refused=False,
    ),
)


def _gone(kind: str) -> Alteration:
    last = f"(SELECT max(id) FROM ledger_transaction WHERE kind = '{kind}')"
    return Alteration(
        f"delete the last {kind} of the books",
        (
            f"DELETE FROM ledger_entry WHERE transaction_id = {last}",
            f"DELETE FROM ledger_transaction WHERE id = {last}",
        ),
    )


class Alterer:
    """``passed``: what the database took that it has to refuse."""

    def __init__(self, run: "Simulation", faults: Faults) -> None:
        self._run, self._faults = run, faults
        self._random = random.Random(f"alterations {faults.seed}")
        self.passed: list[str] = []

    def tries(self) -> None:
        """While the server runs."""
        if self._faults.strikes("books_altered"):
            found = self._random.choice([a for a in ALTERATIONS if a.refused])
            try:
                with transaction.atomic():
                    changed = _written(found)
            except IntegrityError:
                return
            if changed:
                self.passed.append(found.what)

    def problems(self) -> Iterator[str]:
        """At the end of a run in which nothing else is wrong: nothing of it stays."""
        for what in self.passed:
            yield f"the database let somebody {what}"
        if self.passed or "books_altered" not in self._faults.enabled:
            return
        kinds = sorted(set(Transaction.objects.values_list("kind", flat=True)))
        chosen = self._random.sample(ALTERATIONS, TRIED_AT_THE_END)
        chosen += [_gone(kind) for kind in self._random.sample(kinds, min(2, len(kinds)))]
        for found in chosen:
            if not _seen(found):
                yield f"verification does not see that somebody was let {found.what}"


def _written(alteration: Alteration) -> int:
    with connection.cursor() as cursor:
        return sum(cursor.execute(one).rowcount for one in alteration.statements)


def _seen(alteration: Alteration) -> bool:
    """Where the database had lost its guards for a moment."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
            kept = cursor.fetchall()
            for name, _ in kept:
                cursor.execute(f"DROP TRIGGER {name}")
        changed = _written(alteration)
        with connection.cursor() as cursor:
            for _, statement in kept:
                cursor.execute(statement, None)
        said = verification.verify_books()
        transaction.set_rollback(True)
    assert not guards.missing()
    return bool(said) or not changed
