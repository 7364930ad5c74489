"""What is known of a question, as rows that people read: a label, and lines, in the page's language."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from contract.money import Money
from server.alerts.raising import CALL_BACK_AT
from server.estate.masking import mask_phone
from server.language import of_page
from server.open_questions.texts import label, refund_said, value

_QUIET = ("payment_id",)  # shown elsewhere on the page


@dataclass(frozen=True)
class Row:
    label: str
    lines: list[str]


def rows(known: dict[str, Any], currency: str) -> list[Row]:
    """``known``: as ``payments.investigation.facts`` or an alert's details hold it."""
    found = []
    for name, told in known.items():
        lines = _lines(name, told, currency)
        if name not in _QUIET and lines:
            found.append(Row(label(name), lines))
    return found


def _lines(name: str, told: Any, currency: str) -> list[str]:
    if told is None or told in ("", [], {}):
        return []
    if isinstance(told, list) and told and isinstance(told[0], dict) and "asked" in told[0]:
        return [_answer(one, currency) for one in told]
    if isinstance(told, list):
        return [_(", ").join(_scalar(name, one, currency) for one in told)]
    if isinstance(told, dict):
        parts = [(label(n), _lines(n, v, currency)) for n, v in told.items()]
        return [_pair(named, lines) for named, lines in parts if lines]
    return [_scalar(name, told, currency)]


def _scalar(name: str, told: Any, currency: str) -> str:
    if name.endswith("_minor") and type(told) is int:
        return Money(told, currency).display(of_page())
    if name == CALL_BACK_AT:  # the alert's own page shows it, and keeps who looked
        return mask_phone(str(told))
    if name == "refund_said":
        return refund_said(str(told))
    if isinstance(told, dict):
        return " ".join(_pair(label(n), [value(v)]) for n, v in told.items())
    return value(told)


def _answer(one: dict[str, Any], currency: str) -> str:
    """One answer of a channel: when, to what, and how often it was the same."""
    said = _("%(at)s %(asked)s: %(answer)s") % {
        "at": one.get("first", ""),
        "asked": value(one.get("asked", "")),
        "answer": value(one.get("answer", "")),
    }
    if one.get("reason"):
        said = _("%(said)s (%(reason)s)") % {"said": said, "reason": value(one["reason"])}
    if type(amount := one.get("amount_minor")) is int:
        said = f"{said} {Money(amount, currency).display(of_page())}"
    times, last = one.get("times", 1), one.get("last", "")
    if times > 1:
        said = _("%(said)s, %(times)s times, last %(last)s") % {
            "said": said,
            "times": times,
            "last": last,
        }
    return said.strip()


def _pair(named: str, lines: list[str]) -> str:
    return f"{named} {_('; ').join(lines)}".strip()
