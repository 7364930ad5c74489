"""The kiosk without sight: a finger that wanders over the glass hears what is there, keys walk through
it, and what was heard is acted on at a second tap or at OK. Decides nothing about the payment.

While the voice is off, a touch acts as ever; the first key switches the voice on.
"""

from collections.abc import Callable, Iterator
from typing import Any

from kivy.clock import Clock
from kivy.core.window import Window
from kivy.uix.scrollview import ScrollView
from kivy.uix.widget import Widget

from kiosk.core.model import Session
from kiosk.texts.catalogue import VOICE_TEXTS, say
from kiosk.ui.probe import visible
from kiosk.ui.voice_port import Said, Voice
from kiosk.ui.widgets.buttons import Pressable
from kiosk.ui.widgets.scrolling import ScrollButton

FOLLOW_S = 0.1  # the ring goes with what moves
RING_GAP = 6  # design pixels between a control and its ring
KEYS = ("up", "down", "back", "repeat", "ok")


class Guide:
    """``app`` is the KioskApp. All calls come from the UI thread."""

    def __init__(self, app: Any, voice: Voice) -> None:
        self._app, self._voice = app, voice
        self._plan: tuple[Said, ...] = ()
        self._kind: tuple[Any, ...] = ()
        self._headset = False
        self._focus: tuple[str, str, str] | None = None
        self._focus_said: tuple[Said, ...] = ()
        self._tapped: tuple[str, str, str] | None = None  # what this touch would act on
        self._following = Clock.schedule_interval(self._follow, FOLLOW_S)
        self._following.cancel()

    @property
    def on(self) -> bool:
        return bool(self._session.visit.access.speaking)

    @property
    def focused(self) -> Pressable | None:
        """What OK would act on; None where nothing was chosen yet, or it is gone."""
        return next((w for w in self._controls() if _identity(w) == self._focus), None)

    def update(self) -> None:
        """The session changed and the window shows it: says what is new."""
        if not self.on:
            self._end()
            return
        session, began = self._session, not self._kind
        kind = (session.visit.screen, session.visit.language, self._app.frame.overlay is not None)
        plan = self._voice.screen(session)
        news = plan if kind != self._kind else tuple(p for p in plan if p not in self._plan)
        if kind != self._kind:
            self._forget_focus()
        self._kind, self._plan = kind, plan
        headset, self._headset = self._headset, session.lobby.headset
        if not began and headset != session.lobby.headset:
            self._voice.stop()  # what only its wearer was to hear
            news = (self._words("headset" if session.lobby.headset else "headset_out"), *plan)
        if began:
            opening = [self._words(id) for id in ("on", "how_touch", "how_keys")]
            news = (*opening, *news)
        changed = self._changed_focus()
        if news or changed:
            self._voice.say(session, (*changed, *news))

    def key(self, name: str) -> None:
        """A key of the keypad; one of KEYS."""
        self._app.touched()
        if not self.on:
            self._app.tap("speaking", "on")
            return
        acts: dict[str, Callable[[], None]] = {
            "up": lambda: self._move(-1),
            "down": lambda: self._move(1),
            "back": self._back,
            "repeat": self.repeat,
            "ok": self._ok,
        }
        acts[name]()

    def repeat(self) -> None:
        """The whole screen again, and what is chosen on it."""
        session, control = self._session, self.focused
        chosen = self._of(control) if control else ()
        self._voice.say(session, (*self._voice.screen(session), *chosen))

    def touch_down(self, touch: Any) -> bool:
        """Whether the touch is the guide's, and no control's."""
        if not self.on:
            return False
        self._voice.stop()  # whoever touches the glass has heard enough
        found = self._under(touch)
        self._tapped = _identity(found) if found and _identity(found) == self._focus else None
        if found:
            self._choose(found)
        return True

    def touch_move(self, touch: Any) -> bool:
        if not self.on:
            return False
        found = self._under(touch)
        if found and _identity(found) != self._focus:
            self._tapped = None
            self._choose(found)
        elif not found:
            self._tapped = None
        return True

    def touch_up(self, touch: Any) -> bool:
        if not self.on:
            return False
        found, tapped = self._under(touch), self._tapped
        self._tapped = None
        if found and tapped == _identity(found):
            self._act(found)
        return True

    @property
    def _session(self) -> Session:
        return self._app.session

    def _words(self, id: str) -> Said:
        return Said(say(self._session.visit.language, f"voice.{id}", domain=VOICE_TEXTS))

    def _controls(self) -> list[Pressable]:
        """In the order of the screen, from its own to those of the bar around it; a panel that covers the
        screen stands alone."""
        frame = self._app.frame
        if frame is None:
            return []
        if frame.overlay is not None:
            return list(_pressables(frame.overlay))
        return [*_pressables(frame.ids.body), *_pressables(frame.ids.bar)]

    def _move(self, way: int) -> None:
        controls = self._controls()
        if not controls:
            return
        places = [place for place, w in enumerate(controls) if _identity(w) == self._focus]
        start = places[0] if places else (-1 if way > 0 else 0)
        self._choose(controls[(start + way) % len(controls)], again=True)

    def _back(self) -> None:
        back = next((w for w in self._controls() if w.action == "back" and w.enabled), None)
        if back is None:
            self._voice.say(self._session, (self._words("no_back"),))
        elif self._app.settled:
            self._act(back)

    def _ok(self) -> None:
        control = self.focused
        if control is None:
            self._voice.say(self._session, (self._words("choose"),))
        else:
            self._act(control)

    def _act(self, control: Pressable) -> None:
        if not control.enabled:
            self._voice.say(self._session, self._of(control))
        elif self._app.settled:
            self._app.play("tick")
            control.pressed()

    def _choose(self, control: Pressable, *, again: bool = False) -> None:
        identity = _identity(control)
        if identity == self._focus and not again and self._tapped:
            return  # the second tap: it acts when the finger leaves
        self._focus, self._focus_said = identity, self._of(control)
        _into_sight(control)
        self._follow()
        self._following()
        self._voice.say(self._session, self._focus_said)

    def _of(self, control: Pressable) -> tuple[Said, ...]:
        """Its name, and its state: whether it is chosen, whether it can be used."""
        said = tuple(part for part in control.said() if part.text)
        if not control.enabled:
            return (*said, self._words("unavailable"))
        if control.action in TOGGLES:
            return (*said, self._words("chosen" if control.selected else "not_chosen"))
        return said

    def _changed_focus(self) -> tuple[Said, ...]:
        """What is chosen says its new state when that changed under the key."""
        control = self.focused
        if control is None:
            self._forget_focus()
            return ()
        self._follow()
        said = self._of(control)
        if said == self._focus_said:
            return ()
        self._focus_said = said
        return said

    def _under(self, touch: Any) -> Pressable | None:
        x, y = touch.x, Window.height - touch.y
        found = None
        for widget, (left, top, width, height) in visible(self._app.frame):
            inside = left <= x <= left + width and top <= y <= top + height
            if inside and isinstance(widget, Pressable):
                found = widget  # what lies inside another comes after it
        return found

    def _follow(self, *_: Any) -> None:
        frame, control = self._app.frame, self.focused
        if frame is None:
            return
        if control is None:
            frame.remove_widget(frame.ring)
            return
        if frame.ring.parent is None:
            frame.add_widget(frame.ring)
        gap = self._app.theme.px(RING_GAP)
        x, y = control.to_window(control.x, control.y)
        frame.ring.put_around(x - gap, y - gap, control.width + 2 * gap, control.height + 2 * gap)

    def _forget_focus(self) -> None:
        self._focus, self._focus_said, self._tapped = None, (), None
        self._following.cancel()
        self._follow()

    def _end(self) -> None:
        if not self._kind:
            return
        self._kind, self._plan = (), ()
        self._forget_focus()
        self._voice.say(self._session, (self._words("off"),))


TOGGLES = frozenset(
    ("toggle_bill", "kind", "field", "elder", "high_contrast", "low_reach", "speaking")
)


def _identity(control: Pressable) -> tuple[str, str, str]:
    """What stays when the widget is made anew."""
    return control.action, control.value, type(control).__name__


def _pressables(widget: Widget) -> Iterator[Pressable]:
    """All that can be pressed, also what a list has further down; what only moves the list is left
    out."""
    if widget.opacity == 0:
        return
    if isinstance(widget, Pressable) and not isinstance(widget, ScrollButton):
        yield widget
    for child in reversed(widget.children):
        yield from _pressables(child)


def _into_sight(control: Pressable) -> None:
    around = control.parent
    while around is not None and around.parent is not around:
        if isinstance(around, ScrollView):
            around.scroll_to(control, padding=RING_GAP, animate=False)
            return
        around = around.parent
