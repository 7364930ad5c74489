"""Why a decision of staff is not possible now."""

from django.utils.functional import Promise

from server.language import both


class NotPossible(Exception):
    """It cannot be done now. ``text`` says why, in words for staff, in the language of who reads it;
    ``code`` is for programs."""

    def __init__(self, code: str, text: str | Promise) -> None:
        super().__init__(f"{code}: {both(text).en}")
        self.code, self.text = code, text
