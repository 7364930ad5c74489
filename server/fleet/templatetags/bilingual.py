"""Words in two languages on a staff page: the chosen one large, the other small beside it."""

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from contract.messages import Text

register = template.Library()


@register.simple_tag
def words(zh: str, en: str) -> SafeString:
    """``{% words CHINESE ENGLISH %}``."""
    first, second = (("en", en), ("zh-Hans", zh)) if _english() else (("zh-Hans", zh), ("en", en))
    return format_html(
        '<span lang="{}">{}</span> <span class="beside" lang="{}">{}</span>', *first, *second
    )


@register.filter
def both(text: Text) -> SafeString:
    return words(text.zh, text.en)


@register.filter
def chosen(text: Text) -> str:
    """Only the chosen language, where there is no room for both."""
    return text.in_language("en" if _english() else "zh")


def _english() -> bool:
    return (get_language() or "").startswith("en")
