"""A receipt as a picture: nothing lost, nothing over the edge, and the code readable."""

import numpy as np
import pytest
import zxingcpp
from hypothesis import given, settings
from hypothesis import strategies as st

from device_drivers.printers.interface import Align, Document, Feed, QrCode, Rule, TextLine
from device_drivers.printers.raster import render
from device_drivers.printers.wrapping import NOT_FIRST, wrap
from tests.device_drivers.printers.receipts import FONTS, RECEIPT_URL, needs_fonts, receipt


def ink(document: Document, width: int = 384) -> np.ndarray:
    """True where there is ink."""
    return ~np.array(render(document, width, FONTS))


def one(*blocks) -> Document:
    return Document("x", blocks)


@needs_fonts
@pytest.mark.parametrize("width", [384, 576])
def test_the_code_on_a_receipt_can_be_read_from_its_picture(width):
    picture = render(receipt(), width, FONTS)
    assert picture.mode == "1"
    assert picture.width == width
    (code,) = zxingcpp.read_barcodes(picture.convert("L"))
    assert code.text == RECEIPT_URL


@needs_fonts
def test_an_amount_stands_flush_right_and_the_label_left():
    columns = np.flatnonzero(ink(one(TextLine("合计", right="￥1.00"))).any(axis=0))
    assert columns.min() < 14
    assert 384 - 14 < columns.max() < 384 - 7


@needs_fonts
def test_a_label_that_does_not_fit_beside_its_amount_stands_above_it_uncut():
    line = TextLine("Amount", right="￥986.95", bold=True, large=True)
    whole, above = ink(one(line)), ink(one(TextLine("Amount", bold=True, large=True)))
    assert whole.shape[0] == 2 * above.shape[0]
    assert (whole[: above.shape[0]] == above).all()


@needs_fonts
def test_a_label_is_not_broken_into_single_characters_beside_a_long_value():
    line = TextLine("终端号", right="S1F2-000158213600155 /")
    whole, above = ink(one(line)), ink(one(TextLine("终端号")))
    assert whole.shape[0] == 2 * above.shape[0]
    assert (whole[: above.shape[0]] == above).all()


@needs_fonts
def test_amounts_of_different_lines_end_at_the_same_dot():
    ends = {
        int(np.flatnonzero(ink(one(TextLine("费", right=amount))).any(axis=0)).max())
        for amount in ("￥1.00", "￥1,234.00", "￥88.00")
    }
    assert max(ends) - min(ends) <= 2


@needs_fonts
def test_centred_text_has_the_same_margin_on_both_sides():
    columns = np.flatnonzero(ink(one(TextLine("收据", align=Align.CENTER))).any(axis=0))
    assert abs(int(columns.min()) - (383 - int(columns.max()))) <= 4


@needs_fonts
def test_large_is_larger_and_bold_is_blacker():
    plain, large = ink(one(TextLine("合计"))), ink(one(TextLine("合计", large=True)))
    bold = ink(one(TextLine("合计", bold=True)))
    assert large.shape[0] > 1.5 * plain.shape[0]
    assert bold.sum() > 1.15 * plain.sum()


@needs_fonts
def test_a_long_label_wraps_and_its_amount_stays_whole():
    short = render(one(TextLine("电费", right="￥1,018.60")), 384, FONTS)
    long = render(
        one(TextLine("公共区域电费分摊（地下车库及电梯）2026年9月", right="￥1,018.60")), 384, FONTS
    )
    assert long.height == 2 * short.height


@needs_fonts
def test_a_feed_is_blank_and_a_rule_is_a_line():
    assert not ink(one(Feed(3))).any()
    assert ink(one(Rule())).any(axis=0).sum() > 360


@needs_fonts
def test_a_long_code_still_fits_the_paper():
    text = "https://pay.example/b/" + "A1b2" * 40
    (code,) = zxingcpp.read_barcodes(render(one(QrCode(text)), 384, FONTS).convert("L"))
    assert code.text == text


@needs_fonts
def test_an_endless_receipt_is_refused():
    with pytest.raises(ValueError, match="longer"):
        render(one(*[TextLine("行")] * 1000), 384, FONTS)


@needs_fonts
@settings(deadline=None, max_examples=40)
@given(
    st.text(max_size=80),
    st.text(max_size=20),
    st.booleans(),
    st.sampled_from(list(Align)),
)
def test_any_text_can_be_drawn(text, right, large, align):
    picture = render(one(TextLine(text, right, large=large, align=align)), 384, FONTS)
    assert picture.width == 384


@given(st.text(max_size=200), st.integers(4, 40))
def test_wrapping_loses_nothing_and_keeps_to_the_width(text, width):
    rows = wrap(text, width, len)
    assert "".join("".join(rows).split()) == "".join(text.split())
    assert all(len(row) <= width + 1 for row in rows)


def test_closing_marks_never_begin_a_row():
    rows = wrap("如有疑问，请联系物业前台。谢谢您的配合！" * 3, 7, len)
    assert not any(row[0] in NOT_FIRST for row in rows)


def test_words_are_kept_whole_and_an_indent_stays():
    assert wrap("  Property fee September", 14, len) == ["  Property fee", "September"]


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("联网后自动入账", ["联网后自动入", "账"]),
        ("联网后自动入\u2060账", ["联网后自动", "入账"]),
        ("3\u2060栋\u20602\u2060单\u2060元\u20601201住户", ["3栋2单元1201", "住户"]),
        ("入\u2060账", ["入账"]),
    ],
)
def test_what_is_joined_stays_on_one_line_and_the_joiner_is_never_printed(text, rows):
    def cells(row: str) -> int:
        return sum(2 if c > "\u2e80" else 1 for c in row)

    assert wrap(text, 12, cells) == rows
