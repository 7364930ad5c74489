"""Widgets that are there only when there is something to show; nothing is ever merely made invisible."""

from kivy.clock import Clock
from kivy.properties import BooleanProperty
from kivy.uix.boxlayout import BoxLayout
from kivy.uix.widget import Widget


class Appearing:
    """``when`` false: the Arranged box around it leaves it out."""

    when = BooleanProperty(True)


class Tightening:
    """A box that says when what it holds has too little room: ``tight``. Its layout then takes smaller
    letters and less air; it stays so until the box has another size."""

    tight = BooleanProperty(False)

    def __init__(self, **kwargs):
        # after the layout: before it, heights are not known yet
        self._look_soon = Clock.create_trigger(self._look)
        super().__init__(**kwargs)
        self.fbind("minimum_height", self._look_soon)
        self.fbind("height", self._anew)

    def _anew(self, *_):
        self.tight = False
        self._look_soon()

    def _look(self, *_):
        self.tight = self.tight or self.minimum_height > self.height + 1


class Arranged(Appearing, BoxLayout):
    """A box that leaves out those of its children whose ``when`` is false, gaps included."""

    def __init__(self, **kwargs):
        self._all: list[Widget] = []
        self._arranging = False
        # never at once: ``when`` may change while the box lays its children out
        self._arrange_soon = Clock.create_trigger(self._arrange, -1)
        super().__init__(**kwargs)

    def add_widget(self, widget, *args, **kwargs):
        if not self._arranging:
            self._all.append(widget)
            if isinstance(widget, Appearing):
                widget.fbind("when", self._arrange_soon)
                if not widget.when:
                    self._arrange_soon()
        return super().add_widget(widget, *args, **kwargs)

    def remove_widget(self, widget, *args, **kwargs):
        if not self._arranging and widget in self._all:
            self._all.remove(widget)
            if isinstance(widget, Appearing):
                widget.funbind("when", self._arrange_soon)
        return super().remove_widget(widget, *args, **kwargs)

    def clear_widgets(self, children=None):
        if children is None and not self._arranging:
            for absent in [w for w in self._all if w not in self.children]:
                self._all.remove(absent)
        super().clear_widgets(children)

    def _arrange(self, *_):
        wanted = [widget for widget in self._all if getattr(widget, "when", True)]
        if wanted == self.children[::-1]:
            return
        self._arranging = True
        self.clear_widgets()
        for widget in wanted:
            self.add_widget(widget)
        self._arranging = False
