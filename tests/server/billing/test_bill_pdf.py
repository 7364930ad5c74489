"""The bill on paper: one page, both languages, and a QR code that another reader reads at 100 dpi."""

from datetime import date

import pypdfium2
import pytest
import zxingcpp

from contract import bill_code
from contract.bill_code import Verdict
from server.billing import bill_pdf
from server.billing.bill_pdf import bill_to_print, render
from server.billing.models import BillLine
from server.billing.settlement import Part, settle
from server.billing.signing import bill_url, create_key, trusted_keys
from server.billing.unit_accounts import BillNotFound
from server.estate.models import Resident
from tests.server.billing_runs.hamlet import create_hamlet, run_all
from tests.server.village import NOW, TODAY, bill_of, create_village, issue

pytestmark = pytest.mark.django_db
MM_PER_PIXEL = 25.4 / 100


def text_of(pdf: bytes) -> str:
    document = pypdfium2.PdfDocument(pdf)
    assert len(document) == 1
    return document[0].get_textpage().get_text_bounded()


def codes_in(pdf: bytes) -> list:
    picture = pypdfium2.PdfDocument(pdf)[0].render(scale=100 / 72).to_pil()
    return zxingcpp.read_barcodes(picture)


def test_everything_a_resident_asks_is_on_one_page():
    village = create_village()
    issue(village, due=date(2026, 10, 31))
    text = text_of(render(bill_of(village), TODAY))
    for words in (
        "￥910.88",
        "应缴金额",
        "Amount due",
        "118.60",
        "2.80",
        "物业服务费",
        "Property fee",
        "请于 2026年10月31日 前缴清",
        "Please pay by 31 October 2026",
        "已逾期 24 天",
        "￥10.80",
        "扫码缴费",
        "Scan to pay",
        "0571-5555-0100",
        "王*明",
    ):
        assert words in text, words
    assert "王小明" not in text


def test_where_the_office_has_no_phone_none_is_named():
    village = create_village()
    village.office_phone = ""
    village.save()
    issue(village)
    text = text_of(render(bill_of(village), TODAY))
    assert "请到物业前台询问" in text and "Call the office" not in text


def test_the_code_is_read_by_another_reader_and_is_big_enough():
    village = create_village()
    issue(village)
    bill = bill_of(village)
    [code] = codes_in(render(bill, TODAY))
    assert code.text == bill_url(bill, TODAY)
    assert bill_code.read(code.text, trusted_keys(village), "village", TODAY).verdict == (
        Verdict.VALID
    )
    width = code.position.top_right.x - code.position.top_left.x
    assert width * MM_PER_PIXEL >= 39.5  # 40 mm, less a pixel


def test_the_newest_open_bill_is_printed_unless_a_period_is_named():
    village = create_village()
    issue(village)
    issue(village, "2026-11", date(2026, 12, 31))
    unit = bill_of(village).unit
    assert bill_to_print(unit).period == "2026-11"
    assert bill_to_print(unit, "2026-10").period == "2026-10"
    with pytest.raises(BillNotFound, match="2025-01"):
        bill_to_print(unit, "2025-01")


def test_a_paid_bill_has_no_code_to_pay_again():
    village = create_village()
    issue(village)
    bill = bill_of(village)
    settle(bill.unit, [Part(bill, 90_008)], method="card", payment_id="p", paid_on=TODAY, at=NOW)
    pdf = render(bill_to_print(bill.unit, "2026-10"), TODAY)
    assert codes_in(pdf) == []
    assert "已于 2026年11月24日 缴清" in text_of(pdf)
    with pytest.raises(BillNotFound, match="1-1-101"):
        bill_to_print(bill.unit)


def test_a_bill_of_many_lines_goes_on_to_another_page():
    village = create_village()
    unit = village.units.get(code="1-1-101")
    for number in range(60):
        village.parking_spaces.create(community=village, code=f"B3-{number:03d}", unit=unit)
    issue(village)
    document = pypdfium2.PdfDocument(render(bill_of(village), TODAY))
    assert len(document) > 1


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("\ue863小明", "〓*明"),  # private: a rare surname of an older system
        ("\U000e1234\U0010fffd", "〓*"),  # nobody's characters
        ("A\U000f0000 Ming", "A*** M***"),  # hidden by the mask
        ("Ş Ö", "Ş*** Ö***"),
        ("คุณ", "ค***"),
    ],
)
def test_what_no_font_has_is_a_mark_that_one_sees(name: str, shown: str):
    village = create_village()
    issue(village)
    bill = bill_of(village)
    Resident.objects.filter(occupancies__unit=bill.unit).update(name=name)
    bill.community.company_zh = "湖畔\U0002fffd物业"
    text = text_of(render(bill, TODAY))
    assert shown in text and "湖畔〓物业" in text


@pytest.fixture
def four_items():
    """A late bill of four items, each with how it was reckoned."""
    hamlet = create_hamlet()
    create_key(hamlet, now=NOW)
    run_all(hamlet)
    return hamlet.bills.order_by("number").first()


def test_a_usual_bill_of_four_items_is_one_page(four_items):
    late = date(2027, 3, 1)
    pdf = render(four_items, late)
    text = text_of(pdf)  # of the only page
    assert all(line.fee_item.name_zh in text for line in four_items.lines.all())
    [code] = codes_in(pdf)
    assert code.text == bill_url(four_items, late)
    width = code.position.top_right.x - code.position.top_left.x
    assert width * MM_PER_PIXEL >= 34  # beside its quiet zone of four modules a side


def test_set_tightly_only_where_it_would_need_another_page(four_items, monkeypatch):
    laid_out = []
    document = bill_pdf._document

    def counted(html: str):
        laid_out.append(document(html))
        return laid_out[-1]

    monkeypatch.setattr(bill_pdf, "_document", counted)
    BillLine.objects.filter(bill=four_items).update(note_zh="x " * 45, note_en="y " * 45)
    render(four_items, TODAY)
    assert [len(one.pages) for one in laid_out][:2] == [2, 1]
    assert bill_pdf._USUAL != bill_pdf._TIGHT
    laid_out.clear()
    monkeypatch.setattr(bill_pdf, "_TIGHT", bill_pdf._USUAL)  # as where even that is not enough
    render(four_items, TODAY)
    assert laid_out
    assert all(len(one.pages) > 1 for one in laid_out)
