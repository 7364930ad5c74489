"""Draws every scene in a real window and writes down what is wrong with its layout. Run as:
``python -m tests.kiosk.ui.layout_check --size 1080x1920 --out DIR``: findings.json and pictures.
"""

import argparse
import itertools
import json
from pathlib import Path

from kiosk.core.capabilities import offers
from kiosk.core.model import Screen, Session
from kiosk.texts.catalogue import LANGUAGES, say
from kiosk.ui.gallery import pictures
from kiosk.ui.gallery.modes import MODES
from kiosk.ui.theme import ELDER_TARGET_MM, TEXT_SMALLEST
from tests.kiosk.ui import pseudo_locale
from tests.kiosk.ui.screen_graph import leads_on

TOUCH_MIN = 88
KEY_MIN = 88
CHARACTERS = ("digit", "letter", "mark")
# the others differ by their colours alone
MODES_LAID_OUT = ("normal", "elder", "low-reach", "speaking", "speaking-elder")
SPEAKING_SCENES = (
    "attract",
    "bills",
    "identify",
    "paid",
)  # the voice changes the bar above them, nothing else
SLACK = 2.0
PICTURED = (
    "attract",
    "identify",
    "bills",
    "explain",
    "method",
    "paying-qr",
    "paying-card-enter-pin",
    "paid",
    "unknown-card",
    "attract-no-paper-no-card",
    "bills-credit",
    "credit",
    "top-up-typed",
    "bills-part",
    "part-typed",
    "method-part",
    "paid-part",
    "paying-code",
    "attract-message",
    "out-of-order-on-purpose",
    "pairing",
    "services-requests",
    "write-pinyin",
    "request-sent",
)
PICTURED_ELDER = ("bills", "paid-part")
KEYS_STAY = (  # scenes between which no key moves while somebody types
    ("identify-empty", "identify", "identify-busy"),
    ("verify", "verify-wrong"),
    ("callback", "callback-failed"),
    ("answer-key", "answer-key-wrong"),
    ("request-phone", "request-phone-typed"),
    ("staff-pin", "staff-pin-wrong", "staff-pin-wait"),
    ("part", "part-typed"),
    ("top-up", "top-up-typed"),
)
PICTURE_SIDE = 640
PICTURE_COLORS = 48


def problems(app) -> list[str]:
    """What a resident would stumble over on the screen that is shown now."""
    from kiosk.ui.probe import visible
    from kiosk.ui.widgets.buttons import Pressable
    from kiosk.ui.widgets.text import Text

    shown = list(visible(app.frame))
    texts = [(w, box) for w, box in shown if isinstance(w, Text) and w.words]
    buttons = [(w, box) for w, box in shown if isinstance(w, Pressable)]
    found = [f"text does not fit: {w.words!r}" for w, _ in texts if not w.fits()]
    found += [f"letters too small: {w.words!r}" for w, _ in texts if _too_small(app, w)]
    found += [f"off the screen: {_name(w)}" for w, box in texts + buttons if _outside(w)]
    found += _overflowing(app, shown)
    found += _empty(shown)
    found += _beyond_reach(app, buttons)
    found += _small_targets(app, buttons)
    found += _main_actions(buttons)
    found += [f"letters between the dots: {w.words!r}" for w, _ in texts if _between_dots(w)]
    found += _overlaps(texts, "texts on each other")
    found += _overlaps(buttons, "buttons on each other")
    return found


def _between_dots(text) -> bool:
    """Whether its dots are not the window's: they would be drawn blurred, or torn."""
    return any(abs(place - round(place)) > 0.01 for place in text.to_window(0, 0))


def cut_letters(app) -> list[str]:
    """Texts of which less is drawn than was set. Reading each back from the renderer takes time."""
    from PIL import Image

    from kiosk.ui.probe import visible
    from kiosk.ui.widgets.text import Text

    found = []
    for widget, _ in visible(app.frame):
        if not isinstance(widget, Text) or widget.letters is widget.texture:
            continue
        whole = Image.frombytes("RGBA", widget.texture.size, widget.texture.pixels)
        left, top, right, bottom = whole.getchannel("A").getbbox() or (0, 0, 0, 0)
        end, foot = widget.letters_x + widget.letters.width, whole.height - widget.letters_y
        beside = not widget.letters_x <= left < right <= end
        if right and (beside or not foot - widget.letters.height <= top < bottom <= foot):
            found.append(f"letters are cut: {widget.words!r}")
    return found


