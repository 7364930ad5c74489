"""What all screens share: they are drawn from the session alone and keep nothing of their own."""

from collections.abc import Callable
from importlib import import_module
from typing import Any, ClassVar

from kivy.properties import ObjectProperty
from kivy.uix.boxlayout import BoxLayout

from kiosk.core.model import Screen, Session
from kiosk.core.patience import may_end
from kiosk.texts.catalogue import say
from kiosk.ui.widgets import bars, buttons, shapes, text  # noqa: F401  (used by every layout)

# Their main action is the end of the visit.
ENDS_BY_ITSELF = (Screen.PAID, Screen.NOTHING_DUE, Screen.STAFF, Screen.STAFF_PIN)
HELPLESS = (Screen.PAIRING, Screen.HELP, Screen.CALLBACK, Screen.STAFF, Screen.STAFF_PIN)


class KioskScreen(BoxLayout):
    """``view`` is what ``present`` makes of the session; the layout shows it and nothing else.

    A screen lives as long as its kind, the language, the letter size and the window stay the same.
    """

    present: ClassVar[Callable[[Session], Any]]
    session = ObjectProperty()
    view = ObjectProperty(rebind=True)

    def __init__(self, session: Session, **kwargs):
        self.language = session.visit.language
        super().__init__(
            session=session, view=type(self).present(session), orientation="vertical", **kwargs
        )
        self._bar_follows()
        self.draw()
        self.bind(view=lambda *_: self.draw())

    def on_session(self, _, session: Session):
        self.view = type(self).present(session)
        self._bar_follows()

    def _bar_follows(self):
        """Help and the end of the visit are at the same place on every screen."""
        screen = self.session.visit.screen
        for bar in self.children:
            if isinstance(bar, bars.BottomBar):
                bar.end_words, bar.help_words = self.say("common.end"), self.say("common.help")
                bar.ends = may_end(self.session) and screen not in ENDS_BY_ITSELF
                bar.helps = screen not in HELPLESS

    def draw(self):
        """Lists of changing length are filled here; everything else is bound in the layout."""

    def say(self, id: str, **values: object) -> str:
        return say(self.language, id, **values)


def screen_class(session: Session) -> type[KioskScreen]:
    """The class for a screen: ``paying_qr`` is PayingQrScreen in kiosk/ui/screens/paying_qr.py.

    What is due has a screen of its own in elder mode, unless a bill among it cannot be paid now.
    """
    visit = session.visit
    name = visit.screen.value
    due = visit.account.bills if visit.account else []
    if visit.screen is Screen.BILLS and visit.access.elder and due:
        name = "bills" if visit.itemised or visit.waiting else "elder_bills"
    module = import_module(f"kiosk.ui.screens.{name}")
    return getattr(module, "".join(part.capitalize() for part in name.split("_")) + "Screen")
