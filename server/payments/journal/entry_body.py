"""A journal entry's body in the database: the canonical JSON that was hashed and signed, as text.

A JSON column would do less: PostgreSQL's holds no NUL and forgets how a number was written, and what was
signed must be there to the letter. In canonical JSON every control character is escaped.
"""

import json
from typing import Any

from django.db import models

from contract.journal_hash import canonical


class CanonicalBody(models.TextField):
    """In Python the body as a dict, in the database its canonical JSON."""

    def from_db_value(self, value: str | None, expression: Any, connection: Any) -> Any:
        return None if value is None else json.loads(value)

    def to_python(self, value: Any) -> Any:
        return json.loads(value) if isinstance(value, str) else value

    def get_prep_value(self, value: Any) -> str | None:
        return value if value is None or isinstance(value, str) else canonical(value)

    def value_to_string(self, obj: models.Model) -> str:
        return canonical(self.value_from_object(obj))
