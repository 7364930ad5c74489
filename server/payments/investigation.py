"""Everything that is known about a payment whose end is not: what staff need to find it out by"
" hand."""

from collections.abc import Callable, Collection
from datetime import datetime
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from contract.business_day import local_time
from contract.messages import EntryKind
from contract.money import Money
from server.language import of_page
from server.payments.models import JournalEntry, PaymentOrder

# By the kiosk's id: when it was last heard, and what it said of itself and its card terminal then.
LastWord = Callable[[str], dict[str, Any]]
# Of a payment: what its kiosk's journal said of it last.
KioskSaid = Callable[[PaymentOrder], dict[str, Any]]

LABELS = {
    "reference": _("Reference no."),
    "payment_id": _("Payment id"),
    "order_no": _("Order no."),
    "channel_reference": _("Channel's number"),
    "unit": _("Unit"),
    "bills": _("Bills"),
    "method": _("Method"),
    "amount": _("Amount"),
    "credit": _("Besides, out of credit"),
    "reserved": _("Reserved credit"),
    "state": _("State"),
    "reason": pgettext_lazy("cause", "Reason"),
    "created_at": _("Created"),
    "received_at": _("Known to the server since"),
    "submitted_at": _("Channel asked"),
    "expires_at": _("Expires"),
    "cancel_wanted": _("To be cancelled"),
    "asked_times": _("Looked into"),
    "next_look": _("Next look"),
    "channel_said": _("Channel's answers"),
    "kiosk_said": _("Kiosk's journal"),
    "card": _("Card"),
    "place": _("Begun"),
    "kiosk": _("Kiosk"),
}
INSIDE = {
    "asked": _("Asked"),
    "answer": _("Answer"),
    "ending": _("Answer to the end"),
    "first": _("First"),
    "last": _("Last"),
    "times": _("Times"),
    "at": _("At"),
    "sequence": _("Sequence"),
    "offline": _("Offline"),
    "code": _("Kiosk code"),
    "heard_at": _("Last heard"),
    "stopped": _("Stopped"),
    "software": _("Software"),
    "open_payments": _("Open payments"),
    "journal_last": _("Journal written to"),
    "journal_acknowledged": _("Acknowledged to it"),
    "journal_received": _("Received here"),
    "card_terminal": _("Card terminal"),
    "level": _("Level"),
    "conditions": _("Faults"),
}
_TIMES = (
    "created_at",
    "received_at",
    "submitted_at",
    "expires_at",
    "next_look",
    "first",
    "last",
    "at",
    "heard_at",
)
_AT_THE_CHANNEL = _(
    "Look the order number up in the channel's merchant console. If paid, it is booked by itself;"
    " if not,"
    " close it there."
)
_AT_THE_KIOSK = _(
    "See whether the kiosk and its card terminal can be reached; then it resolves by itself. Or"
    " print the"
    " terminal's transactions of the day and compare amount and time; where the terminal was"
    " exchanged or"
    " has forgotten, end it at the kiosk with lobbypay journal settle."
)


def to_do(by_code: bool) -> str | Promise:
    """How staff find out what became of the money: at a channel, else at the kiosk's card"
    " terminal."""
    return _AT_THE_CHANNEL if by_code else _AT_THE_KIOSK


def kiosk_said(order: PaymentOrder) -> dict[str, Any]:
    """As JSON: the newest entry of its kiosk's journal that is about this payment."""
    return kiosks_said([order]).get(order.payment_id, {})


def kiosks_said(orders: Collection[PaymentOrder]) -> dict[str, dict[str, Any]]:
    """As ``kiosk_said``, of many payments in one question, by their ids; there is none where no journal
    says anything."""
    kiosks = {order.payment_id: order.kiosk_id for order in orders}
    entries = JournalEntry.objects.filter(
        kiosk_id__in=set(kiosks.values()), kind=EntryKind.PAYMENT, payment_id__in=kiosks
    )
    return {
        entry.payment_id: _said(entry)
        for entry in entries.order_by("sequence")
        if entry.kiosk_id == kiosks[entry.payment_id]
    }


def _said(entry: JournalEntry) -> dict[str, Any]:
    told = {name: entry.said.get(name) for name in ("state", "reason", "offline")}
    return {"sequence": entry.sequence, "at": entry.at} | {k: v for k, v in told.items() if v}


def facts(order: PaymentOrder, last_word: LastWord, said: KioskSaid = kiosk_said) -> dict[str, Any]:
    """As JSON, in the order of LABELS; what is empty is left out."""
    found: dict[str, Any] = {
        "reference": order.reference,
        "payment_id": order.payment_id,
        "order_no": order.out_trade_no if order.by_code else "",
        "channel_reference": order.channel_reference,
        "unit": order.unit.code,
        "bills": [bill["number"] for bill in order.bills],
        "method": order.method,
        "amount": Money(order.amount_minor, order.currency).display(of_page()),
        "credit": _shown(order.credit_minor, order),
        "reserved": _shown(order.reserved_minor, order),
        "state": order.state,
        "reason": order.reason,
        "created_at": order.created_at.isoformat(),
        "received_at": order.received_at.isoformat(),
        "submitted_at": order.submitted_at.isoformat() if order.submitted_at else "",
        "expires_at": order.expires_at.isoformat() if order.expires_at else "",
        "cancel_wanted": order.cancel_wanted,
        "asked_times": order.poll_count,
        "next_look": order.next_poll_at.isoformat() if order.next_poll_at else "",
        "channel_said": order.channel_responses,
        "kiosk_said": said(order),
        "card": order.card,
        "place": order.begun_at if order.by_phone else "",
        "kiosk": last_word(order.kiosk_id) if order.kiosk_id else {},
    }
    zone = order.community.time_zone
    return {name: _local(name, found[name], zone) for name in LABELS if found[name]}


def _shown(minor: int, order: PaymentOrder) -> str:
    return Money(minor, order.currency).display(of_page()) if minor else ""


def _local(name: str, value: Any, zone: str) -> Any:
    """Times as the clock on the community's wall shows them."""
    if isinstance(value, dict):
        return {inner: _local(inner, told, zone) for inner, told in value.items()}
    if isinstance(value, list):
        return [_local(name, told, zone) for told in value]
    if name in _TIMES:
        try:
            at = datetime.fromisoformat(value)
            return local_time(at, zone).strftime("%Y-%m-%d %H:%M:%S")
        except (ValueError, OverflowError):
            return value  # a kiosk may call anything a time
    return value
