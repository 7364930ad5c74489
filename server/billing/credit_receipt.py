"""The receipt of money that was deposited, used or paid out at the counter: A5, Chinese with English."""

from django.template.loader import render_to_string
from weasyprint import HTML
from weasyprint.urls import URLFetcher

from contract.business_day import local_time
from contract.messages import Text
from contract.money import Money
from server.billing.credit_moves import CreditMove
from server.billing.missing_glyphs import typeset
from server.billing.models import Allocation
from server.estate import occupancy
from server.language import both


def render(move: CreditMove) -> bytes:
    """The PDF; ``move`` with its unit and community. The payer's name is masked."""
    page = render_to_string("billing/credit_receipt.html", _words(move))
    return pdf(page)


def pdf(page: str) -> bytes:
    """A page of a receipt, typeset."""
    return typeset(page, _write)


def _write(html: str) -> bytes:
    return HTML(string=html, url_fetcher=URLFetcher(allowed_protocols=["data"])).write_pdf()


def _words(move: CreditMove) -> dict[str, object]:
    community, unit = move.community, move.unit
    payer = occupancy.payer(unit, move.day)
    rows: list[tuple[Text, str]] = [
        (both("Receipt number"), move.number),
        (both("Unit"), unit.code),
        (both("Payer"), payer.masked_name if payer else ""),
        (both("Time"), f"{local_time(move.at, community.time_zone):%Y-%m-%d %H:%M}"),
    ]
    if move.how:
        how = both(CreditMove.How(move.how).label)
        rows.append((both("Way of paying"), f"{how.zh} {how.en}"))
    if move.kind == CreditMove.Kind.USED:
        bills = Allocation.objects.filter(payment_id=move.key).values_list(
            "bill__number", flat=True
        )
        rows.append((both("Bills"), ", ".join(bills)))
    return {
        "community": community,
        "heading": both(CreditMove.Kind(move.kind).label),
        "amount": Money(move.amount_minor, community.currency).display("zh_CN"),
        "rows": rows,
        "person": (both("Taken by"), move.person_name),
        "test": both("Test community, not a real receipt") if community.test else None,
    }
