"""The kiosk's window: it shows the newest session and reports touches, never waits, never decides."""

import gc
import math
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from kivy.app import App
from kivy.clock import Clock
from kivy.core.window import Window
from kivy.properties import ObjectProperty

from kiosk.core.events import Tapped, Touched
from kiosk.core.model import AS_USUAL, Action, Session
from kiosk.core.patience import RESTING
from kiosk.ui import fonts, memory
from kiosk.ui.frame import Frame
from kiosk.ui.kiosk_port import Kiosk, Picture
from kiosk.ui.pixels import window_pixels
from kiosk.ui.probe import Probe
from kiosk.ui.screens.base import KioskScreen, screen_class
from kiosk.ui.sounds import Sounds
from kiosk.ui.speaking import Guide
from kiosk.ui.theme import LOOK, Look, Theme, theme_for
from kiosk.ui.translations import local_wall, night_of
from kiosk.ui.voice_port import NoVoice, Voice
from kiosk.ui.widgets.texels import plain_shapes

SETTLING_S = 0.3  # no touch counts until a new screen has been there this long
TOUCH_INTERVAL_S = 1.0
LAYOUT_ROUNDS_MAX = 80  # nested boxes settle within one frame, so that no half-laid screen is seen
FRAME_INTERVAL_S = 0.5
DRAWN_S = 10.0
CALM_AFTER_S = 2.0
FORGET_AFTER_S = 1.0
TIDY_AFTER_S = 0.5  # after a new screen: nobody waits for anything then
IDLE_AFTER_S = 5.0
BETWEEN_KEYS_S = 1.5
BEFORE_THE_FRAME = -1  # in which the touch came that changed the session
IDLE_FRAMES_PER_SECOND = 15
LOOKS_PER_SECOND = (
    120  # for touches, while somebody is there; a picture is drawn only when it changes
)