def keys(app) -> dict[str, tuple[int, ...]]:
    """Where each figure of the keypad stands."""
    from kiosk.ui.probe import visible
    from kiosk.ui.widgets.buttons import Pressable

    return {
        w.value: tuple(round(part) for part in box)
        for w, box in visible(app.frame)
        if isinstance(w, Pressable) and w.action == "digit"
    }


def keys_that_move(stood: dict[str, dict[str, tuple[int, ...]]]) -> dict[str, list[str]]:
    """By scene: ``stood`` is where the keys were in each scene of one language and mode."""
    found = {}
    for first, *others in KEYS_STAY:
        for name in others:
            if first in stood and name in stood and stood[name] != stood[first]:
                found[name] = [f"keys are elsewhere than in {first}"]
    return found


# keys of what is full or empty; what scrolls is the screen's own; more time shows nothing
DOES_NOTHING_NOW = (
    "digit", "clear", "backspace", "next", "field", "kind", "scroll", "more_time", "top_up", "keys"
)  # fmt: skip


def dead_ends(app, session: Session) -> list[str]:
    """Buttons that can be touched and lead nowhere; keys of what is full or empty aside."""
    from kiosk.ui.probe import visible
    from kiosk.ui.widgets.buttons import Pressable

    return [
        f"leads nowhere: {_name(w)}"
        for w, _ in visible(app.frame)
        if isinstance(w, Pressable) and w.enabled and w.action
        if w.action not in DOES_NOTHING_NOW and not leads_on(session, w.action, w.value)
    ]


def untold(app, session: Session) -> list[str]:
    """Where a unit is typed it is said, in some words at least, that a bill can be scanned instead."""
    from kiosk.ui.probe import visible
    from kiosk.ui.widgets.text import Text

    if session.visit.screen is not Screen.IDENTIFY or not offers(session.lobby).scan:
        return []
    told = say(session.visit.language, "identify.scan")
    shown = [w.words for w, _ in visible(app.frame) if isinstance(w, Text)]
    if say(session.visit.language, "still_there.title") in shown:
        return []  # the question lies over it
    return [] if told in shown else ["nothing says that a bill can be scanned"]


def _name(widget) -> str:
    return f"{getattr(widget, 'action', '')} {widget.words!r}".strip()


def _too_small(app, text) -> bool:
    """Elder mode: what is read has capitals of 7.3 mm; what only frames it is as for everybody."""
    least = round(TEXT_SMALLEST * app.theme.scale)
    return text.font_size < least


def _scrolled(widget) -> bool:
    parent = widget.parent
    while parent is not None and parent is not parent.parent:
        if hasattr(parent, "scroll_y"):
            return True
        parent = parent.parent
    return False


def _outside(widget) -> bool:
    from kivy.core.window import Window

    if _scrolled(widget):
        return False
    x, y = widget.to_window(*widget.pos)
    return (
        x < -SLACK
        or y < -SLACK
        or x + widget.width > Window.width + SLACK
        or y + widget.height > Window.height + SLACK
    )


def _overflowing(app, shown) -> list[str]:
    """Boxes whose content is higher or wider than they are."""
    from kivy.uix.boxlayout import BoxLayout

    found = []
    for widget, _ in shown:
        if not isinstance(widget, BoxLayout):
            continue
        if widget.minimum_height > widget.height + SLACK or (
            widget.minimum_width > widget.width + SLACK
        ):
            kind = type(widget).__name__
            found.append(
                f"{kind} holds more than it is large: needs {widget.minimum_width:.0f} x "
                f"{widget.minimum_height:.0f}, has {widget.width:.0f} x {widget.height:.0f}"
            )
    return found


def _empty(shown) -> list[str]:
    """Surfaces that nothing stands on."""
    from kiosk.ui.widgets.shapes import Panel

    return ["an empty panel" for w, _ in shown if isinstance(w, Panel) and not w.children]


