"""Carries bytes between whoever calls and the program behind the line, as badly as it is told to.

``cut``: calls are refused and what stands is torn. ``hanging``: calls are taken and nothing comes
through, as when a router is there and the line behind it is not. ``slow``: everything comes late.
"""

import asyncio
import contextlib
from typing import Any

BLOCK_BYTES = 65_536
STATES = ("well", "slow", "hanging", "cut")
DELAY_S = 2.0
_Pipes = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class Relay:
    """Listens between ``start`` and ``close``, both on the loop. ``to``: what is behind the line."""

    def __init__(self, to: tuple[str, int]) -> None:
        self._to = to
        self._standing: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None
        self._state, self._delay_s = "well", DELAY_S
        self._open = asyncio.Event()
        self._open.set()
        self._carried = 0

    async def start(self, host: str, port: int) -> int:
        """The port on which it listens. Raises OSError."""
        self._server = await asyncio.start_server(self._call, host, port)
        return self._server.sockets[0].getsockname()[1]

    async def close(self) -> None:
        if self._server is not None:
            self._server.close()
        self._tear()

    def become(self, state: str, delay_s: float = DELAY_S) -> None:
        """From now on. What was held back while it hung is torn: nobody waits for it any more.

        Raises ValueError for a state that there is not.
        """
        if state not in STATES:
            raise ValueError(f"a line cannot be {state!r}; it can be {', '.join(STATES)}")
        if state == "cut" or self._state == "hanging":
            self._tear()
        self._state, self._delay_s = state, delay_s
        if state == "hanging":
            self._open.clear()
        else:
            self._open.set()

    def state(self) -> dict[str, Any]:
        standing, carried = len(self._standing), self._carried
        return {"line": self._state, "connections": standing, "bytes_carried": carried}

    def _tear(self) -> None:
        for task in self._standing:
            task.cancel()

    async def _call(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._state == "cut":
            writer.transport.abort()
            return
        task = asyncio.current_task()
        assert task is not None
        self._standing.add(task)
        far: asyncio.StreamWriter | None = None
        try:
            await self._open.wait()
            far_reader, far = await asyncio.open_connection(*self._to)
            await self._both_ways((reader, writer), (far_reader, far))
        except (OSError, asyncio.CancelledError):
            pass  # the other end is not there, or the line was cut: the caller sees a torn call
        finally:
            self._standing.discard(task)
            for end in (writer, far):
                if end is not None:
                    end.transport.abort()

    async def _both_ways(self, near: _Pipes, far: _Pipes) -> None:
        async with asyncio.TaskGroup() as group:
            group.create_task(self._carry(near[0], far[1]))
            group.create_task(self._carry(far[0], near[1]))

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError):
            while block := await reader.read(BLOCK_BYTES):
                if self._state == "slow":
                    await asyncio.sleep(self._delay_s)
                await self._open.wait()
                writer.write(block)
                self._carried += len(block)
                await writer.drain()
            if writer.can_write_eof():
                writer.write_eof()
