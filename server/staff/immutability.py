"""Roles and requests in the database itself: what was given or asked stays, ends once, is not deleted."""

from collections.abc import Sequence

from server.ledger.guards import Guard, frozen, refusal, refused


def _ends_once(name: str, table: str, kept: Sequence[str], ended: str, message: str) -> list[Guard]:
    """``kept``: columns that stay from the beginning; once ``ended`` is true of OLD, all stay."""
    return [
        frozen(f"{name}_stands", table, kept, "OLD.id IS NOT NULL", message),
        Guard(
            f"{name}_ends_once",
            table,
            sqlite=f"BEFORE UPDATE ON {table} WHEN {ended} {refusal(message)}",
            postgresql=f"BEFORE UPDATE ON {table} FOR EACH ROW",
            body=f"IF {ended} THEN {refused(message)} END IF; RETURN NEW;",
        ),
        Guard(
            f"{name}_is_not_deleted",
            table,
            sqlite=f"BEFORE DELETE ON {table} {refusal(message)}",
            postgresql=f"BEFORE DELETE ON {table} FOR EACH ROW",
            body=refused(message),
        ),
        Guard(
            f"{name}_is_not_emptied",
            table,
            postgresql=f"BEFORE TRUNCATE ON {table} FOR EACH STATEMENT",
            body=refused(message),
        ),
        Guard(
            f"{name}_is_not_replaced",
            table,
            sqlite=f"BEFORE INSERT ON {table} WHEN EXISTS"
            f" (SELECT 1 FROM {table} WHERE id = NEW.id) {refusal(message)}",
        ),
    ]


GUARDS = [
    *_ends_once(
        "staff_role",
        "staff_roleassignment",
        ("person_id", "role", "given_at"),
        "OLD.ended_at IS NOT NULL",
        "a role is ended, not changed or deleted",
    ),
    *_ends_once(
        "staff_request",
        "staff_request",
        ("kind", "subject", "amount_minor", "currency", "reason", "asked_by_id", "asked_at"),
        "OLD.state <> 'open'",
        "a request is decided once, not changed or deleted",
    ),
]
