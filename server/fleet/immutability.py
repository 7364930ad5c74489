"""What of a kiosk stays as it is once it has taken a payment: receipts, journals and orders name it."""

from contract.messages import KIOSK_CODE_PATTERN
from server.ledger.guards import Guard, frozen, refusal, refused

_NO_CODE = "a kiosk code has 2 to 8 capital letters and digits, a letter first"
_NONE_IN_SQLITE = (
    "NEW.code NOT GLOB '[A-Z]*' OR NEW.code GLOB '*[^0-9A-Z]*'"
    " OR length(NEW.code) NOT BETWEEN 2 AND 8"
)


def _has(table: str) -> str:
    """SQLite keeps the kiosk's id without dashes, the tables that name it have them."""
    return (
        f"EXISTS (SELECT 1 FROM {table} t WHERE"
        " replace(t.kiosk_id, '-', '') = replace(CAST(OLD.id AS text), '-', ''))"
    )


def _grammar(event: str, on: str) -> Guard:
    return Guard(
        f"fleet_kiosk_code_{event}",
        "fleet_kiosk",
        sqlite=f"BEFORE {on} ON fleet_kiosk WHEN {_NONE_IN_SQLITE} {refusal(_NO_CODE)}",
        postgresql=f"BEFORE {on} ON fleet_kiosk FOR EACH ROW",
        body=f"IF NEW.code !~ '^{KIOSK_CODE_PATTERN}$' THEN {refused(_NO_CODE)} END IF; RETURN NEW;",
    )


GUARDS = (
    _grammar("new", "INSERT"),
    _grammar("changed", "UPDATE OF code"),
    frozen(
        "fleet_kiosk_stays_itself",
        "fleet_kiosk",
        ("code", "community_id"),
        f"{_has('payments_paymentorder')} OR {_has('payments_journalentry')}",
        "code and community of a kiosk with payments are not changed; make a new kiosk",
    ),
)
