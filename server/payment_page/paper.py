"""A payment's receipt as PDF, as of now: what was paid, by what, for which bills, and what went back."""

from typing import Any

from django.template.loader import render_to_string

from contract.business_day import local_time
from contract.messages import Method, Text
from contract.methods import METHODS
from contract.money import Money
from server.billing.credit_receipt import pdf
from server.language import both
from server.payments.models import STATES, PaymentOrder


def render(order: PaymentOrder) -> bytes:
    return pdf(render_to_string("billing/credit_receipt.html", words(order)))


def words(order: PaymentOrder) -> dict[str, object]:
    """What stands on it."""

    def money(minor: int) -> str:
        return Money(minor, order.currency).display("zh_CN")

    community, method = order.community, METHODS[Method(order.method)].name
    state = both(STATES[order.life])
    paid = order.paid_at or order.created_at
    rows: list[tuple[Text, str]] = [
        (both("Receipt number"), order.reference),
        (both("Payee"), _payee(order)),
        (both("Unit"), order.unit.code),
        (both("Time"), f"{local_time(paid, community.time_zone):%Y-%m-%d %H:%M}"),
        (both("Way of paying"), f"{method.zh} {method.en}"),
        (both("State"), f"{state.zh} {state.en}"),
        (
            both("Part of a bill") if order.in_part else both("Bills"),
            ", ".join(map(_named, order.bills)),
        ),
        (both("Besides, out of credit"), money(order.drawn_minor) if order.drawn_minor else ""),
        (both("Kept as credit"), money(order.credited_minor) if order.credited_minor else ""),
        (both("Went back"), money(order.refunded_minor) if order.refunded_minor else ""),
        (both("Channel's number"), order.channel_reference),
    ]
    return {
        "community": community,
        "heading": both("Payment"),
        "amount": money(order.captured_minor),
        "rows": rows,
        "person": None,
        "test": both("Test community, not a real receipt")
        if community.test or order.simulated
        else None,
    }


def _payee(order: PaymentOrder) -> str:
    """Whom it was paid to, where that is known."""
    company = order.community.company
    return f"{company.zh} {company.en}".strip() if order.community.company_zh else ""


def _named(bill: dict[str, Any]) -> str:
    """As the order keeps it: by its title in both languages, else by its month."""
    title = bill.get("title")
    name = f"{title['zh']} {title['en']}" if title else bill["period"]
    return f"{bill['unit']} · {name}" if bill.get("unit_label") else name
