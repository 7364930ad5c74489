"""What the database keeps of payments: received journals as they came, ended refunds as they are."""

from server.ledger.guards import Guard, refusal, refused, unchangeable

_ENDED = "a refund that has ended stays as it is"
_FIELDS = ("state", "amount_minor", "order_id", "refund_no", "how", "done_at")


def _altered(differs: str) -> str:
    changed = " OR ".join(f"NEW.{name} {differs} OLD.{name}" for name in _FIELDS)
    return f"OLD.state <> 'due' AND ({changed})"


GUARDS = (
    *unchangeable(
        "payments_journalentry",
        "received journal entries are not changed or deleted",
        ("kiosk_id", "sequence"),
    ),
    # What was returned by hand is never sent again, nor the other way round.
    Guard(
        "payments_refund_stays",
        "payments_refund",
        sqlite=f"BEFORE UPDATE ON payments_refund WHEN {_altered('IS NOT')} {refusal(_ENDED)}",
        postgresql="BEFORE UPDATE ON payments_refund FOR EACH ROW",
        body=f"IF {_altered('IS DISTINCT FROM')} THEN {refused(_ENDED)} END IF; RETURN NEW;",
    ),
)
