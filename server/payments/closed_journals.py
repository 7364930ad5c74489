"""The database takes the kiosks' journals as they were received, and keeps them so."""

from server.ledger.guards import unchangeable

GUARDS = unchangeable(
    "payments_journalentry",
    "received journal entries are not changed or deleted",
    ("kiosk_id", "sequence"),
)
