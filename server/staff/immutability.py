"""Roles in the database itself: they stay whose they are, are ended once, and are not deleted."""

from server.ledger.guards import Guard, frozen, refusal, refused

_STANDS = "a role is ended, not changed or deleted"
_TABLE = "staff_roleassignment"

GUARDS = [
    frozen(
        "staff_role_stands",
        _TABLE,
        ("person_id", "role", "given_at"),
        "OLD.id IS NOT NULL",
        _STANDS,
    ),
    Guard(
        "staff_role_ends_once",
        _TABLE,
        sqlite=f"BEFORE UPDATE ON {_TABLE} WHEN OLD.ended_at IS NOT NULL {refusal(_STANDS)}",
        postgresql=f"BEFORE UPDATE ON {_TABLE} FOR EACH ROW",
        body=f"IF OLD.ended_at IS NOT NULL THEN {refused(_STANDS)} END IF; RETURN NEW;",
    ),
    Guard(
        "staff_role_is_not_deleted",
        _TABLE,
        sqlite=f"BEFORE DELETE ON {_TABLE} {refusal(_STANDS)}",
        postgresql=f"BEFORE DELETE ON {_TABLE} FOR EACH ROW",
        body=refused(_STANDS),
    ),
    Guard(
        "staff_role_is_not_emptied",
        _TABLE,
        postgresql=f"BEFORE TRUNCATE ON {_TABLE} FOR EACH STATEMENT",
        body=refused(_STANDS),
    ),
    Guard(
        "staff_role_is_not_replaced",
        _TABLE,
        sqlite=f"BEFORE INSERT ON {_TABLE} WHEN EXISTS (SELECT 1 FROM {_TABLE} WHERE id = NEW.id)"
        f" {refusal(_STANDS)}",
    ),
]
