"""Kivy reads its configuration when it is first imported: never a developer's own."""

from kiosk.ui import kivy_setup

kivy_setup.prepare(kivy_setup.WindowWish())
