"""A wish to be called back on its way to the server."""

import queue

import pytest
from structlog.testing import capture_logs

from contract.callbacks import CallbackStanding
from contract.errors import ApiError, ErrorCode
from contract.message import Text
from kiosk.central.client import Refused, ServerAway
from kiosk.core.effects import AskCallback, FollowCallback
from kiosk.core.events import CallbackSeen, CallbackSent
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


NOWHERE = Text(zh="没有", en="Not there")


class Office:
    """Answers what it is told to, the last again and again."""

    def __init__(self, *answers) -> None:
        self.answers, self.asked = list(answers), []

    def callback_standing(self, wish_id):
        self.asked.append(wish_id)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return CallbackStanding(state=answer)


FOLLOW = FollowCallback(7, WISH.wish_id)


@pytest.mark.parametrize("last", ["seen", "over"])
def test_it_is_asked_until_somebody_has_seen_it_also_over_a_line_that_breaks(last, monkeypatch):
    monkeypatch.setattr(module, "FOLLOW_EVERY_S", 0.01)
    heard, office = queue.Queue(), Office("waiting", ServerAway("no line"), "waiting", last)
    callbacks = Callbacks(office, heard.put)
    callbacks.follow(FOLLOW)
    assert heard.get(timeout=20) == CallbackSeen(7)
    assert office.asked == [WISH.wish_id] * 4
    callbacks.close()


def test_a_server_that_does_not_know_the_question_is_not_asked_again(monkeypatch):
    monkeypatch.setattr(module, "FOLLOW_EVERY_S", 0.01)
    heard, office = (
        queue.Queue(),
        Office(Refused(ApiError(code=ErrorCode.NOT_FOUND, message=NOWHERE))),
    )
    callbacks = Callbacks(office, heard.put)
    callbacks.follow(FOLLOW)
    with pytest.raises(queue.Empty):
        heard.get(timeout=0.3)
    assert len(office.asked) == 1
    callbacks.close()
