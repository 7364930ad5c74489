"""A masked name tells a neighbour that it is theirs, and nobody else who lives there."""

import unicodedata

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from contract.plain_text import clean_name
from server.estate.masking import mask_name
from server.estate.models import Resident
from tests.server.village import create_village


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


@pytest.mark.parametrize(
    ("name", "masked"),
    [
        ("\u200b王芳", "王*"),
        ("王\u200b\u2060芳\ufeff", "王*"),
        ("\u202e王小明\u202c", "王*明"),
        ("王\x00小明", "王*明"),
        ("王\U000e0100芳", "王*"),  # a variation selector
        ("\u0301王芳", "王*"),  # a mark on nothing
        ("\U0002ebf0小明", "\U0002ebf0*明"),  # newer than this Python's tables
        ("\ue863明", "\ue863*"),  # private: a rare surname of an older system
        ("S\u0327ahin O\u0308z", "Ş*** Ö***"),
        ("q\u0323\u0307x", "q\u0323\u0307***"),
        ("👩\u200d🌾 王", "👩*王"),
        ("👍🏽 Bob", "👍🏽*** B***"),
        ("🇨🇳李", "🇨🇳*"),
        ("สมชาย", "ส***"),
        ("ก\u0e34ตต\u0e34", "ก\u0e34***"),
        ("\u2067כהן\u2069", "כ***"),
        ("\u3164", ""),
        ("\u200b", ""),
        ("\u200b Anna", "A***"),
        ("王\u3000小明", "王*明"),
    ],
)
def test_what_cannot_be_seen_is_no_letter(name: str, masked: str):
    assert mask_name(name) == masked


@given(st.text(max_size=40))
def test_a_cleaned_name_stays_as_it_is(name: str):
    cleaned = clean_name(name)
    assert clean_name(cleaned) == cleaned
    assert not any(unicodedata.category(c) in ("Cc", "Cf", "Cs") for c in cleaned)


@given(st.sampled_from(["王小明", "王芳", "Anna Schmidt", "欧阳娜娜"]), st.data())
def test_invisible_marks_anywhere_change_no_mask(name: str, data: st.DataObject):
    at = data.draw(st.integers(0, len(name)))
    mark = data.draw(
        st.sampled_from("\u200b\u200c\u200d\u200e\u200f\u202a\u2066\u2060\ufeff\x00\ufe0f")
    )
    assert mask_name(name[:at] + mark + name[at:]) == mask_name(name)


@pytest.mark.django_db
def test_names_are_kept_clean_however_they_are_stored():
    community = create_village("east")
    by_form = Resident(community=community, name="\u200bS\u0327ahin\u202e  O\u0308z")
    by_form.full_clean()
    assert by_form.name == "Şahin Öz"
    (bulk,) = Resident.objects.bulk_create([Resident(community=community, name="\ufeff王芳\u200b")])
    assert Resident.objects.get(pk=bulk.pk).name == "王芳"
    with pytest.raises(ValidationError):
        Resident(community=community, name="\u200b\u200e").full_clean()
