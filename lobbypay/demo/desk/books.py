"""The last payments, side by side: what the kiosk's journal, the server and the channel or bank know."""

from typing import Any

from contract.messages import Method, PaymentRecord
from lobbypay.demo.agreement import kiosk_payments, server_payments
from lobbypay.demo.house import House

SHOWN_MAX = 8
_MOVED = {"paid", "approved"}  # a channel's and a bank's word for money that was taken and kept
_NOTHING = {"", "closed", "unscanned", "waiting", "asking", "refused", "declined"}
_BACK = {"refunded", "reversed"}
NOTHING = "nothing"  # it never heard of the payment, and need not


def last_payments(house: House) -> list[dict[str, Any]]:
    """The newest first. Raises OSError and sqlite3.Error while somebody is not there."""
    journal = kiosk_payments(house.journal) if house.journal.exists() else {}
    orders = server_payments(house.server_db)
    wallets = {name: house.channel_orders(name) for name in ("wechat", "alipay")}
    card = {t["receipt_no"]: t for t in house.transactions()}
    rows = []
    for payment_id in [*(p for p in orders if p not in journal), *journal][-SHOWN_MAX:]:
        record, order = journal.get(payment_id), orders.get(payment_id)
        outside = _outside(payment_id, record, order, wallets, card)
        rows.append(_row(payment_id, record, order, outside))
    return rows[::-1]


def _outside(
    payment_id: str,
    record: PaymentRecord | None,
    order: dict[str, Any] | None,
    wallets: dict[str, dict[str, Any]],
    card: dict[str, Any],
) -> dict[str, Any] | None:
    """What the channel or the bank knows; a card payment is found by the terminal's receipt number."""
    method = record.method.value if record else str(order["method"] if order else "")
    if method in wallets:
        return wallets[method].get(payment_id.replace("-", ""))
    if record is not None and record.card is not None and record.card.receipt_no:
        return card.get(record.card.receipt_no)
    return next((t for t in card.values() if t.get("reference") == payment_id), None)


def _row(
    payment_id: str,
    record: PaymentRecord | None,
    order: dict[str, Any] | None,
    outside: dict[str, Any] | None,
) -> dict[str, Any]:
    journal = record.state.value if record else ""
    server = str(order["state"]) if order else ""
    channel = str(outside["state"]) if outside else ""
    amount = record.amount_minor if record else int(order["amount_minor"]) if order else 0
    agreed = verdict(
        journal,
        server,
        channel,
        [amount] + ([int(outside["amount_minor"])] if outside else []),
        by_card=bool(record and record.method is Method.CARD),
    )
    return {
        "id": payment_id,
        "reference": record.reference if record else str(order["reference"]) if order else "",
        "amount": f"{amount // 100}.{amount % 100:02d}",
        "method": record.method.value if record else str(order["method"]) if order else "",
        "journal": journal,
        "server": server,
        "channel": channel or (NOTHING if agreed == "agree" else ""),
        "verdict": agreed,
    }


def verdict(journal: str, server: str, channel: str, amounts: list[int], by_card: bool) -> str:
    """``agree``, ``differ``, or ``open`` while somebody has yet to hear of it.

    A journal may keep "cancelled" where the money came later and went back by itself: then server and
    channel agree that it is back.
    """
    if server in ("", "created", "pending", "unknown") or journal in ("pending", "unknown"):
        return "open"
    if server == "approved":
        if journal not in ("approved", "cancelled", "declined", ""):
            return "open"
        return "agree" if channel in _MOVED and len(set(amounts)) == 1 else "differ"
    if server == "reversed":
        return "agree" if channel in _BACK else "open"
    if by_card and channel in _MOVED:
        return "differ"
    return "agree" if channel in _NOTHING | _BACK else "open"
