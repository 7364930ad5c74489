"""What became of handing a message over, as each way answers it."""

import re
from dataclasses import dataclass
from enum import StrEnum

from django.utils.translation import gettext, gettext_lazy

from server.storable import storable_text

_ADDRESSES = re.compile(r"\S*://\S*|/\S{16,}|\S+@\S+|\S*\d{7,}\S*|[A-Za-z0-9_\-]{24,}")
_STATUS = re.compile(r"HTTP (\d{3})")
_READ_MAX = 1000  # characters of an answer that are looked at


class Own(StrEnum):
    """What this server itself has to say, kept as a code and shown in the page's language."""

    NO_MAIL = "@no-mail-server"
    NO_SMS = "@no-sms-provider"
    LIMIT = "@limit-of-the-hour"
    OTHER_KEY = "@sealed-with-another-key"
    INSIDE = "@leads-inside"
    PLAIN_HTTP = "@plain-http"
    NOT_UNDERSTOOD = "@not-understood"
    NOTHING_ASKED = "@nothing-was-asked"
    UNREACHED = "@not-reached"
    NO_ANSWER = "@no-answer"
    WENT_WRONG = "@went-wrong"
    QUIET = "@quiet-hours"
    DAY_LIMIT = "@limit-of-the-day"
    NO_CONSENT = "@no-consent"
    OTHER_ADDRESS = "@other-address"
    OVER = "@over"
    NOT_TOLD = "@not-told"
    NO_TEMPLATE = "@no-template"
    NO_WECHAT = "@no-official-account"
    NO_CALLS = "@no-provider-of-calls"
    NOT_ANSWERED = "@nobody-answered"


_OWN = {
    Own.NO_MAIL: gettext_lazy("no mail server is configured"),
    Own.NO_SMS: gettext_lazy("no provider of text messages is configured"),
    Own.LIMIT: gettext_lazy("held back: the limit of messages an hour"),
    Own.OTHER_KEY: gettext_lazy("the address was sealed with another key; enter it again"),
    Own.INSIDE: gettext_lazy("the address leads into the server's own network"),
    Own.PLAIN_HTTP: gettext_lazy("the address is not encrypted (http); enter one with https"),
    Own.NOT_UNDERSTOOD: gettext_lazy("the address is not understood; enter it again"),
    Own.NOTHING_ASKED: gettext_lazy("nobody was asked; enter the address again"),
    Own.UNREACHED: gettext_lazy("no connection could be made"),
    Own.NO_ANSWER: gettext_lazy("the connection broke, or no answer came in time"),
    Own.WENT_WRONG: gettext_lazy("this server could not hand it over"),
    Own.QUIET: gettext_lazy("held back: quiet hours"),
    Own.DAY_LIMIT: gettext_lazy("held back: the limit of messages a day"),
    Own.NO_CONSENT: gettext_lazy("the person does not agree any more"),
    Own.OTHER_ADDRESS: gettext_lazy("the number or address is not the person's any more"),
    Own.OVER: gettext_lazy("what it would have told is over"),
    Own.NOT_TOLD: gettext_lazy("the community tells this no more, or not by this way"),
    Own.NO_TEMPLATE: gettext_lazy("no code of a template is entered for it"),
    Own.NO_CALLS: gettext_lazy("no provider of calls by phone is configured"),
    Own.NOT_ANSWERED: gettext_lazy("nobody answered the call"),
    Own.NO_WECHAT: gettext_lazy("the official account is not complete, or gives no access now"),
}


def in_words(said: str) -> str:
    """In the language in force where it is our own; the other side's words as they are."""
    if status := _STATUS.fullmatch(said):
        return gettext("the other side answered with the status %(code)s") % {"code": status[1]}
    return str(_OWN[Own(said)]) if said in _OWN else said


class Fate(StrEnum):
    SENT = "sent"
    REFUSED = "refused"  # a no that will be the same next time
    AWAY = "away"  # it surely did not go out: to be tried again
    UNKNOWN = "unknown"  # it may have gone out: never to be tried again by itself


@dataclass(frozen=True, slots=True)
class Outcome:
    """``said``: in the other side's words; ``receipt``: by which delivery can be asked for."""

    fate: Fate
    said: str = ""
    receipt: str = ""


def without_addresses(text: str) -> str:
    """The other side's words as staff may see them: addresses, numbers and tokens are taken out."""
    if text in _OWN:
        return text
    words = storable_text(text[:_READ_MAX])
    return " ".join(_ADDRESSES.sub("…", words).split())[:200]
