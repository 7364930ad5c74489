"""The name of a fee item by its code: ``{{ names|item_name:remark.item }}``."""

from django import template

from contract.messages import Text
from server.language import chosen

register = template.Library()


@register.filter
def item_name(names: dict[str, Text], code: str) -> str:
    """The code itself for an item that is there no more."""
    return chosen(names[code]) if code in names else code
