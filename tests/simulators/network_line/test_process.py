"""The simulated line between two programs: well, slow, hanging, cut, and mended while calls stand."""

import socket
import threading
import time

import pytest

from tests.simulators.processes import running


@pytest.fixture
def far_end():
    """Answers every line with itself in capitals."""
    listening = socket.create_server(("127.0.0.1", 0))

    def serve(connection):
        with connection, connection.makefile("rb") as lines:
            for line in lines:
                connection.sendall(line.upper())

    def accept():
        while True:
            try:
                connection, _ = listening.accept()
            except OSError:
                return
            threading.Thread(target=serve, args=(connection,), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    yield listening.getsockname()[1]
    listening.close()


@pytest.fixture
def line(far_end):
    with running("network_line", "--to", f"127.0.0.1:{far_end}") as simulator:
        yield simulator


def called(line):
    return socket.create_connection(("127.0.0.1", line.ready["port"]), timeout=3)


def asked(connection, text=b"hello\n"):
    connection.sendall(text)
    return connection.recv(100)


def test_a_line_that_is_well_carries_both_ways(line):
    with called(line) as connection:
        assert asked(connection) == b"HELLO\n"
        assert asked(connection, b"again\n") == b"AGAIN\n"
    assert line.state()["line"] == "well"
    assert line.state()["bytes_carried"] == 24


def test_a_cut_tears_what_stands_and_refuses_what_comes(line):
    with called(line) as connection:
        assert asked(connection) == b"HELLO\n"
        assert line.post("cut").ok
        with pytest.raises(ConnectionError):
            if not connection.recv(100):
                raise ConnectionResetError
    with pytest.raises(ConnectionError), called(line) as connection:
        if not asked(connection):
            raise ConnectionResetError
    line.post("mend")
    with called(line) as connection:
        assert asked(connection) == b"HELLO\n"


def test_a_hanging_line_takes_calls_and_says_nothing(line):
    line.post("hang")
    with called(line) as connection:
        connection.settimeout(0.6)
        with pytest.raises(TimeoutError):
            asked(connection)
    line.post("mend")
    with called(line) as connection:
        assert asked(connection) == b"HELLO\n"


def test_a_slow_line_delivers_late(line):
    assert line.post("slow", delay_s=0.4).json()["line"] == "slow"
    with called(line) as connection:
        began = time.monotonic()
        assert asked(connection) == b"HELLO\n"
        assert time.monotonic() - began >= 0.8  # there and back


def test_what_makes_no_sense_is_refused(line):
    assert line.post("slow", delay_s=-1).status_code == 400
    assert line.post("burn").status_code == 404


def test_nobody_at_the_far_end_is_a_torn_call():
    with socket.create_server(("127.0.0.1", 0)) as unused:
        port = unused.getsockname()[1]
    with (
        running("network_line", "--to", f"127.0.0.1:{port}") as line,
        called(line) as connection,
        pytest.raises(ConnectionError),
    ):
        if not asked(connection):
            raise ConnectionResetError
