"""A sample of a community's bill on paper: nobody's, of a made-up month, with a code that no kiosk takes.
Nothing of it is in the database."""

import io
from datetime import date

import pypdfium2
from django.utils.translation import gettext_noop as _

from contract.messages import Text
from contract.money import Money
from server.billing import bill_pdf
from server.billing.models import Bill, BillState
from server.billing.paper_layout import Look
from server.estate.masking import mask_name
from server.estate.models import Community, Unit
from server.language import both

NUMBER, SAMPLE_CODE = "SAMPLE-000001", "SAMPLE"
WIDTH_PX = 760  # of a page's picture
_LINES = (
    (_("Property fee"), 33_208, "118.60", "2.80"),
    (_("Water"), 5_760, "14", "4.15"),
    (_("Shared power"), 1_245, "20.18", "0.617"),
    (_("Parking fee"), 15_000, "1", "150"),
)


def render(community: Community, look: Look, today: date) -> bytes:
    """The PDF in the form of ``look``, whether it is saved or not."""
    bill = _bill(community, today)
    money = Money(bill.amount_minor, bill.currency).display("zh_CN")
    words = bill_pdf.look_facts(bill, look, today, mask_name(str(both("Sample resident").zh)))
    words |= {
        "sample": True,
        "paid": False,
        "waived": False,
        "amount": money,
        "lines": [_line(bill, *line) for line in _LINES],
        "late_fee": None,
        "days_late": 0,
        "qr": bill_pdf.qr_svg(SAMPLE_CODE),
    }
    return bill_pdf.typeset_page(words | bill_pdf.form_facts(look.layout.form))


def pictures(pdf: bytes) -> list[bytes]:
    """Each page as PNG, WIDTH_PX wide."""
    found = []
    document = pypdfium2.PdfDocument(pdf)
    try:
        for page in document:
            drawn = page.render(scale=WIDTH_PX / page.get_width()).to_pil()
            out = io.BytesIO()
            drawn.convert("P", palette=1, colors=128).save(out, "PNG", optimize=True)
            found.append(out.getvalue())
    finally:
        document.close()
    return found


def _bill(community: Community, today: date) -> Bill:
    """Not saved; of the community's first unit, or of one that it could have."""
    label = both("Building 3, Entrance 2, Room 1201")
    made_up = Unit(community=community, code="3-2-1201", label=label)
    first = Unit.objects.filter(community=community).order_by("natural_key").first()
    unit = first or made_up
    return Bill(
        community=community,
        unit=unit,
        number=NUMBER,
        period=f"{today:%Y-%m}",
        issued_on=today,
        due=today.replace(day=28),
        currency=community.currency,
        amount_minor=sum(amount for _name, amount, _quantity, _rate in _LINES),
        state=BillState.OPEN,
    )


def _line(bill: Bill, name: str, amount: int, quantity: str, rate: str) -> dict[str, object]:
    return {
        "name": both(name),
        "note": None,
        "quantity": quantity,
        "unit": Text(zh="", en=""),
        "rate": rate,
        "amount": Money(amount, bill.currency).display("zh_CN"),
        "explanation": [],
    }
