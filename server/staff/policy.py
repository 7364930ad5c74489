"""What a browser may run on a page (Content-Security-Policy): our own files, nothing written into it.

The back office's theme carries its code in attributes and makes functions of it, so that one part has a
policy of its own.
"""

from typing import Any

from csp.constants import SELF, UNSAFE_EVAL, UNSAFE_INLINE
from csp.middleware import CSPMiddleware, PolicyParts

_BACK_OFFICE = "/admin/"
_THEME = {"script-src": [SELF, UNSAFE_INLINE, UNSAFE_EVAL]}


class Policy(CSPMiddleware):
    def get_policy_parts(
        self, request: Any, response: Any, report_only: bool = False
    ) -> PolicyParts:
        parts = super().get_policy_parts(request, response, report_only)
        if request.path.startswith(_BACK_OFFICE) and not report_only:
            parts.replace = {**(parts.replace or {}), **_THEME}
        return parts
