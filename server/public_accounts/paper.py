"""A publication as PDF for the notice board: A4, Chinese with English, with the code of the page."""

import segno
from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse

from contract.business_day import business_day
from contract.messages import Text
from contract.money import Locale, Money
from server.billing.credit_receipt import pdf
from server.estate.models import Community
from server.language import both, of_page
from server.public_accounts.from_books import told_more
from server.public_accounts.models import OF_MONEY, Kind, Publication, Section
from server.public_accounts.rows import sums


def address_of(community: Community) -> str:
    """Of the page that everybody may open."""
    return f"{settings.PUBLIC_URL}{reverse('public_accounts', args=[community.code])}"


def code_of(community: Community) -> str:
    """The same as a QR code: a data address, for pages and paper."""
    return segno.make(address_of(community), error="m").svg_data_uri(border=2, scale=4)


def render(found: Publication) -> bytes:
    """``found`` with its community; ``public_at`` is set."""
    return pdf(render_to_string("public_accounts/paper.html", words(found, "zh_CN")))


def words(found: Publication, locale: Locale | None = None) -> dict[str, object]:
    """What paper and page show: sections with their rows and sums."""
    community, currency = found.community, found.community.currency

    def money(minor: int) -> str:
        return Money(minor, currency).display(locale or of_page())

    added = sums(found.rows)
    largest = max(added["income"], added["expense"], 1)
    sections = []
    for section in Section:
        rows = [row for row in found.rows if row["section"] == section.value]
        if rows:
            shown = [
                {
                    "name": Text(zh=row["zh"], en=row["en"]),
                    "more": told_more(row, community),
                    "amount": money(row["minor"]) if row["minor"] is not None else "",
                }
                for row in rows
            ]
            total = added.get(section.value, 0)
            sections.append(
                {
                    "name": both(section.label) if section.value else None,
                    "rows": shown,
                    "sum": money(total) if section.value and len(rows) > 1 else "",
                    "share": round(100 * total / largest),
                    "code": section.value,
                }
            )
    public_on = business_day(found.public_at, community.time_zone) if found.public_at else None
    return {
        "found": found,
        "community": community,
        "heading": both(Kind(found.kind).label),
        "sections": sections,
        "balance": money(added["balance"]) if found.kind in OF_MONEY else "",
        "left": both("What is left"),
        "together": both("Together"),
        "note": found.note if found.note_zh else None,
        "public_on": public_on,
        "since": both(
            "Public since %(day)s, version %(version)s", day=public_on or "-", version=found.version
        ),
        "by": both("Issued by %(company)s", company=community.company)
        if community.company_zh
        else None,
        "code": code_of(community),
        "test": both("Test community, no real accounts") if community.test else None,
    }
