"""A connection of gunicorn's worker: whoever goes or never reads holds nothing that others need."""

import asyncio
import gc
import socket
import sys
import threading
import time
import weakref
from contextlib import asynccontextmanager
from types import SimpleNamespace

import pytest
from gunicorn.config import Config
from gunicorn.glogging import Logger
from gunicorn.workers import gasgi

from server.web import serving
from server.web.door import Door
from server.web.serving import Connection
from tests.server.web.test_door import Room, until

LARGE = b"x" * 65_536
ASKS = b"GET %s HTTP/1.1\r\nHost: testserver\r\n\r\n"


def site(environ, start_response):
    if environ["PATH_INFO"] == "/healthz":
        start_response("200 OK", [("Content-Length", "2")])
        return [b"ok"]
    start_response("200 OK", [("Content-Type", "text/csv")])
    return iter([LARGE] * 300)  # more than any buffer on the way


@asynccontextmanager
async def listening(threads=1, keepalive=2):
    """The door behind gunicorn's protocol: its address, and all connections that came."""
    loop, cfg, came = asyncio.get_running_loop(), Config(), []
    cfg.set("asgi_disconnect_grace_period", 0)
    cfg.set("keepalive", keepalive)
    door = Door(site, threads, Room())
    worker = SimpleNamespace(
        cfg=cfg,
        log=Logger(cfg),
        asgi=door,
        loop=loop,
        nr_conns=0,
        nr=0,
        max_requests=sys.maxsize,
        alive=True,
    )

    def connection():
        made = Connection(worker)
        came.append(weakref.ref(made))
        return made

    server = await loop.create_server(connection, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname(), came, door


async def answered(address) -> bytes:
    async with asyncio.timeout(10):
        reader, writer = await asyncio.open_connection(*address)
        writer.write(ASKS % b"/healthz")
        told = await reader.readuntil(b"ok")
        writer.close()
        return told


def never_reads(address) -> socket.socket:
    line = socket.create_connection(address)
    line.sendall(ASKS % b"/staff/exports/1/")
    return line


def test_gunicorn_takes_it():
    assert gasgi.ASGIProtocol is Connection


def test_who_leaves_in_the_middle_of_an_answer_keeps_no_thread():
    async def lobby():
        async with listening(threads=2) as (address, _, door):
            for _ in range(6):
                line = never_reads(address)
                await asyncio.sleep(0.2)
                line.close()
            assert await answered(address)
            await until(lambda: not door.busy)

    asyncio.run(lobby())


@pytest.mark.parametrize("said", [b"", b"GET /healthz HTTP/1.1\r\nHost: te"])
def test_who_never_says_what_it_wants_is_left_after_a_while(said):
    async def lobby():
        async with listening(keepalive=1) as (address, came, door), asyncio.timeout(10):
            reader, writer = await asyncio.open_connection(*address)
            writer.write(said)
            assert await reader.read() == b""
            writer.close()
            await until(lambda: came[0]() is None)
            assert not door.busy

    asyncio.run(lobby())


def test_a_call_that_takes_its_time_to_come_and_to_be_answered_is_answered(monkeypatch):
    """What it may take to say what it wants is no limit to anything else."""

    def slow(environ, start_response, soon=site):
        time.sleep(1.5)
        return soon(environ, start_response)

    monkeypatch.setitem(globals(), "site", slow)

    async def lobby():
        async with listening(keepalive=1) as (address, *_), asyncio.timeout(20):
            reader, writer = await asyncio.open_connection(*address)
            asks = ASKS % b"/healthz"
            writer.write(asks[:20])
            await asyncio.sleep(0.5)
            writer.write(asks[20:])
            assert (await reader.readuntil(b"ok")).startswith(b"HTTP/1.1 200")
            writer.close()

    asyncio.run(lobby())


def test_who_never_reads_is_left_after_a_while(monkeypatch):
    monkeypatch.setattr(serving, "UNREAD_S", 0.5)

    async def lobby():
        async with listening() as (address, _, door):
            line = never_reads(address)
            await asyncio.sleep(0.2)
            assert await answered(address)
            await until(lambda: not door.busy)
            line.close()

    asyncio.run(lobby())


def test_who_reads_slowly_gets_it_all(monkeypatch):
    monkeypatch.setattr(serving, "UNREAD_S", 2.0)
    got, began = 0, time.monotonic()

    def slowly(line):
        nonlocal got
        while chunk := line.recv(500_000):
            got += len(chunk)
            if chunk.endswith(b"0\r\n\r\n"):
                break
            time.sleep(0.12)

    async def lobby():
        async with listening() as (address, *_):
            with never_reads(address) as line:
                await asyncio.to_thread(slowly, line)

    asyncio.run(lobby())
    assert got > 300 * len(LARGE)
    assert time.monotonic() - began > 1.5 * serving.UNREAD_S


@pytest.mark.parametrize("times", [0, 1, 3])
def test_what_a_connection_held_is_free_without_a_search(times):
    async def lobby():
        async with listening() as (address, came, _):
            reader, writer = await asyncio.open_connection(*address)
            for _ in range(times):
                writer.write(ASKS % b"/healthz")
                await reader.readuntil(b"ok")
            await until(lambda: came)
            writer.write(b"GET / HTTP/1.1\r\nHost: half a request")
            await asyncio.sleep(0.1)
            writer.close()
            await until(lambda: came[0]() is None)

    gc.collect()
    gc.disable()
    try:
        asyncio.run(lobby())
    finally:
        gc.enable()


def test_an_act_is_begun_once_though_its_client_leaves_at_any_moment():
    begun, both = [], threading.Event()

    def act(environ, start_response):
        environ["wsgi.input"].read(5)
        begun.append(environ["PATH_INFO"])
        both.wait(0.05)
        start_response("200 OK", [("Content-Length", "2")])
        return [b"ok"]

    async def lobby():
        async with listening() as (address, _, door):
            door._threads.app = act
            for number in range(20):
                line = socket.create_connection(address)
                head = b"POST /staff/%d/ HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\n" % number
                line.sendall(head + b"a=1&b")
                await asyncio.sleep(0.005 * number)
                line.close()
            await until(lambda: not door.busy)

    asyncio.run(lobby())
    assert len(begun) == len(set(begun))
    assert len(begun) >= 10  # the first have left before they were read at all
