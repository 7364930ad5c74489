"""What of a bill and of a fee item stays as it was: paper, kiosks, orders and books name it."""

from server.ledger.guards import ends_once, frozen, unchangeable

GUARDS = (
    frozen(
        "billing_bill_stays_itself",
        "billing_bill",
        (
            *("community_id", "unit_id", "number", "period", "issued_on", "due", "currency"),
            *("amount_minor", "kind", "title_zh", "title_en", "late_free_minor"),
        ),
        "1 = 1",
        "an issued bill is not changed; void it and issue it anew",
    ),
    *unchangeable(
        "billing_billreplacement",
        "which bill took the place of which is not changed or deleted",
        ("old_id", "new_id"),
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
    *ends_once(
        "billing_instalmentagreement",
        "billing_instalmentagreement",
        (
            *("community_id", "unit_id", "agreed_by", "agreed_on", "principal_minor"),
            *("late_fee_minor", "late_fee", "grows", "reason", "made_at"),
        ),
        "OLD.ended_at IS NOT NULL",
        "an agreement is ended, not changed or deleted",
    ),
    *unchangeable(
        "billing_instalment",
        "which bill is which instalment is not changed or deleted",
        ("agreement_id", "number"),
        ("bill_id",),
    ),
    frozen(
        "billing_packageoffer_stays",
        "billing_packageoffer",
        (
            *("community_id", "months_given", "months_paid", "item_codes", "unit_kinds"),
            *("who", "leaving", "on_sale_from"),
        ),
        "EXISTS (SELECT 1 FROM billing_packagesale s WHERE s.offer_id = OLD.id)",
        "a package that was sold is not changed; end it and offer another",
    ),
    frozen(
        "billing_packagesale_stays",
        "billing_packagesale",
        ("community_id", "unit_id", "offer_id", "bill_id", "leaving", "sold_at"),
        "OLD.id IS NOT NULL",
        "a package that was sold is ended, not changed",
    ),
    frozen(
        "billing_packagemonth_stays",
        "billing_packagemonth",
        (
            *("community_id", "sale_id", "unit_id", "fee_item_id", "period", "full_minor"),
            "amount_minor",
        ),
        "OLD.id IS NOT NULL",
        "a month of a package is used or given up, not changed",
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
        ("unit_id", "agreed_by", "agreed_on", "item_codes", "noted_at"),
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
