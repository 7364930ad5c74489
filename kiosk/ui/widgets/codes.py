"""A QR code drawn to the pixel, and the picture of the camera. Neither reads or decides anything."""

import segno
from kivy.app import App
from kivy.clock import Clock
from kivy.graphics.texture import Texture
from kivy.properties import BooleanProperty, ListProperty, ObjectProperty, StringProperty
from kivy.uix.widget import Widget

from kiosk.ui.kiosk_port import Picture
from kiosk.ui.kv_files import load_beside
from kiosk.ui.widgets.appearing import Appearing

QUIET_ZONE = 4  # modules, ISO/IEC 18004 section 9.1
PREVIEW_INTERVAL_S = 1 / 12


class QrCode(Appearing, Widget):
    """``content`` as the largest code of whole pixels per module that fits, on white."""

    content = StringProperty("")
    texture = ObjectProperty(None, allownone=True)
    code_pos = ListProperty([0, 0])
    code_size = ListProperty([0, 0])

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.fbind("pos", self._place)
        self.fbind("size", self._place)

    def on_content(self, *_):
        self.texture = texture_of(self.content) if self.content else None
        self._place()

    def _place(self, *_):
        if self.texture is None:
            self.code_size = [0, 0]
            return
        modules = self.texture.width
        side = max(1, int(min(self.size) // modules)) * modules
        self.code_size = [side, side]
        self.code_pos = [round(self.center_x - side / 2), round(self.center_y - side / 2)]


def texture_of(content: str) -> Texture:
    """One texel a module, quiet zone included, first row at the bottom as OpenGL wants it."""
    rows = list(segno.make(content, error="m", micro=False).matrix_iter(border=QUIET_ZONE))
    pixels = bytes(0 if dark else 255 for row in reversed(rows) for dark in row)
    texture = Texture.create(size=(len(rows), len(rows)), colorfmt="luminance")
    texture.blit_buffer(pixels, colorfmt="luminance", bufferfmt="ubyte")
    texture.mag_filter = texture.min_filter = "nearest"
    return texture


class Preview(Appearing, Widget):
    """What the scanner's camera sees, while this widget is on the screen; an icon when nothing comes.

    One that ``yields`` stands still while a finger types: each picture costs a frame, which the next key
    would wait for."""

    yields = BooleanProperty(False)

    texture = ObjectProperty(None, allownone=True)
    picture_pos = ListProperty([0, 0])
    picture_size = ListProperty([0, 0])

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self._drawn: Picture | None = None
        Clock.schedule_interval(
            self._refresh, PREVIEW_INTERVAL_S
        )  # ends with the widget: held weakly

    def _refresh(self, _):
        if self.get_root_window() is None:
            return
        app = App.get_running_app()
        if self.yields and self._drawn is not None and app.touched_lately:
            return
        picture = app.preview()
        if picture is None or picture is self._drawn:
            return
        self._drawn = picture
        width, height, pixels = picture
        if self.texture is None or self.texture.size != (width, height):
            self.texture = Texture.create(size=(width, height), colorfmt="rgb")
            self.texture.flip_vertical()
        self.texture.blit_buffer(pixels, colorfmt="rgb", bufferfmt="ubyte")
        self._fill(width, height)
        self.canvas.ask_update()

    def _fill(self, width: int, height: int):
        share = min(self.width / width, self.height / height)
        self.picture_size = [width * share, height * share]
        self.picture_pos = [
            self.center_x - width * share / 2,
            self.center_y - height * share / 2,
        ]


load_beside(__file__)
