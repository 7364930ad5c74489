"""Bills in a window envelope and folded to a slip: what is seen outside, where the code lies, what fits
on a page; and a community's logo, texts and note."""

import io
from datetime import date

import pypdfium2
import pytest
import zxingcpp
from django.conf import settings as django_settings
from PIL import Image

from contract.messages import Text
from server.billing import bill_pdf, paper_logo, sample_paper
from server.billing.paper_forms import FOLDS, Box, PaperForm
from server.billing.paper_layout import Look, PaperLayout, layout_of, look_of, set_layout, set_note
from server.estate.models import Community
from server.staff.models import Act
from server.staff.people import Person
from tests.server.village import NOW, TODAY, bill_of, create_village, issue

pytestmark = pytest.mark.django_db
MM = 25.4 / 72
CLERK = Person("Li Lei")
NOTE = Text(zh="11 月 3 日清洗水箱，停水两小时。", en="Water tanks are cleaned on 3 November.")
FOLDED = sorted(FOLDS)


@pytest.fixture
def village(tmp_path, settings) -> Community:
    settings.DATA_FOLDER = tmp_path
    village = create_village()
    village.company = Text(zh="安居物业服务有限公司", en="Anju Property Services Ltd")
    village.office_hours = Text(zh="每天 8:00–20:00", en="8:00 to 20:00 every day")
    village.save()
    issue(village, due=date(2026, 11, 30))
    return village


def choose(village: Community, form: str, **more: str) -> PaperLayout:
    layout = layout_of(village)
    said = dict.fromkeys(bill_columns(), "") | {"form": form} | more
    set_layout(layout, said, CLERK, NOW)
    return layout


def bill_columns() -> list[str]:
    return [f"{name}_{one}" for name in ("address", "head", "pay", "foot") for one in ("zh", "en")]


FULL = {
    "address_zh": "310012 浙江省杭州市西湖区文三路 478 号",
    "head_zh": "统一社会信用代码 91330100MA0000000X",
    "head_en": "Registered 91330100MA0000000X",
    "pay_zh": "银行转账：中国工商银行杭州文三支行\n户名：安居物业  账号：1202 0000 0000 0000 000",
    "pay_en": "Bank transfer: ICBC Hangzhou Wensan branch\nAccount: 1202 0000 0000 0000 000",
    "foot_zh": "发票请关注公众号自助开具。",
    "foot_en": "For a tax invoice follow the official account.",
}


def pages(pdf: bytes) -> pypdfium2.PdfDocument:
    return pypdfium2.PdfDocument(pdf)


def text_in(page, box: Box) -> str:
    """What stands in it, were it a bit only."""
    height, text = page.get_height(), page.get_textpage()
    found = []
    for at in range(text.count_chars()):
        left, bottom, right, top = text.get_charbox(at)
        across = left * MM < box.left + box.width and right * MM > box.left
        upright = (height - top) * MM < box.top + box.height and (height - bottom) * MM > box.top
        if across and upright:
            found.append(text.get_text_range(at, 1))
    return "".join(found)


def squeezed(text: str) -> str:
    return "".join(text.split())


@pytest.mark.parametrize("form", [PaperForm.WINDOW_GB, PaperForm.WINDOW_DIN])
def test_a_window_shows_the_address_wherever_the_sheet_lies_and_nothing_else(village, form):
    choose(village, form, **FULL)
    set_note(village, "2026-10", NOTE, CLERK, NOW)
    [page] = pages(bill_pdf.render(bill_of(village), TODAY))
    fold = FOLDS[form]
    address = squeezed(f"{FULL['address_zh']} 小村1栋1单元101 王*明收 安居物业服务有限公司小村")
    assert squeezed(text_in(page, fold.address)) == address
    assert squeezed(text_in(page, fold.shown)) == address


def test_of_a_slip_only_unit_and_company_are_seen_outside(village):
    choose(village, PaperForm.SLIP, **FULL)
    set_note(village, "2026-10", NOTE, CLERK, NOW)
    [page] = pages(bill_pdf.render(bill_of(village), TODAY))
    outside = squeezed(text_in(page, Box(0, 0, 210, FOLDS[PaperForm.SLIP].panel)))
    assert outside == squeezed(
        "小 小村 Village 1-1-101 1栋1单元101 Building 1, Entrance 1, Room 101"
        " 安居物业服务有限公司 Anju Property Services Ltd"
    )


@pytest.mark.parametrize("form", FOLDED)
def test_the_code_lies_in_no_fold_and_is_read(village, form):
    for more in ({}, FULL):
        choose(village, form, **more)
        [page] = pages(bill_pdf.render(bill_of(village), TODAY))
        picture = page.render(scale=150 / 72).to_pil()
        [code] = zxingcpp.read_barcodes(picture)
        at = [point.y * 25.4 / 150 for point in (code.position.top_left, code.position.bottom_left)]
        assert not any(at[0] - 2 < fold < at[1] + 2 for fold in FOLDS[form].folds)


@pytest.mark.parametrize("form", PaperForm.values)
def test_many_lines_go_on_to_another_page_and_none_is_lost(village, form):
    unit = village.units.get(code="1-1-101")
    for number in range(40):
        village.parking_spaces.create(community=village, code=f"B3-{number:03d}", unit=unit)
    issue(village, "2026-11", date(2026, 12, 31))
    choose(village, form, **FULL)
    document = pages(bill_pdf.render(bill_of(village, period="2026-11"), TODAY))
    assert len(document) > 1
    texts = "".join(page.get_textpage().get_text_bounded() for page in document)
    assert all(f"B3-{number:03d}" in texts for number in range(40))
    assert FULL["foot_zh"] in texts and f"1 / {len(document)}" in texts


