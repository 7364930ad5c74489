"""A text in both languages on a row: two columns that a form fills in, and the one Text of them."""

import pytest
from django.utils import translation

from contract.messages import Text
from server.estate.models import Building, Community

NAME = Text(zh="湖畔花园", en="Lakeside Garden")


def test_both_columns_are_one_text():
    community = Community(name_zh=NAME.zh, name_en=NAME.en)
    assert community.name == NAME
    assert Community(name=NAME).name_en == NAME.en
    community.name = Text(zh="新", en="New")
    assert (community.name_zh, community.name_en) == ("新", "New")


@pytest.mark.django_db
def test_the_columns_are_kept_and_asked_for_by_name():
    made = Community.objects.create(code="new", name_zh=NAME.zh, name_en=NAME.en, office_phone="1")
    assert Community.objects.get(name_en="Lakeside Garden").name == NAME
    assert made.office_hours == Text(zh="", en="")


@pytest.mark.parametrize(
    ("language", "labels", "shown"),
    [
        ("zh-hans", ["名称（中文）", "名称（英文）"], NAME.zh),
        ("en", ["Name (Chinese)", "Name (English)"], NAME.en),
    ],
)
def test_labels_and_names_speak_the_language_of_the_page(language, labels, shown):
    fields = [Building._meta.get_field(f"name_{each}") for each in ("zh", "en")]
    with translation.override(language):
        assert [str(field.verbose_name) for field in fields] == labels
        assert str(Building(name_zh=NAME.zh, name_en=NAME.en)) == shown


def test_the_schema_knows_two_columns_only():
    name, path, _, options = Building._meta.get_field("name_en").deconstruct()
    assert (name, path, options["max_length"]) == ("name_en", "django.db.models.CharField", 60)
