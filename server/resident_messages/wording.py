"""What each kind of message says, in both languages. Calm words: a reminder, never a threat.

Of a text message the provider has approved the text, with names for its values; ``for_provider`` writes
ours as it is entered there. Values are told as strings, in the message's language.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils import translation
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from server.language import CHINESE, ENGLISH
from server.outbox.models import Kind, Language, Provider


@dataclass(frozen=True, slots=True)
class Wording:
    """``values``: their order, by which one of the providers knows them."""

    subject: str
    text: str
    values: tuple[str, ...]


WORDINGS = {
    Kind.BILL: Wording(
        _("Your property fee bill"),
        _(
            "The bill of %(period)s for %(unit)s is ready: %(amount)s, to be paid by %(due)s. Questions:"
            " %(phone)s."
        ),
        ("unit", "period", "amount", "due", "phone"),
    ),
    Kind.PAID: Wording(
        _("We have received your payment"),
        _("We received %(amount)s for %(unit)s on %(day)s. Thank you."),
        ("unit", "day", "amount"),
    ),
    Kind.ANSWERED: Wording(
        _("Your request was answered"),
        _(
            "Your request %(number)s was answered. Read it by the code on your bill, or call"
            " %(phone)s."
        ),
        ("number", "phone"),
    ),
    Kind.OUTAGE: Wording(
        _("The payment kiosks are closed for a while"),
        _(
            "The payment kiosks of %(community)s are closed from %(begins)s until %(ends)s. Bills can be"
            " paid by the code on them."
        ),
        ("community", "begins", "ends"),
    ),
}
END = _("You get this because you agreed to it. To end it: the page behind your bill's code.")


def text_of(kind: str, language: str, values: Mapping[str, str]) -> str:
    """Raises KeyError where a value is missing."""
    with _speaking(language):
        return gettext(WORDINGS[Kind(kind)].text) % values


def mail_of(kind: str, language: str, values: Mapping[str, str]) -> str:
    """The first line is its subject."""
    with _speaking(language):
        wording = WORDINGS[Kind(kind)]
        return f"{gettext(wording.subject)}\n\n{gettext(wording.text) % values}\n\n{gettext(END)}"


def for_provider(kind: str, language: str, provider: str) -> str:
    """The text as it is entered at the provider, to be approved there."""
    names = WORDINGS[Kind(kind)].values
    if provider == Provider.TENCENT:
        marks = {name: f"{{{place}}}" for place, name in enumerate(names, 1)}
    else:
        marks = {name: f"${{{name}}}" for name in names}
    return text_of(kind, language, marks)


def in_order(kind: str, values: Mapping[str, str]) -> dict[str, str]:
    """The values as they stand in the provider's template."""
    return {name: values.get(name, "") for name in WORDINGS[Kind(kind)].values}


def _speaking(language: str) -> translation.override:
    return translation.override(ENGLISH if language == Language.EN else CHINESE)
