"""One name for one request, which the log of each side and of a payment channel can have.

A request about a payment is named after the number on its receipt: ``K03-000007-`` and what tells it from
the payment's other ones, so that whoever holds the paper finds all of them.
"""

import re
import secrets

HEADER = "X-Request-Id"
FORM = re.compile(r"[A-Za-z0-9_-]{8,64}")
_OWN_BYTES = 9  # 12 characters


def request_name(reference: str = "") -> str:
    """A new one. ``reference``: of the payment it is about; empty: of none."""
    own = secrets.token_urlsafe(_OWN_BYTES)
    return f"{reference}-{own}" if reference else own
