"""Texts in both languages at once, and the one that a page speaks."""

from types import SimpleNamespace

import pytest
from django.template import Context, Template
from django.utils import translation
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy

from contract.messages import Text
from server.language import both, chosen, of_terminal


def test_a_text_comes_in_both_languages_whatever_the_page_speaks():
    for language in ("zh-hans", "en"):
        with translation.override(language):
            assert both("Filters") == Text(zh="筛选", en="Filters")
            assert both(gettext_lazy("Filters")) == Text(zh="筛选", en="Filters")
            assert translation.get_language() == language


def test_values_are_put_in_and_speak_the_language_too():
    name = Text(zh="账单", en="bill")
    assert both("Add %(name)s", name=name) == Text(zh="添加账单", en="Add bill")
    lazy = gettext_lazy("Filters")
    assert both(gettext_lazy("Add %(name)s"), name=lazy) == Text(zh="添加筛选", en="Add Filters")
    joined = format_lazy("{} 1", lazy)
    assert both("Add %(name)s", name=joined) == Text(zh="添加筛选 1", en="Add Filters 1")


def test_a_text_without_values_keeps_its_percent_signs():
    assert both("100%") == Text(zh="100%", en="100%")


def test_a_choice_is_named_in_the_pages_language_and_nothing_in_it_is_markup():
    page = Template("{% load language %}{% options rows taken %}")
    rows = [
        SimpleNamespace(code="a", name=Text(zh="湖畔", en="Lakeside")),
        SimpleNamespace(code='b"', name=Text(zh="山<b>", en="Hill & Co")),
    ]
    for language, names in {
        "zh-hans": ("湖畔", "山&lt;b&gt;"),
        "en": ("Lakeside", "Hill &amp; Co"),
    }.items():
        with translation.override(language):
            shown = page.render(Context({"rows": rows, "taken": 'b"'}))
        assert shown == (
            f'<option value="a">{names[0]}</option>'
            f'<option value="b&quot;" selected>{names[1]}</option>'
        )


def test_a_page_shows_the_text_of_its_language():
    page = Template("{% load language %}{{ name|chosen }}")
    name = Text(zh="账单", en="bill")
    for language, shown in (("zh-hans", "账单"), ("en", "bill"), ("en-gb", "bill")):
        with translation.override(language):
            assert chosen(name) == shown
            assert page.render(Context({"name": name})) == shown


@pytest.mark.parametrize(
    ("environ", "language"),
    [
        ({}, "en"),
        ({"LANG": "C.UTF-8"}, "en"),
        ({"LANG": "en_GB.UTF-8"}, "en"),
        ({"LC_ALL": "zh_CN.UTF-8", "LANG": "en_US.UTF-8"}, "zh-hans"),
        ({"LC_ALL": "", "LC_MESSAGES": "en_US.UTF-8", "LANG": "zh_CN.UTF-8"}, "en"),
    ],
)
def test_a_terminal_is_spoken_to_in_its_language(environ, language):
    assert of_terminal(environ) == language