@pytest.mark.parametrize("form", FOLDED)
def test_the_longest_names_leave_the_recipient_in_the_window(village, form):
    village.name = Text(zh="金" * 30, en="Acacia Garden " * 5)
    village.company = Text(zh="安居物业" * 10, en="Anju Property " * 8)
    village.save()
    unit = village.units.get(code="1-1-101")
    unit.label_zh, unit.label_en = "碧水湾" * 9, "Emerald Bay " * 6
    unit.save()
    choose(village, form, **FULL | {"address_zh": "浙" * 42})
    page = pages(bill_pdf.render(bill_of(village), TODAY))[0]
    seen = squeezed(text_in(page, FOLDS[form].address))
    if form == PaperForm.SLIP:
        assert "安居物业" * 10 in seen and "1-1-101" in seen and "王" not in seen
    else:
        assert "浙" * 42 in seen and "碧水湾" * 9 in seen and "王*明收" in seen


def test_the_note_of_a_month_stands_on_its_bills_alone(village):
    set_note(village, "2026-10", NOTE, CLERK, NOW)
    issue(village, "2026-11", date(2026, 12, 31))
    first, second = (
        pages(bill_pdf.render(bill_of(village, period=period), TODAY))[0]
        .get_textpage()
        .get_text_bounded()
        for period in ("2026-10", "2026-11")
    )
    assert NOTE.zh in first and NOTE.en in first
    assert NOTE.zh not in second


def test_a_change_is_recorded_and_the_same_again_is_none(village):
    choose(village, PaperForm.SLIP, **FULL)
    choose(village, PaperForm.SLIP, **FULL)
    [act] = Act.objects.filter(act="paper_layout_set")
    assert act.after["form"] == "slip" and act.before["form"] == "plain"
    set_note(village, "2026-10", NOTE, CLERK, NOW)
    set_note(village, "2026-10", NOTE, CLERK, NOW)
    [act] = Act.objects.filter(act="paper_note_set")
    assert act.before["note_zh"] == "" and act.after["note_zh"] == NOTE.zh


def picture(kind: str = "PNG", size: tuple[int, int] = (300, 200), **more) -> io.BytesIO:
    out = io.BytesIO()
    mode = "RGB" if kind == "JPEG" else "RGBA"
    Image.new(mode, size, (200, 80, 30, 128)[: len(mode)]).save(out, kind, **more)
    out.seek(0)
    return out


def keep(layout: PaperLayout, file: io.BytesIO) -> None:
    paper_logo.keep(layout, file, len(file.getvalue()), CLERK, NOW)


def test_a_logo_is_made_anew_and_stands_on_the_bill(village):
    layout = layout_of(village)
    exif = Image.Exif()
    exif[0x010E] = "taken at home"
    keep(layout, picture("JPEG", (2400, 600), exif=exif))
    path = paper_logo.path_of(layout)
    assert path is not None and b"taken at home" not in path.read_bytes()
    assert path.stat().st_mode & 0o777 == 0o600
    with Image.open(path) as kept:
        assert (kept.format, kept.size) == ("PNG", (900, 225))
    html = bill_pdf.render_to_string(
        "billing/bill.html", bill_pdf._words(bill_of(village), TODAY, look_of(village, "2026-10"))
    )
    assert '<img class="logo" src="data:image/png' in html and 'class="mark"' not in html


def test_another_logo_takes_its_place(village, django_capture_on_commit_callbacks):
    layout = layout_of(village)
    keep(layout, picture())
    old = paper_logo.path_of(layout)
    with django_capture_on_commit_callbacks(execute=True):
        keep(layout, picture("WEBP"))
    assert old is not None and not old.exists() and paper_logo.path_of(layout).exists()
    with django_capture_on_commit_callbacks(execute=True):
        paper_logo.remove(layout, CLERK, NOW)
    assert paper_logo.data_uri(layout_of(village)) == ""
    assert not list((django_settings.DATA_FOLDER / "logos").glob("*/*"))
    assert Act.objects.filter(act="paper_logo_set").count() == 3


@pytest.mark.parametrize(
    "file",
    [
        io.BytesIO(b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>"),
        io.BytesIO(b"%PDF-1.7"),
        io.BytesIO(b""),
        picture("GIF"),
        picture(size=(20, 400)),
        picture(size=(7000, 3000)),
        io.BytesIO(picture().getvalue()[:60]),
        io.BytesIO(picture().getvalue() + b"\0" * 4_000_000),
    ],
    ids=["svg", "pdf", "empty", "gif", "small", "pixels", "torn", "bytes"],
)
def test_what_is_no_logo_is_refused_and_nothing_changes(village, file):
    layout = layout_of(village)
    keep(layout, picture())
    before = layout.logo
    with pytest.raises(paper_logo.LogoRefused):
        keep(layout, file)
    assert layout_of(village).logo == before and paper_logo.path_of(layout).exists()


@pytest.mark.parametrize("form", PaperForm.values)
def test_a_sample_is_nobodys_and_its_code_no_bills(village, form):
    look = Look(PaperLayout(community=village, form=form), NOTE, "")
    pdf = sample_paper.render(village, look, TODAY)
    [page] = pages(pdf)
    text = squeezed(page.get_textpage().get_text_bounded())
    assert "样张" in text and squeezed(NOTE.zh) in text and "王" not in text
    [code] = zxingcpp.read_barcodes(page.render(scale=100 / 72).to_pil())
    assert code.text == "SAMPLE"
    [shown] = sample_paper.pictures(pdf)
    with Image.open(io.BytesIO(shown)) as drawn:
        assert drawn.width == sample_paper.WIDTH_PX
