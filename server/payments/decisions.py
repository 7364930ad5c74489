"""What staff may do about a payment or a refund that waits for somebody. Plain functions.

Each takes the person and the reason, and records them with what was changed, in one transaction. Each
asks the channel first where one can be asked: what it knows for certain counts more than what a person
believes. What does not fit the moment any more raises NotPossible and changes nothing, so that a second
click, a second clerk or a journal that arrives meanwhile does no harm.
"""

from contract.messages import Text


class NotPossible(Exception):
    """It cannot be done now. ``text`` says why, in words for staff; ``code`` is for programs."""

    def __init__(self, code: str, zh: str, en: str) -> None:
        super().__init__(f"{code}: {en}")
        self.code, self.text = code, Text(zh=zh, en=en)
