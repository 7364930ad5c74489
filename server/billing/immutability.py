"""What of a bill and of a fee item stays as it was: paper, kiosks, orders and books name it."""

from server.ledger.guards import ends_once, frozen, unchangeable

GUARDS = (
    frozen(
        "billing_bill_stays_itself",
        "billing_bill",
        (
            *("community_id", "unit_id", "number", "period", "issued_on", "due", "currency"),
            "amount_minor",
        ),
        "1 = 1",
        "an issued bill is not changed; void it and issue it anew",
    ),
    frozen(
        "billing_feeitem_stays_itself",
        "billing_feeitem",
        ("code", "community_id"),
        "EXISTS (SELECT 1 FROM billing_billline l WHERE l.fee_item_id = OLD.id)",
        "the code of a fee item that was billed is not changed: its income is booked under it",
    ),
    *ends_once(
        "billing_billwaiver",
        "billing_billwaiver",
        ("community_id", "bill_id", "of", "whole", "amount_minor", "reason", "granted_at"),
        "OLD.ended_at IS NOT NULL",
        "what was waived is not changed or deleted; take it back",
    ),
    *unchangeable(
        "billing_creditmove",
        "moves of credit are not changed or deleted",
        ("key",),
        ("number",),
    ),
    *ends_once(
        "billing_creditagreement",
        "billing_creditagreement",
        ("unit_id", "agreed_by", "agreed_on", "noted_at"),
        "OLD.ended_at IS NOT NULL",
        "an agreement is ended, not changed or deleted",
    ),
    *ends_once(
        "billing_closedperiod",
        "billing_closedperiod",
        ("community_id", "period", "closed_at"),
        "OLD.reopened_at IS NOT NULL",
        "a closed period is opened again, not changed or deleted",
    ),
)
