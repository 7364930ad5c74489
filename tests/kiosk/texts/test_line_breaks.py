"""Where a line of Chinese or English may end."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.texts.line_breaks import atoms, break_lines

ALPHABET = "缴费，。“”（）￥12.50年月日笔 abc-×·"


def width(text: str) -> float:
    """As in the kiosk's typeface: Chinese twice as wide as Latin."""
    return sum(2 if ord(c) >= 0x2E80 else 1 for c in text)


@given(st.text(ALPHABET, max_size=60), st.integers(4, 40))
def test_nothing_but_spaces_at_line_ends_is_lost(text, room):
    lines = break_lines(text, room, width)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")


@given(st.text(ALPHABET, max_size=60), st.integers(4, 40))
def test_a_line_is_too_wide_only_when_it_cannot_be_broken(text, room):
    for line in break_lines(text, room, width):
        assert width(line) <= room or len(atoms(line.strip())) <= 1


@given(st.text(ALPHABET, max_size=60), st.integers(8, 40))
def test_no_line_begins_with_a_closing_mark(text, room):
    lines = break_lines(text, room, width)
    for before, line in itertools.pairwise(lines):
        broken_at_space = not before or f"{before}{line}" not in text
        assert broken_at_space or line[:1] not in "，。）”"


@pytest.mark.parametrize(
    ("text", "room", "lines"),
    [
        ("请不要再付一次", 8, ["请不要再", "付一次"]),
        ("这张卡没有付成，没有扣款", 18, ["这张卡没有付成，", "没有扣款"]),
        ("含违约金￥4.32", 12, ["含违约金", "￥4.32"]),
        ("已于 11月3日 缴清", 10, ["已于", "11月3日", "缴清"]),
        ("已选 12 笔", 8, ["已选", "12 笔"]),
        ("one two three", 8, ["one two", "three"]),
        ("电梯年检（周六）上午停用", 18, ["电梯年检（周六）", "上午停用"]),
        ("请到3栋2单元2801缴费", 15, ["请到", "3栋2单元2801", "缴费"]),
        ("物业服务费118.60㎡", 12, ["物业服务费", "118.60㎡"]),
        ("车位管理费 1 个", 11, ["车位管理费", "1 个"]),
        ("请先选账单，再出示付款码", 12, ["请先选账单，", "再出示付款码"]),
        ("车位管理费  1个 × 150.00元", 18, ["车位管理费", "1个 × 150.00元"]),
        ("Parking space 1 space × ¥150.00", 22, ["Parking space", "1 space × ¥150.00"]),
        ("3栋2单元2801 · 阿卜杜****提", 14, ["3栋2单元2801 ·", "阿卜杜****提"]),
        (
            "Building 3, Entrance 2, Room 1201 · 王*明",
            22,
            ["Building 3,", "Entrance 2,", "Room 1201 · 王*明"],
        ),
        ("a\nb", 10, ["a", "b"]),
    ],
)
def test_breaks_as_a_reader_expects(text, room, lines):
    assert break_lines(text, room, width) == lines


def test_lines_of_a_title_are_about_equally_long():
    one, two = break_lines("二维码对准下方扫码口听到嘀一声即可", 32, width)
    assert abs(width(one) - width(two)) <= 4


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("11月28日（周六）上午9:00至下午3:00停电", ("11月28日", "上午", "下午", "停电")),
        ("3栋2单元2801的账单已经缴清", ("3栋2单元2801", "账单", "已经")),
        ("A座1203B请到物业服务中心领取小票", ("A座1203B", "物业", "服务", "小票")),
        ("请打开手机里的微信付款码对准扫码口", ("手机", "微信", "扫码口")),
    ],
)
@given(room=st.integers(14, 40))
def test_no_line_breaks_inside_a_word_or_the_name_of_a_unit(text, kept, room):
    lines = break_lines(text, room, width)
    for word in kept:
        assert any(word in line for line in lines), lines
