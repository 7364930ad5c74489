"""Transports on real sockets and pseudo terminals: every read and write has an end."""

import os
import pty
import socket
import threading
import time
import tty

import pytest

from device_drivers.errors import DeviceError, NotReachable, ProtocolError
from device_drivers.transport import (
    NotSent,
    Recording,
    Replaying,
    SendStopped,
    Serial,
    Tcp,
    Transport,
)


def read_all(transport: Transport, count: int) -> bytes:
    data, end = b"", time.monotonic() + 15
    while len(data) < count and time.monotonic() < end:
        data += transport.receive(0.2)
    return data


@pytest.fixture
def listening():
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server


def connected(server: socket.socket) -> tuple[Tcp, socket.socket]:
    link = Tcp("127.0.0.1", server.getsockname()[1])
    link.open()
    return link, server.accept()[0]


def test_tcp_carries_bytes_both_ways(listening: socket.socket) -> None:
    link, other = connected(listening)
    with other:
        link.send(b"ask", 5)
        assert other.recv(10) == b"ask"
        other.sendall(b"answer")
        assert read_all(link, 6) == b"answer"
        assert link.receive(0.05) == b""
    link.close()


def test_tcp_tells_that_the_other_side_closed(listening: socket.socket) -> None:
    link, other = connected(listening)
    other.close()
    with pytest.raises(NotReachable):
        link.receive(5)
    link.close()


def test_tcp_stops_sending_to_one_that_does_not_read(listening: socket.socket) -> None:
    link, other = connected(listening)
    with other, pytest.raises(SendStopped) as caught:
        link.send(bytes(50_000_000), 0.3)
    assert 0 < caught.value.sent < 50_000_000
    link.close()


def test_nothing_is_sent_when_closed() -> None:
    link = Tcp("127.0.0.1", 1)
    with pytest.raises(NotSent):
        link.send(b"x", 1)
    with pytest.raises(NotReachable):
        link.receive(0)
    with pytest.raises(NotReachable):
        link.open()
    link.close()


@pytest.fixture
def pseudo_terminal():
    ours, theirs = pty.openpty()
    tty.setraw(theirs)
    yield ours, os.ttyname(theirs)
    for descriptor in (ours, theirs):
        os.close(descriptor)


def test_a_serial_port_carries_every_byte(pseudo_terminal: tuple[int, str]) -> None:
    ours, path = pseudo_terminal
    port = Serial(path, 9600)
    port.open()
    every = bytes(range(256))
    port.send(every, 5)
    assert os.read(ours, 300) == every
    os.write(ours, every)
    assert read_all(port, 256) == every
    assert port.receive(0.05) == b""
    port.close()


def test_a_serial_port_forgets_what_came_before_opening(pseudo_terminal: tuple[int, str]) -> None:
    ours, path = pseudo_terminal
    os.write(ours, b"old")
    port = Serial(path, 9600)
    port.open()
    assert port.receive(0.05) == b""
    port.close()


def test_a_serial_port_is_ours_alone(pseudo_terminal: tuple[int, str]) -> None:
    port, another = Serial(pseudo_terminal[1], 9600), Serial(pseudo_terminal[1], 9600)
    port.open()
    with pytest.raises(NotReachable):
        another.open()
    port.close()


def test_a_serial_port_that_takes_nothing_ends_in_time(pseudo_terminal: tuple[int, str]) -> None:
    port = Serial(pseudo_terminal[1], 9600)
    port.open()
    with pytest.raises(SendStopped):
        port.send(bytes(1_000_000), 0.3)
    port.close()


def test_a_missing_port_is_not_reachable(tmp_path) -> None:
    port = Serial(str(tmp_path / "nothing"), 9600)
    with pytest.raises(NotReachable):
        port.open()
    with pytest.raises(NotSent):
        port.send(b"x", 1)
    with pytest.raises(NotReachable):
        port.receive(0)


def test_a_recording_replays_the_same_exchange(listening: socket.socket) -> None:
    link, other = connected(listening)
    recording = Recording(link)
    thread = threading.Thread(target=lambda: other.sendall(other.recv(10).upper()))
    thread.start()
    recording.send(b"hello", 5)
    assert read_all(recording, 5) == b"HELLO"
    thread.join()
    recording.close()
    other.close()

    replaying = Replaying(recording.exchanged)
    assert replaying.receive(0) == b""
    replaying.send(b"he", 5)
    replaying.send(b"llo", 5)
    assert read_all(replaying, 5) == b"HELLO"
    with pytest.raises(DeviceError):
        replaying.receive(0)


def test_a_replay_notices_other_bytes() -> None:
    with pytest.raises(ProtocolError):
        Replaying([(">", b"hello")]).send(b"help", 5)
