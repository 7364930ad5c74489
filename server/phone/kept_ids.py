"""What this browser began, as a signed cookie of ids, so that whoever closes it and scans the bill again
finds it. Nothing else is kept of a phone."""

from dataclasses import dataclass
from uuid import UUID

from django.http import HttpRequest, HttpResponse

KEPT_S = 90 * 24 * 3600
MOST = 20


@dataclass(frozen=True, slots=True)
class KeptIds:
    cookie: str

    def of(self, request: HttpRequest) -> list[str]:
        """The newest first."""
        told = request.get_signed_cookie(self.cookie, default="", salt=self.cookie, max_age=KEPT_S)
        return [one for one in (told or "").split(" ") if _is_id(one)][:MOST]

    def remember(self, request: HttpRequest, answer: HttpResponse, new: str) -> None:
        kept = [new, *(one for one in self.of(request) if one != new)][:MOST]
        answer.set_signed_cookie(
            self.cookie,
            " ".join(kept),
            salt=self.cookie,
            max_age=KEPT_S,
            secure=request.is_secure(),
            httponly=True,
            samesite="Lax",
        )


def _is_id(text: str) -> bool:
    try:
        return str(UUID(text)) == text
    except ValueError:
        return False
