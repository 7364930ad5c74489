"""A masked name tells a neighbour that it is theirs, and nobody else who lives there."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.estate.masking import mask_name


@pytest.mark.parametrize(
    ("name", "masked"),
    [
        ("王小明", "王*明"),
        ("王芳", "王*"),
        ("王㛃", "王*"),
        ("欧阳娜娜", "欧**娜"),
        ("王 小 明", "王*明"),
        ("王", "*"),
        ("Anna Schmidt", "A*** S***"),
        ("  Li  ", "L***"),
        ("", ""),
        ("𠮷野家", "𠮷*家"),  # a character outside the basic plane is one character
    ],
)
def test_masking(name: str, masked: str):
    assert mask_name(name) == masked


@given(st.text(alphabet="王小明欧阳娜㛃龚䶮", min_size=2, max_size=6))
def test_of_a_chinese_name_at_most_two_characters_show(name: str):
    masked = mask_name(name)
    assert len(masked) == len(name)
    assert sum(letter != "*" for letter in masked) == min(2, len(name) - 1)


@given(st.text(max_size=40))
def test_any_text_can_be_masked(name: str):
    assert isinstance(mask_name(name), str)
