"""A wish to be called back on its way to the server."""

import queue

import pytest
from structlog.testing import capture_logs

from kiosk.central.client import ServerAway
from kiosk.core.effects import AskCallback
from kiosk.core.events import CallbackSent
from kiosk.runtime import callbacks as module
from kiosk.runtime.callbacks import Callbacks

WISH = AskCallback(7, "01900000-0000-7000-8000-000000000001", "13855501234", "bills")


class Line:
    def __init__(self, failures: int) -> None:
        self.failures, self.told = failures, []

    def ask_callback(self, wish):
        self.told.append(wish)
        if len(self.told) <= self.failures:
            raise ServerAway("no line")


@pytest.mark.parametrize(("failures", "taken"), [(0, True), (1, True), (99, False)])
def test_the_same_wish_is_told_until_it_is_answered_and_never_named_in_the_log(
    failures, taken, monkeypatch
):
    monkeypatch.setattr(module, "SEND_FOR_S", 1.5)
    heard, line = queue.Queue(), Line(failures)
    with capture_logs() as logs:
        callbacks = Callbacks(line, heard.put)
        callbacks.ask(WISH)
        assert heard.get(timeout=20) == CallbackSent(7, taken)
        callbacks.close()
    assert {wish.wish_id for wish in line.told} == {WISH.wish_id}
    assert WISH.phone not in str(logs)
    assert WISH.phone not in repr(WISH)
