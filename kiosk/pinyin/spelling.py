"""What a speller is asked and answers. Stateless for who asks: letters and choices make the answer."""

from dataclasses import dataclass
from typing import Protocol

LETTERS_MAX = 48  # one sentence at a time; the next begins after it was chosen
CANDIDATES_MAX = 60


@dataclass(frozen=True, slots=True)
class Spelling:
    """``shown``: what stands in the bar, chosen characters and letters; ``text``: what all of it became,
    once no letter is left to choose for."""

    shown: str = ""
    candidates: tuple[str, ...] = ()
    text: str = ""


class Speller(Protocol):
    """One thread asks, and never another. No answer leaves anything behind."""

    def spell(self, letters: str, chosen: tuple[int, ...]) -> Spelling:
        """``letters``: a to z; ``chosen``: of each list of candidates so far, the place that was touched.
        A place that is not there is left out."""
        ...

    def close(self) -> None: ...


def usable(letters: str) -> str:
    """Only what a speller takes, and no more of it than it may take."""
    return "".join(c for c in letters.lower() if c.isascii() and c.isalpha())[:LETTERS_MAX]
