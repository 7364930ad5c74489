"""What the interface needs of the voice behind it: what a screen says, and saying it. Nothing here
waits."""

from dataclasses import dataclass
from typing import Protocol

from contract.money import Locale
from kiosk.core.model import Session


@dataclass(frozen=True)
class Said:
    """A text that is said. ``personal``: it says who somebody is, where they live or what they owe, so a
    loudspeaker keeps it. ``language``: where it is another than the visit's."""

    text: str
    personal: bool = False
    language: Locale | None = None


class Voice(Protocol):
    """All calls come from the UI thread and must return at once; none may raise."""

    def screen(self, session: Session) -> tuple[Said, ...]:
        """What is said of the screen of this session."""
        ...

    def say(self, session: Session, said: tuple[Said, ...]) -> None:
        """Stops what is being said and says this."""
        ...

    def stop(self) -> None:
        """Is silent at once."""
        ...


class NoVoice:
    """Where nothing is said: no voice is set up."""

    def screen(self, session: Session) -> tuple[Said, ...]:
        return ()

    def say(self, session: Session, said: tuple[Said, ...]) -> None:
        return None

    def stop(self) -> None:
        return None
