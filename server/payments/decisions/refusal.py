"""Why a decision of staff is not possible now."""

from contract.messages import Text


class NotPossible(Exception):
    """It cannot be done now. ``text`` says why, in words for staff; ``code`` is for programs."""

    def __init__(self, code: str, zh: str, en: str) -> None:
        super().__init__(f"{code}: {en}")
        self.code, self.text = code, Text(zh=zh, en=en)
