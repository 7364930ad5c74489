"""A bill on paper: A4, Chinese with English beside it, and the QR code that kiosks and phones read, in
the form that the community has chosen (``server.billing.paper_forms``).

Everything on the page is made here and in the template; nothing is fetched from anywhere.
"""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

import segno
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from weasyprint import HTML
from weasyprint.document import Document
from weasyprint.urls import URLFetcher

from contract.money import Money
from server.billing import bill_wording
from server.billing.amounts import paid_minor
from server.billing.missing_glyphs import typeset, typeset_all
from server.billing.models import Bill, BillKind, BillState
from server.billing.paper_forms import FOLDS, PaperForm
from server.billing.paper_layout import Look, look_of
from server.billing.rules.late_fee import days_late
from server.billing.signing import bill_url
from server.billing.unit_accounts import BillNotFound, to_contract
from server.estate import occupancy
from server.estate.models import Unit

QR_SIZE_MM, QR_SIZE_TIGHT_MM = 46, 42
_USUAL, _TIGHT = '<body class="usual', '<body class="tight'
_NOTE_SHORT = 60  # characters of Chinese; so much stands beside the code without making it longer
_WINDOW_LINE = 21  # characters of Chinese in a line of the window
_QUIET_ZONE = 4  # modules, ISO/IEC 18004 section 9.1


def bill_to_print(unit: Unit, period: str | None = None) -> Bill:
    """The unit's bill of ``period``, else its newest open one. Raises BillNotFound, with the reason."""
    bills = Bill.objects.select_related("unit", "community").filter(unit=unit)
    if period:
        of_month = bills.filter(period=period, kind=BillKind.MONTH)
        bill = of_month.exclude(state=BillState.VOID).first()
        if bill is None:
            said = _("%(unit)s has no bill for %(period)s")
            raise BillNotFound(said % {"unit": unit.code, "period": period})
        return bill
    newest = bills.filter(state=BillState.OPEN).order_by("-period").first()
    if newest is None:
        said = _("%(unit)s has no open bill; name a period to print a paid one")
        raise BillNotFound(said % {"unit": unit.code})
    return newest


def render(bill: Bill, today: date, form: str = "") -> bytes:
    """The PDF as of ``today`` (late fee until then), in the community's form, or in ``form`` (a
    ``PaperForm``). Raises SigningKeyMissing."""
    look = look_of(bill.community, bill.period)
    return typeset_page(_words(bill, today, look) | form_facts(form or look.layout.form))


def typeset_page(words: dict[str, Any]) -> bytes:
    """The PDF of a page's words, of a bill or of a sample."""
    return typeset(render_to_string("billing/bill.html", words), _pdf)


def render_many(
    bills: Sequence[Bill], today: date, progress: Callable[[int], object] = lambda done: None
) -> bytes:
    """One PDF of all the bills, in their order; ``progress`` hears how many are laid out. Raises
    SigningKeyMissing, and ValueError for none."""
    if not bills:
        raise ValueError("a PDF has at least one bill")
    looks: dict[tuple[int, str], Look] = {}
    pages = []
    for bill in bills:
        of = (bill.community_id, bill.period)
        look = looks.get(of) or looks.setdefault(of, look_of(bill.community, bill.period))
        words = _words(bill, today, look) | form_facts(look.layout.form)
        pages.append(render_to_string("billing/bill.html", words))

    def write(pages: Sequence[str]) -> bytes:
        laid_out: list[Document] = []
        for at, page in enumerate(pages, 1):
            laid_out.append(_laid_out(page))
            progress(at)
        sheets = [sheet for document in laid_out for sheet in document.pages]
        return laid_out[0].copy(sheets).write_pdf()

    return typeset_all(pages, write)


def _pdf(html: str) -> bytes:
    return _laid_out(html).write_pdf()


def _laid_out(html: str) -> Document:
    """On one page where that can be read well: set more tightly when it would need a second one. A bill
    that needs two in any case has its usual size."""
    usual = _document(html)
    if len(usual.pages) == 1:
        return usual
    tight = _document(html.replace(_USUAL, _TIGHT, 1))
    return tight if len(tight.pages) == 1 else usual


def _document(html: str) -> Document:
    return HTML(string=html, url_fetcher=_fetcher()).render()


def _fetcher() -> URLFetcher:
    """Nothing is fetched from anywhere."""
    return URLFetcher(allowed_protocols=["data"])


def qr_svg(text: str) -> str:
    """The code as SVG in unit modules, with its quiet zone; level M."""
    code = segno.make_qr(text, error="m")
    return code.svg_inline(border=_QUIET_ZONE, omitsize=True, dark="#000", light="#fff")


def form_facts(form: str) -> dict[str, Any]:
    """What the page has to know of the form."""
    return {"form": form, "fold": FOLDS.get(form), "slip": form == PaperForm.SLIP}


def look_facts(bill: Bill, look: Look, today: date, payer: str) -> dict[str, Any]:
    """What the page says because the community wants it so, beside the texts of every bill. A text that
    is there in one language only stands in that one."""
    layout = look.layout
    return {
        "bill": bill,
        "unit": bill.unit,
        "community": bill.community,
        "payer": payer,
        "recipient": bill_wording.recipient(payer),
        "sender": bill_wording.sender(bill.community),
        "said": bill_wording.sentences(bill, today),
        "ways": bill_wording.ways_to_pay(bill),
        "logo": look.logo,
        "address": layout.address,
        "long_address": _is_long(layout.address.zh, bill),
        "head": layout.head,
        "pay": layout.pay,
        "foot": layout.foot,
        "note": look.note,
        "note_is_short": len(look.note.zh) <= _NOTE_SHORT and len(look.note.en) <= 2 * _NOTE_SHORT,
        "qr_size_mm": QR_SIZE_MM,
        "qr_size_tight_mm": QR_SIZE_TIGHT_MM,
    }


def _is_long(address: str, bill: Bill) -> bool:
    """Whether it needs more than the three lines that the smaller window shows at its usual size."""
    place = f"{bill.community.name.zh} {bill.unit.label.zh}"
    return sum(-(-len(text) // _WINDOW_LINE) for text in (address, place)) > 2


def _words(bill: Bill, today: date, look: Look | None = None) -> dict[str, Any]:
    """``look``: the community's where none is given."""
    look = look or look_of(bill.community, bill.period)
    view = to_contract(bill, today)
    paid = bill.state == BillState.PAID
    amount = paid_minor(bill) if paid else view.amount_minor
    return look_facts(bill, look, today, _payer(bill, today)) | {
        "paid": paid,
        "waived": bill.state == BillState.WAIVED,
        "amount": _money(amount, bill.currency),
        "lines": [
            {
                "name": line.name,
                "note": line.note,
                "quantity": line.quantity,
                "unit": line.quantity_unit,
                "rate": line.rate,
                "amount": _money(line.amount_minor, bill.currency),
                "explanation": line.explanation if len(line.explanation) > 3 else [],
            }
            for line in view.lines
        ],
        "late_fee": _money(view.late_fee_minor, bill.currency) if view.late_fee_minor else None,
        "days_late": 0 if bill.state != BillState.OPEN else days_late(bill.due, today),
        "qr": qr_svg(bill_url(bill, today)),
    }


def _payer(bill: Bill, today: date) -> str:
    """Who was the payer when it was issued, else who is now. Masked: a bill hangs at doors and lies in
    letter boxes."""
    resident = occupancy.payer(bill.unit, bill.issued_on) or occupancy.payer(bill.unit, today)
    return resident.masked_name if resident else ""


def _money(minor: int, currency: str) -> str:
    return Money(minor, currency).display("zh_CN")
