"""A journal entry in the database, as it was hashed and signed: its body is the canonical JSON, as text.

A JSON column would do less: PostgreSQL's holds no NUL and forgets how a number was written, and what was
signed must be there to the letter. In canonical JSON every control character is escaped.
"""

import json
import re
from typing import Any

from django.db import models

from contract.journal_hash import canonical
from contract.messages import ReceivedEntry


class NoObject(Exception):
    """What an entry says is no object."""


class NoText(Exception):
    """An entry's time or kind is no line of text."""


def check_form(entry: ReceivedEntry) -> None:
    """Raises NoObject or NoText for an entry of a form that no kiosk writes."""
    if not isinstance(entry.body, dict):
        raise NoObject(type(entry.body).__name__)
    for name, value in (("time", entry.at), ("kind", entry.kind)):
        if not is_text(value):
            raise NoText(name)


class Illegible(dict[str, Any]):
    """A body that is no JSON: somebody altered its row. It says nothing, and is not what was signed."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text = text


def _read(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return Illegible(text)


class CanonicalBody(models.TextField):
    """In Python the body as a dict, in the database its canonical JSON."""

    def from_db_value(self, value: str | None, expression: Any, connection: Any) -> Any:
        return None if value is None else _read(value)

    def to_python(self, value: Any) -> Any:
        return _read(value) if isinstance(value, str) else value

    def get_prep_value(self, value: Any) -> str | None:
        if isinstance(value, Illegible):
            return value.text
        return value if value is None or isinstance(value, str) else canonical(value)

    def value_to_string(self, obj: models.Model) -> str:
        return canonical(self.value_from_object(obj))


_AS_JSON = "json:"
_NO_LINE_OF_TEXT = re.compile("[\x00-\x1f\x7f]")


def is_text(value: object) -> bool:
    """Whether a time or a kind is what it should be: a line of text, without control characters."""
    return isinstance(value, str) and _NO_LINE_OF_TEXT.search(value) is None


class SignedText(models.TextField):
    """What should be a line of text, and is in the database as that. Whatever else was signed in its
    place is there as canonical JSON after ``json:``."""

    def from_db_value(self, value: str | None, expression: Any, connection: Any) -> Any:
        if value is None or not value.startswith(_AS_JSON):
            return value
        read = _read(value.removeprefix(_AS_JSON))
        return value if isinstance(read, Illegible) else read

    def to_python(self, value: Any) -> Any:
        return value

    def get_prep_value(self, value: Any) -> str:
        if is_text(value) and not value.startswith(_AS_JSON):
            return str(value)
        return _AS_JSON + canonical(value)

    def value_to_string(self, obj: models.Model) -> str:
        return self.get_prep_value(self.value_from_object(obj))
