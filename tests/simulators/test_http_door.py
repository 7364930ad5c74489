"""A simulator's door understands whatever way a foreign program chooses to send its body."""

import time
from contextlib import closing

import pytest

from simulators.control import ControlServer, call
from simulators.http_door import HttpDoor, Request, Response
from tests.simulators.http_manners import Line, every_way, head, is_refused_when_huge


@pytest.fixture
def door():
    def respond(asked: Request) -> Response | None:
        if asked.path == "/silent":
            return None
        if asked.path == "/slow":
            time.sleep(1.0)
        return Response(200, {"Content-Type": "application/octet-stream"}, asked.body[::-1])

    opened = HttpDoor("127.0.0.1", 0, respond)
    opened.start()
    yield opened
    opened.close()


def test_one_body_sent_in_every_way_gets_the_same_answer(door):
    answers = every_way(door.port, "/any?a=%20b", b"a body of some bytes")
    assert len(answers) == 5
    assert set(answers.values()) == {(200, b"setyb emos fo ydob a")}


def test_a_body_without_an_end_is_refused(door):
    assert is_refused_when_huge(door.port, "/any")


def test_no_answer_is_the_end_of_the_line(door):
    with closing(Line(door.port)) as line:
        line.send(head("/silent", "Content-Length: 0"))
        assert line.ends()


def test_a_slow_answer_holds_up_nobody(door):
    with closing(Line(door.port)) as slow, closing(Line(door.port)) as quick:
        slow.send(head("/slow", "Content-Length: 1") + b"x")
        begun = time.monotonic()
        quick.send(head("/any", "Content-Length: 1") + b"y")
        assert quick.answer() == (200, b"y")
        assert time.monotonic() - begun < 0.9
        assert slow.answer() == (200, b"x")


def test_a_door_that_is_shut_is_open_again_later(door):
    door.shut(0.5)
    with closing(Line(door.port)) as line:
        assert line.ends()
    time.sleep(0.7)
    assert set(every_way(door.port, "/any", b"again").values()) == {(200, b"niaga")}


def test_who_steers_a_simulator_may_send_chunks_too():
    said = []
    control = ControlServer("127.0.0.1:0", {"say": said.append}, lambda: {"said": said})
    control.start()
    port = int(control.url.rpartition(":")[2])
    answers = every_way(port, "/say", b'{"word": "x"}')
    assert {status for status, _ in answers.values()} == {200}
    assert call(f"{control.url}/state")["said"] == [{"word": "x"}] * 6
    with pytest.raises(ValueError, match="JSON object"):
        call(f"{control.url}/say", [])
    control.close()