def _beyond_reach(app, buttons) -> list[str]:
    """With low reach nothing that can be touched ends above the line."""
    from kivy.core.window import Window

    reach = app.theme.reach + SLACK
    return [
        f"out of reach: {_name(w)} ends at {Window.height - box[1]:.0f} of {reach:.0f}"
        for w, box in buttons
        if Window.height - box[1] > reach
    ]


def _small_targets(app, buttons) -> list[str]:
    """20 mm of the panel, 25 in elder mode; characters of a keyboard stand so close that they may be
    smaller."""
    least = TOUCH_MIN * app.theme.scale - SLACK
    if app.theme.elder:
        least = ELDER_TARGET_MM * app.theme.px_per_mm - SLACK
    return [
        f"too small to touch: {_name(w)} {w.width:.0f} x {w.height:.0f}"
        for w, _ in buttons
        if min(w.height, w.width) < (least if w.action not in CHARACTERS else min(least, KEY_MIN))
    ]


def _main_actions(buttons) -> list[str]:
    """One main action a screen; the question whether somebody is there has its own, over the screen's."""
    main = [w for w, _ in buttons if getattr(w, "style", "") == "primary" and w.enabled]
    asked = any(w.action == "more_time" and w.style == "primary" for w in main)
    if len(main) <= (2 if asked else 1):
        return []
    return ["several main actions: " + ", ".join(_name(w) for w in main)]


def _overlaps(shown, what: str) -> list[str]:
    return [
        f"{what}: {_name(one)} and {_name(other)}"
        for (one, a), (other, b) in itertools.combinations(shown, 2)
        if _meet(a, b) and not _inside(one, other) and not _inside(other, one)
    ]


def _inside(inner, outer) -> bool:
    return any(widget is inner for widget in outer.walk(restrict=True))


def _meet(a, b) -> bool:
    wide = min(a[0] + a[2], b[0] + b[2]) - max(a[0], b[0])
    high = min(a[1] + a[3], b[1] + b[3]) - max(a[1], b[1])
    return wide > SLACK and high > SLACK


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--size", default="1080x1920")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--modes", nargs="*", default=[])
    parser.add_argument("--languages", nargs="*", choices=LANGUAGES, default=LANGUAGES)
    parser.add_argument("--only", nargs="*", default=[], help="scenes whose names begin so")
    parser.add_argument(
        "--stretched",
        type=float,
        nargs="?",
        const=pseudo_locale.SHARE,
        help="words that need this share more room (a third and a little)",
    )
    wish = parser.parse_args()
    if wish.stretched:
        pseudo_locale.install(wish.stretched)
    width, height = (int(part) for part in wish.size.split("x"))
    findings: dict[str, list[str]] = {}
    with pictures.display((width, height)):
        pictures.prepare((width, height))
        from kiosk.ui.gallery.scenes import scenes

        stage = pictures.Stage(next(iter(scenes().values())))
        for language, mode in itertools.product(wish.languages, MODES_LAID_OUT):
            if wish.modes and mode not in wish.modes:
                continue
            stood: dict[str, dict[str, tuple[int, ...]]] = {}
            suffix = f".{language}" + ("" if mode == "normal" else f".{mode}")
            for name, session in scenes(language, MODES[mode].access).items():
                if wish.only and not name.startswith(tuple(wish.only)):
                    continue
                if mode.startswith("speaking") and not name.startswith(SPEAKING_SCENES):
                    continue
                stage.show(session)
                key = name + suffix
                if any(name in group for group in KEYS_STAY):
                    stood[name] = keys(stage.app)
                findings[key] = problems(stage.app) + untold(stage.app, session)
                findings[key] += dead_ends(stage.app, session)
                if name in PICTURED and mode in ("normal", "elder") and not wish.stretched:
                    findings[key] += cut_letters(stage.app)
                pictured = {"normal": PICTURED, "elder": PICTURED_ELDER}.get(mode, ())
                if name in pictured and not wish.stretched:
                    picture = stage.picture()
                    picture.thumbnail((PICTURE_SIDE, PICTURE_SIDE))
                    picture.quantize(PICTURE_COLORS).save(wish.out / f"{key}.png", optimize=True)
            for name, moved in keys_that_move(stood).items():
                findings[name + suffix] += moved
        stage.close()
    (wish.out / "findings.json").write_text(json.dumps(findings, ensure_ascii=False, indent=1))


if __name__ == "__main__":
    main()
