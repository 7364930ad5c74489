"""Letters on their way to the speller: one thread asks it, and a speller that fails loses no letter."""

import queue
import threading

from structlog.testing import capture_logs

from kiosk.core.effects import Spell
from kiosk.core.events import Spelt
from kiosk.pinyin.spelling import Spelling
from kiosk.runtime.keyboard import Keyboard


class Speller:
    def __init__(self) -> None:
        self.threads = {threading.get_ident()}
        self.closed = False

    def spell(self, letters, chosen):
        self.threads.add(threading.get_ident())
        if letters == "boom":
            raise RuntimeError(letters)
        return Spelling(shown=letters, candidates=("漏",))

    def close(self):
        self.threads.add(threading.get_ident())
        self.closed = True


def test_one_thread_makes_asks_and_ends_the_speller_and_nothing_is_logged():
    heard, made = queue.Queue(), []

    def make():
        made.append(Speller())
        return made[0]

    with capture_logs() as logs:
        keyboard = Keyboard(heard.put, make)
        assert made == [], "made when somebody types"
        for asked, letters in enumerate(("lou", "loushui", "boom")):
            keyboard.spell(Spell(7, asked, letters, ()))
        answers = [heard.get(timeout=10) for _ in range(3)]
        keyboard.close()
    assert answers == [
        Spelt(7, 0, "lou", ("漏",), ""),
        Spelt(7, 1, "loushui", ("漏",), ""),
        Spelt(7, 2, "", (), "boom"),
    ]
    (speller,) = made
    assert len(speller.threads) == 1 and threading.get_ident() not in speller.threads
    assert speller.closed
    assert "boom" not in str(logs) and [line["event"] for line in logs] == ["not_spelt"]
