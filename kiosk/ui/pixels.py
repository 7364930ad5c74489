"""What is drawn in the window, as plain pixels. For the window's own thread, after drawing."""

from kivy.core.window import Window
from kivy.graphics.opengl import GL_RGB, GL_UNSIGNED_BYTE, glReadPixels

from kiosk.ui.kiosk_port import Picture


def window_pixels() -> Picture:
    width, height = Window.size
    pixels = bytes(glReadPixels(0, 0, width, height, GL_RGB, GL_UNSIGNED_BYTE))
    row = width * 3
    rows = (pixels[at : at + row] for at in range(len(pixels) - row, -1, -row))
    return width, height, b"".join(rows)
