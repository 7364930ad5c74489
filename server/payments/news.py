"""PostgreSQL tells whoever listens that a payment changed, once that is committed."""

from server.ledger.guards import Guard

CHANNEL = "lobbypay_payment"  # each message is a payment's id

TOLD = Guard(
    "payments_order_told",
    "payments_paymentorder",
    postgresql="AFTER UPDATE ON payments_paymentorder FOR EACH ROW WHEN (OLD.version <> NEW.version)",
    body=f"PERFORM pg_notify('{CHANNEL}', NEW.payment_id); RETURN NULL;",
)
