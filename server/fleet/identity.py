"""What of a kiosk stays as it is once it has taken a payment: receipts, journals and orders name it."""

from server.ledger.guards import frozen


def _has(table: str) -> str:
    """SQLite keeps the kiosk's id without dashes, the tables that name it have them."""
    return (
        f"EXISTS (SELECT 1 FROM {table} t WHERE"
        " replace(t.kiosk_id, '-', '') = replace(CAST(OLD.id AS text), '-', ''))"
    )


GUARDS = (
    frozen(
        "fleet_kiosk_stays_itself",
        "fleet_kiosk",
        ("code", "community_id"),
        f"{_has('payments_paymentorder')} OR {_has('payments_journalentry')}",
        "code and community of a kiosk with payments are not changed; make a new kiosk",
    ),
)