class KioskApp(App):
    """``kiosk`` is what stands behind the screen (kiosk.ui.kiosk_port.Kiosk).

    ``look`` is what the site settled about how it looks. ``notify`` may be called from any thread
    whenever the session changed; ``play`` likewise for a sound. ``voice`` says what is shown;
    without one the kiosk does not speak. ``probe_path`` opens the read-only
    look of kiosk.ui.probe. ``on_shown`` is called once, after the first screen was drawn; ``on_drawn``
    after each picture, of which there is one every DRAWN_S at least.
    """

    theme = ObjectProperty()
    kv_file = ""
    title = "LobbyPay"

    def __init__(
        self,
        kiosk: Kiosk,
        *,
        look: Look = LOOK,
        voice: Voice | None = None,
        probe_path: Path | None = None,
        on_shown: Callable[[], None] | None = None,
        on_drawn: Callable[[], None] | None = None,
    ):
        super().__init__()
        fonts.register()
        Clock.max_iteration = LAYOUT_ROUNDS_MAX
        self.kiosk = kiosk
        self.session: Session = kiosk.session()
        self.look = look
        self.shade = look.shade(local_wall(self.session), night_of(self.session))
        self.theme = self._theme()
        self.sounds = Sounds()
        self.frame: Frame | None = None
        self.screen: KioskScreen | None = None
        self.guide = Guide(self, voice or NoVoice())
        self._on_shown, self._on_drawn = on_shown, on_drawn
        self._probe = Probe(probe_path, self) if probe_path else None
        self._shown: tuple | None = None
        self._framed: tuple | None = None
        self._covered = False
        self._changed_at = 0.0
        self._touched_at = self._pressed_at = 0.0
        self._visit = self.session.visit.number
        self._forget_soon = Clock.create_trigger(self._forget, FORGET_AFTER_S)
        self._tidy_soon = Clock.create_trigger(lambda _: gc.collect(), TIDY_AFTER_S)
        self._redraw_soon = Clock.create_trigger(self._redraw, BEFORE_THE_FRAME)
        self._stop_soon = Clock.create_trigger(lambda _: self.stop())

    def build(self):
        plain_shapes()
        Window.clearcolor = self.theme.color.ground
        Window.bind(size=lambda *_: self._redraw_soon())
        Clock.schedule_interval(lambda _: self.kiosk.on_frame(time.monotonic()), FRAME_INTERVAL_S)
        Clock.schedule_once(self._when_calm, CALM_AFTER_S)
        self._redraw()
        if self._probe:
            self._probe.open()
        if self._on_shown:
            Window.bind(on_flip=self._first_flip)
        if self._on_drawn:
            Window.bind(on_flip=lambda *_: self._on_drawn())
            Clock.schedule_interval(lambda _: Window.canvas.ask_update(), DRAWN_S)

    def notify(self) -> None:
        """The session changed. Safe from any thread; returns at once."""
        self._redraw_soon()

    def close(self) -> None:
        """Ends the window. Safe from any thread."""
        self._stop_soon()

    def soon(self, look: Callable[[], None]) -> None:
        """Calls on the window's own thread. Safe from any thread."""
        Clock.schedule_once(lambda _: look(), 0)

    def shown_session(self) -> Session | None:
        """What the window shows; None while a new screen is not drawn yet. On the window's thread."""
        return self.session if self.settled else None

    def picture(self) -> Picture:
        """What the window shows now. On the window's thread."""
        Window.dispatch("on_draw")
        return window_pixels()

    def play(self, name: str) -> None:
        """Plays a sound of kiosk.ui.sounds.NAMES. Safe from any thread."""
        Clock.schedule_once(lambda _: self.sounds.play(name, quiet=bool(night_of(self.session))), 0)

    def key(self, name: str) -> None:
        """A key of the tactile keypad (kiosk.ui.speaking.KEYS). Safe from any thread."""
        Clock.schedule_once(lambda _: self.guide.key(name), 0)

    def preview(self) -> Picture | None:
        return self.kiosk.preview()

    def tap(self, action: str, value: str = "") -> None:
        """A button was touched."""
        self.kiosk.post(Tapped(Action(action), value))

    def touched(self) -> None:
        """The glass was touched anywhere; reported once a second at most."""
        now = time.monotonic()
        self._pressed_at = now
        self._pace()
        if now - self._touched_at >= TOUCH_INTERVAL_S:
            self._touched_at = now
            self.kiosk.post(Touched())

    @property
    def touched_lately(self) -> bool:
        """Whether another touch is likely to follow at once, as between two keys."""
        return time.monotonic() - self._pressed_at < BETWEEN_KEYS_S

    @property
    def settled(self) -> bool:
        """Whether the screen has been as it is long enough for touches to count."""
        return time.monotonic() - self._changed_at >= SETTLING_S

    def open_settings(self, *_):
        """Kivy's F1 panel does not exist here."""

    def on_stop(self):
        if self._probe:
            self._probe.close()

    def _redraw(self, *_) -> None:
        session = self.session = self.kiosk.session()
        visit = session.visit
        if visit.screen in RESTING:  # not while somebody reads
            self.shade = self.look.shade(local_wall(session), night_of(session))
        access = replace(visit.access, volume=AS_USUAL.volume)  # which changes no letter
        framed = (visit.language, access, self.shade, *Window.size)
        if framed != self._framed:
            self._framed = framed
            self._build_frame(session)
        self._pace()
        kind = screen_class(session)
        shown = (kind, *framed)
        if shown != self._shown:
            self._shown = shown
            self.screen = kind(session)
            self.frame.show(self.screen)
            self._looks_different()
            self._tidy_soon()
        else:
            self.screen.session = session
        self.frame.update(session)
        if visit.number != self._visit and visit.screen in RESTING:
            self._visit = visit.number
            self._forget_soon()
        covered = self.frame.overlay is not None
        if covered != self._covered:
            self._covered = covered
            self._looks_different()
        self.guide.update()

    def _forget(self, *_) -> None:
        """Nothing of whoever was here stays: neither what was measured nor the widgets that showed it."""
        fonts.forget()
        gc.collect()
        memory.give_back()

    def _looks_different(self) -> None:
        """It can be seen only once it was drawn, which on a busy machine may take its time."""
        self._changed_at = math.inf
        Clock.schedule_once(self._drawn, 0)

    def _drawn(self, *_) -> None:
        self._changed_at = time.monotonic()

    def _pace(self) -> None:
        """While nobody is there the clock ticks slower: a lobby is empty most of the day. The first
        touch is seen within a tick and brings the full pace back."""
        waiting = self.session.visit.screen in RESTING
        idle = waiting and time.monotonic() - self._pressed_at > IDLE_AFTER_S
        Clock._max_fps = float(IDLE_FRAMES_PER_SECOND if idle else LOOKS_PER_SECOND)

    def _build_frame(self, session: Session) -> None:
        self.theme = self._theme()
        Window.clearcolor = self.theme.color.ground
        if self.frame is not None:
            Window.remove_widget(self.frame)
        self.frame = Frame(session)
        Window.add_widget(self.frame)

    def _theme(self) -> Theme:
        access = self.session.visit.access
        return theme_for(*Window.size, access, shade=self.shade, look=self.look)

    def _when_calm(self, _) -> None:
        """What can wait until the first screen stands; later collections look at new objects only."""
        self.sounds.load()
        gc.collect()
        gc.freeze()

    def _first_flip(self, *_):
        Window.unbind(on_flip=self._first_flip)
        self._on_shown()
