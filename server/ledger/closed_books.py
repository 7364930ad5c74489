"""What the database refuses in the books: changes, deletions, and whatever is not one whole, balanced
transaction written at once.

A transaction's row states its totals, and no entry is nought, so entries that come later, even
balanced ones, contradict them. PostgreSQL compares at commit. SQLite cannot: there the entries are
written first (``posting``), the row of the transaction is refused unless they fit it, and once it is
there none is taken any more.
"""

from server.ledger.guards import Guard, refusal, refused, unchangeable

_STAYS = "ledger rows are not changed or deleted; post a correcting transaction"
_WHOLE = "a ledger transaction is written whole: at least two entries, which are its totals"


def _wrong(row: str) -> str:
    """That a transaction's entries are not what its row says."""
    return f"""
      SELECT count(*) < 2
        OR coalesce(sum(CASE WHEN amount_minor > 0 THEN amount_minor END), 0) <> {row}.debit_minor
        OR coalesce(-sum(CASE WHEN amount_minor < 0 THEN amount_minor END), 0) <> {row}.credit_minor
        OR coalesce(sum(CASE WHEN community_id <> {row}.community_id THEN 1 END), 0) > 0
      FROM ledger_entry WHERE transaction_id = {row}.id"""


GUARDS = (
    *unchangeable("ledger_transaction", _STAYS, ("community_id", "kind", "reference")),
    *unchangeable("ledger_entry", _STAYS),
    *unchangeable("ledger_account", _STAYS, ("community_id", "code")),
    Guard(
        "ledger_transaction_is_whole",
        "ledger_transaction",
        sqlite=f"AFTER INSERT ON ledger_transaction WHEN ({_wrong('NEW')}) {refusal(_WHOLE)}",
        postgresql="AFTER INSERT ON ledger_transaction DEFERRABLE INITIALLY DEFERRED FOR EACH ROW",
        body=f"IF ({_wrong('NEW')}) THEN {refused(_WHOLE)} END IF; RETURN NULL;",
    ),
    Guard(
        "ledger_entry_is_not_late",
        "ledger_entry",
        sqlite="BEFORE INSERT ON ledger_entry WHEN EXISTS"
        f" (SELECT 1 FROM ledger_transaction WHERE id = NEW.transaction_id) {refusal(_WHOLE)}",
        postgresql="AFTER INSERT ON ledger_entry DEFERRABLE INITIALLY DEFERRED FOR EACH ROW",
        body="IF EXISTS (SELECT 1 FROM ledger_transaction t WHERE t.id = NEW.transaction_id"
        f" AND ({_wrong('t')})) THEN {refused(_WHOLE)} END IF; RETURN NULL;",
    ),
)
