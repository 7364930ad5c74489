"""Touches of the window, each with the place where the finger was put down.

Kivy lets a touch begin where the finger is when the next frame comes, so that a quick swipe would touch
what lies at its end (kivy.input.motionevent, ``sync_with_dispatch``). The window system says it rightly.
"""

from kivy.input.factory import MotionEventFactory
from kivy.input.providers.mouse import MouseMotionEvent, MouseMotionEventProvider

PROVIDER = "finger"


class FingerProvider(MouseMotionEventProvider):
    """What the window hears of its pointer, which is the finger on a touch screen."""

    def create_touch(self, *args) -> MouseMotionEvent:
        touch = super().create_touch(*args)
        touch.sync_with_dispatch = False  # ``opos`` stays
        return touch


MotionEventFactory.register(PROVIDER, FingerProvider)
