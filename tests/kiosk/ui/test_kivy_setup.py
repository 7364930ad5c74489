"""Kivy's desktop habits are off. Each test asks a fresh process, as the configuration is read once."""

import json
import subprocess
import sys

import pytest

ASK = """
import json, os, sys
from kiosk.ui import kivy_setup
kivy_setup.prepare(kivy_setup.WindowWish(size=(800, 1280), fullscreen=FULLSCREEN))
from kivy.config import Config
from kivy import kivy_home_dir
print(json.dumps({
    "escape": Config.getboolean("kivy", "exit_on_escape"),
    "screensaver": Config.getboolean("graphics", "allow_screensaver"),
    "fullscreen": Config.get("graphics", "fullscreen"),
    "size": [Config.getint("graphics", "width"), Config.getint("graphics", "height")],
    "input": dict(Config.items("input")),
    "home": kivy_home_dir,
    "stderr_is_ours": sys.stderr is sys.__stderr__,
    "root_handlers": len(__import__("logging").getLogger().handlers),
}))
"""


def answers(*, fullscreen: bool = False) -> dict:
    code = ASK.replace("FULLSCREEN", str(fullscreen))
    command = [sys.executable, "-c", code, "--size=nonsense"]
    run = subprocess.run(command, capture_output=True, text=True, check=True)
    return json.loads(run.stdout)


def test_desktop_habits_are_off():
    found = answers()
    assert not found["escape"]
    assert not found["screensaver"]
    assert found["input"] == {"mouse": "finger,disable_multitouch"}
    assert found["size"] == [800, 1280]
    assert found["fullscreen"] == "0"


def test_the_lobby_screen_is_filled():
    assert answers(fullscreen=True)["fullscreen"] == "auto"


def test_logging_and_home_stay_ours():
    found = answers()
    assert found["stderr_is_ours"]
    assert found["root_handlers"] == 0
    assert "lobbypay-ui-" in found["home"]


def test_too_late_is_said(monkeypatch):
    from kiosk.ui import kivy_setup

    monkeypatch.setitem(sys.modules, "kivy.core.window", object())
    with pytest.raises(kivy_setup.KivyAlreadyImported):
        kivy_setup.prepare(kivy_setup.WindowWish())
