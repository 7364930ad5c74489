"""The bars that frame a screen: whose kiosk this is, how far one has come, and the way on or back."""

from kivy.app import App
from kivy.clock import Clock
from kivy.properties import BooleanProperty, NumericProperty, ObjectProperty, StringProperty
from kivy.uix.boxlayout import BoxLayout
from kivy.uix.widget import Widget

from kiosk.ui.kv_files import load_beside
from kiosk.ui.voice_port import Said
from kiosk.ui.widgets import buttons, shapes
from kiosk.ui.widgets.appearing import Appearing, Arranged, Tightening

HELD_S = 5.0


class SimulatedBanner(BoxLayout):
    """Says in both languages that no real money moves here."""

    words = StringProperty("")


class HeldPlace(Appearing, BoxLayout):
    """A finger that rests here for HELD_S asks for ``action``. Nothing shows that it may: it is meant
    for staff, and the action does nothing while somebody is served."""

    action = StringProperty("")

    def __init__(self, **kwargs):
        self._held = Clock.create_trigger(lambda _: self._asked(), HELD_S)
        super().__init__(**kwargs)

    def on_touch_down(self, touch):
        if self.collide_point(*touch.pos):
            self._held()
        return super().on_touch_down(touch)

    def on_touch_move(self, touch):
        if not self.collide_point(*touch.pos):
            self._held.cancel()
        return super().on_touch_move(touch)

    def on_touch_up(self, touch):
        self._held.cancel()
        return super().on_touch_up(touch)

    def _asked(self):
        if self.get_root_window() is not None:
            App.get_running_app().tap(self.action)


class RepeatButton(buttons.PillButton):
    """Says the screen again; nothing outside the window needs to know, so no action is reported."""

    def pressed(self):
        App.get_running_app().guide.repeat()


class VolumeButton(buttons.PillButton):
    """The next step of the loudness."""

    level = NumericProperty(0)

    def said(self) -> tuple[Said, ...]:
        return Said(self.words), Said(f"{self.level:.0f}")


class TopBar(Arranged):
    initial = StringProperty("")
    community = StringProperty("")
    when_and_where = StringProperty("")
    shortly = StringProperty("")  # the time alone, where both have no room
    elder_words = StringProperty("")
    language_words = StringProperty("")
    speaking = BooleanProperty(False)  # the voice's own buttons stand where the name does
    repeat_words = StringProperty("")
    volume_words = StringProperty("")
    speak_words = StringProperty("")
    volume = NumericProperty(0)


STEPS = ("progress.unit", "progress.bills", "progress.method", "progress.paying", "progress.paid")


class Progress(Appearing, BoxLayout):
    """Five steps, ``step`` of them reached: full, the newest in bold; the others are hollow. ``say``
    gives their names by ids; where large letters or low reach leave no room, none is shown."""

    step = NumericProperty(0)
    say = ObjectProperty(None, allownone=True)
    named = BooleanProperty(True)

    def __init__(self, **kwargs):
        theme = App.get_running_app().theme
        super().__init__(**kwargs)
        self.named = not (theme.portrait and (theme.elder or theme.low))

    def on_named(self, *_):
        self._fill()

    def on_say(self, *_):
        self._fill()

    def on_step(self, *_):
        self._fill()

    def _fill(self):
        if self.say is None:
            return
        self.clear_widgets()
        for number, id in enumerate(STEPS, start=1):
            reached, now = number <= self.step, number == self.step
            words = self.say(id) if self.named else ""
            self.add_widget(ProgressStep(reached=reached, now=now, words=words))


class ProgressStep(Arranged):
    reached = BooleanProperty(False)
    now = BooleanProperty(False)
    words = StringProperty("")


class StepBar(Widget):
    reached = BooleanProperty(False)


class Page(Tightening, Arranged):
    """The part of a screen between the bars."""

    is_page = True


class AccessButton(buttons.Pressable):
    """Switches one way of being shown things on or off. ``one_line``: its words have room on one."""

    icon = StringProperty("")
    one_line = BooleanProperty(True)


ACCESS_CHOICES = (
    ("elder", "letters", "frame.elder"),
    ("high_contrast", "contrast", "frame.high_contrast"),
    ("low_reach", "lower", "frame.low_reach"),
    ("speaking", "voice", "frame.speak"),
)


class AccessBar(shapes.Row):
    """What can be chosen about how things are shown, within reach of a wheelchair.

    ``access`` is kiosk.core.model.Access; ``voice``: the kiosk can speak; ``say`` gives the words of an
    id."""

    access = ObjectProperty(None, allownone=True)
    say = ObjectProperty(None, allownone=True)
    voice = BooleanProperty(False)

    def on_voice(self, *_):
        self._fill()

    def on_access(self, *_):
        self._fill()

    def on_say(self, *_):
        self._fill()

    def _fill(self):
        if self.say is None or self.access is None:
            return
        self.clear_widgets()
        for action, icon, id in ACCESS_CHOICES if self.voice else ACCESS_CHOICES[:-1]:
            chosen = getattr(self.access, action)
            self.add_widget(
                AccessButton(action=action, icon=icon, words=self.say(id), selected=chosen)
            )


class BottomBar(Arranged):
    """The way back at the left, the way on at the right; help in the same corner of every screen, and
    the end of the visit at the other side of it. What a screen puts in stands between them."""

    ends = BooleanProperty(False)
    helps = BooleanProperty(False)
    end_words = StringProperty("")
    help_words = StringProperty("")

    def __init__(self, **kwargs):
        self._own_built = False
        super().__init__(**kwargs)

    def apply_class_lang_rules(self, *args, **kwargs):
        super().apply_class_lang_rules(*args, **kwargs)
        self._own_built = True

    def add_widget(self, widget, *args, **kwargs):
        if not self._own_built or self._arranging:
            return super().add_widget(widget, *args, **kwargs)
        return self.ids.middle.add_widget(widget)


load_beside(__file__)
