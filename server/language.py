"""Languages on the server: which one a page speaks, and texts that go out in both.

Staff pages are Chinese until somebody chooses, public ones speak as the phone does, or as a link asks.
A msgid is the English sentence, values stand in it as ``%(name)s``; the Chinese is in the catalogues.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from html import escape
from typing import Any, Literal

from babel.dates import format_date, format_skeleton
from django import template
from django.conf import settings
from django.http import HttpRequest
from django.middleware.locale import LocaleMiddleware
from django.utils import translation
from django.utils.functional import Promise, lazy
from django.utils.html import format_html
from django.utils.safestring import SafeString

from contract.messages import Text
from contract.money import Locale, Money

STAFF_PATHS = ("/staff/", "/admin/")
CHINESE, ENGLISH = "zh-hans", "en"
LANGUAGE_QUERY = "language"  # as a link on a public page asks: no cookie is needed there

register = template.Library()


class ChosenLanguage(LocaleMiddleware):
    def process_request(self, request: HttpRequest) -> None:
        asked = request.GET.get(LANGUAGE_QUERY)
        if asked in (CHINESE, ENGLISH):
            translation.activate(asked)
            request.LANGUAGE_CODE = asked
            return
        chosen = settings.LANGUAGE_COOKIE_NAME in request.COOKIES
        if request.path.startswith(STAFF_PATHS) and not chosen:
            translation.activate(settings.LANGUAGE_CODE)
            request.LANGUAGE_CODE = translation.get_language()
            return
        super().process_request(request)


def of_page() -> Locale:
    """The language of the page that is being made, as amounts of money are told in it."""
    return "en" if translation.get_language() == ENGLISH else "zh_CN"


def _shown_money(minor: int, currency: str) -> str:
    return Money(minor, currency).display(of_page())


money_said = lazy(
    _shown_money, str
)  # for sentences of both languages: each has the sign of its own


def of_terminal(environ: Mapping[str, str]) -> str:
    """The language in which a terminal is spoken to: Chinese where its locale says so, else English,
    which a terminal without a locale (``C``) can show."""
    said = next(filter(None, map(environ.get, ("LC_ALL", "LC_MESSAGES", "LANG"))), "")
    return CHINESE if said.startswith("zh") else ENGLISH


def both(msgid: str | Promise, **values: object) -> Text:
    """A text in both languages, as in ``both("Paid on %(day)s", day=day)``.

    The msgid may be lazy; a value may be lazy or a ``Text`` itself. Not to be called while modules are
    imported: the catalogues are read once all apps are there.
    """
    return Text(zh=_rendered(CHINESE, msgid, values), en=_rendered(ENGLISH, msgid, values))


def both_of(one: str, many: str, count: int, **values: object) -> Text:
    """As ``both``, of a text that is another in English when ``count`` is not one."""
    lazy_text = translation.ngettext_lazy(one, many, count)
    return Text(zh=_rendered(CHINESE, lazy_text, values), en=_rendered(ENGLISH, lazy_text, values))


def _rendered(language: str, msgid: str | Promise, values: dict[str, object]) -> str:
    with translation.override(language):
        text = str(msgid) if isinstance(msgid, Promise) else translation.gettext(msgid)
        if not values:
            return text
        shown = {k: chosen(v) if isinstance(v, Text) else v for k, v in values.items()}
        return text % shown


def _spoken(day: date, how: str) -> str:
    locale = chosen(Text(zh="zh_CN", en="en_GB"))
    return (
        format_date(day, "long", locale)
        if how == "day"
        else format_skeleton(how, day, locale=locale)
    )


_lazily_spoken = lazy(_spoken, str)


@register.filter
def spoken(day: date) -> Any:
    """A day as people say it, lazily in the page's language: 31 October 2026."""
    return _lazily_spoken(day, "day")


@register.filter
def spoken_month(day: date) -> Any:
    """The month of a day: October 2026."""
    return _lazily_spoken(day, "yMMMM")


@register.filter
def beside(text: Text) -> SafeString:
    """For paper, which speaks both languages: Chinese, and English small beside it."""
    return format_html('{} <span class="en" lang="en">{}</span>', text.zh, text.en)


@register.filter
def chosen(text: Text) -> str:
    """The one of both that this page speaks: ``{% load language %}{{ unit.label|chosen }}``."""
    return text.in_language(_spoken())


def _spoken() -> Literal["zh", "en"]:
    language = translation.get_language() or ENGLISH  # where none is active, gettext gives msgids
    return "en" if language.startswith("en") else "zh"


@register.simple_tag
def options(named: Iterable[Any], chosen_code: str = "") -> SafeString:
    """Of a choice, one for each that has a code and a name in both languages:
    ``<select>{% options communities community.code %}</select>``. There may be thousands."""
    language = _spoken()
    told = (
        (escape(one.code), one.code == chosen_code, escape(one.name.in_language(language)))
        for one in named
    )
    return SafeString(
        "".join(
            f'<option value="{code}"{" selected" if taken else ""}>{name}</option>'
            for code, taken, name in told
        )
    )


as_spoken = lazy(chosen, str)  # as ``chosen`` by the time it is shown: for what modules hold
