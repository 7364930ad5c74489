"""Roles and requests in the database itself: what was given or asked stays, ends once, is not deleted."""

from server.ledger.guards import ends_once

GUARDS = [
    *ends_once(
        "staff_role",
        "staff_roleassignment",
        ("person_id", "role", "given_at"),
        "OLD.ended_at IS NOT NULL",
        "a role is ended, not changed or deleted",
    ),
    *ends_once(
        "staff_request",
        "staff_request",
        (
            "kind",
            "subject",
            "amount_minor",
            "currency",
            "details",
            "reason",
            "asked_by_id",
            "asked_at",
        ),
        "OLD.state <> 'open'",
        "a request is decided once, not changed or deleted",
    ),
]
