"""What stays around every screen: the banner of simulated devices, the top bar, and "still there?"."""

from dataclasses import dataclass

from kivy.app import App
from kivy.properties import ObjectProperty
from kivy.uix.boxlayout import BoxLayout
from kivy.uix.floatlayout import FloatLayout

from kiosk.core.model import Screen, Session
from kiosk.core.patience import RESTING, patience_s, seconds_left
from kiosk.texts.catalogue import say
from kiosk.ui.formatting import method_names
from kiosk.ui.kv_files import load_beside
from kiosk.ui.translations import clock
from kiosk.ui.widgets import bars  # noqa: F401
from kiosk.ui.widgets.focus_ring import FocusRing

WARNED_S = 20  # the countdown is shown for the last seconds, a third of them at most
SHIFT_INTERVAL_S = 60
SHIFTS = ((0, 0), (5, 0), (5, 5), (0, 5), (-5, 5), (-5, 0), (-5, -5), (0, -5))
# these count down on their own button, or have nothing to lose
COUNTS_ITSELF = (*RESTING, Screen.PAID, Screen.MESSAGE)


@dataclass(frozen=True)
class FrameView:
    simulated: str
    initial: str
    community: str
    when_and_where: str
    when: str  # where both have no room
    elder_words: str
    language_words: str
    speaking: bool
    volume: int
    seconds_left: int | None
    shift: tuple[int, int]  # design pixels; see ``resting_shift``


def present(session: Session) -> FrameView:
    visit, config = session.visit, session.lobby.config
    language = visit.language
    name = config.community.name.in_language(language) if config else say(language, "frame.name")
    time_zone = config.community.time_zone if config else None
    when = clock(language, session.wall, time_zone) if time_zone else ""  # not UTC's hour
    parts = [when]
    parts += [config.location.in_language(language)] if config else []
    return FrameView(
        simulated=_simulated(session),
        initial=name[:1],
        community=name,
        when_and_where=" · ".join(p for p in parts if p),
        when=when,
        elder_words=say(language, "frame.standard" if visit.access.elder else "frame.elder"),
        language_words=say(language, "frame.other_language"),
        speaking=visit.access.speaking,
        volume=visit.access.volume,
        seconds_left=warned_seconds(session),
        shift=resting_shift(session),
    )


def resting_shift(session: Session) -> tuple[int, int]:
    """Where the picture of an empty lobby stands: a little elsewhere each minute, so that no edge burns
    into the panel. Nothing moves while somebody is there."""
    if session.visit.screen not in RESTING:
        return 0, 0
    return SHIFTS[int(session.now // SHIFT_INTERVAL_S) % len(SHIFTS)]


def _simulated(session: Session) -> str:
    """What is simulated, and whether money is: a simulated printer makes no payment a play."""
    lobby, language = session.lobby, session.visit.language
    methods = lobby.config.methods if lobby.config else []
    play = tuple(m for m in methods if lobby.test_community and lobby.simulates(m))
    if not play:
        return say(language, "frame.simulated_devices") if lobby.simulated else ""
    if len(play) == len(methods):
        return say(language, "frame.simulated")
    return say(language, "frame.simulated_some", methods=method_names(language, play))


def warned_seconds(session: Session) -> int | None:
    """What the "still there?" panel counts; None while it is not shown."""
    left = seconds_left(session)
    warned_s = min(WARNED_S, patience_s(session.visit) // 3)
    if left is None or left > warned_s or session.visit.screen in COUNTS_ITSELF:
        return None
    return left


class StillThere(FloatLayout):
    """Covers the screen; a touch anywhere is a sign of life and takes it away."""

    view = ObjectProperty(rebind=True)
    words = ObjectProperty()

    def on_touch_down(self, touch):
        super().on_touch_down(touch)
        return True


class Frame(FloatLayout):
    """One for a language, a letter size and a window; ``show`` puts a screen inside."""

    view = ObjectProperty(rebind=True)

    def __init__(self, session: Session, **kwargs):
        self.language = session.visit.language
        super().__init__(view=present(session), **kwargs)
        self.overlay: StillThere | None = None
        self.ring = FocusRing()
        if App.get_running_app().theme.low:
            bar, column = self.ids.bar, self.ids.column
            column.remove_widget(bar)
            column.add_widget(bar)
        self._cover()

    def show(self, screen: BoxLayout) -> None:
        self.ids.body.clear_widgets()
        self.ids.body.add_widget(screen)

    def update(self, session: Session) -> None:
        self.view = present(session)
        self._cover()

    def on_touch_down(self, touch):
        app = App.get_running_app()
        app.touched()
        return app.guide.touch_down(touch) or super().on_touch_down(touch)

    def on_touch_move(self, touch):
        return App.get_running_app().guide.touch_move(touch) or super().on_touch_move(touch)

    def on_touch_up(self, touch):
        return App.get_running_app().guide.touch_up(touch) or super().on_touch_up(touch)

    def say(self, id: str) -> str:
        return say(self.language, id)

    def _cover(self) -> None:
        wanted = self.view.seconds_left is not None
        if wanted and self.overlay is None:
            self.overlay = StillThere(view=self.view, words=self.say)
            self.add_widget(self.overlay)
        elif not wanted and self.overlay is not None:
            self.remove_widget(self.overlay)
            self.overlay = None
        if self.overlay is not None:
            self.overlay.view = self.view


load_beside(__file__)
