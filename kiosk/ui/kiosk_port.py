"""What the interface needs of the kiosk behind it. The interface never decides; it shows and reports."""

from typing import Protocol

from kiosk.core.events import Event
from kiosk.core.model import Session

Picture = tuple[int, int, bytes]  # width, height, RGB rows from the top


class Kiosk(Protocol):
    """All calls come from the UI thread and must return at once."""

    def post(self, event: Event) -> None:
        """Takes an event into the kiosk's queue."""
        ...

    def session(self) -> Session:
        """The newest state."""
        ...

    def preview(self) -> Picture | None:
        """What the camera sees now; None where there is no camera or nothing new."""
        ...

    def on_frame(self, monotonic: float) -> None:
        """Called twice a second from the UI clock: proof that the window is alive."""
        ...
