"""The kiosk's window in the browser: noVNC's WebSocket, carried to the X server's private socket."""

import asyncio
import contextlib
from pathlib import Path

from aiohttp import WSMsgType, web

BLOCK_BYTES = 65_536
MESSAGE_BYTES_MAX = 1_000_000
PROTOCOL = "binary"


async def carry(request: web.Request, vnc: Path) -> web.StreamResponse:
    """Until either end is gone."""
    page = web.WebSocketResponse(protocols=(PROTOCOL,), max_msg_size=MESSAGE_BYTES_MAX)
    await page.prepare(request)
    try:
        reader, writer = await asyncio.open_unix_connection(str(vnc))
    except OSError:
        await page.close(message=b"the display is gone")
        return page
    outward = asyncio.create_task(_to_the_page(reader, page))
    try:
        async for message in page:
            if message.type is not WSMsgType.BINARY:
                break
            writer.write(message.data)
            await writer.drain()
    except ConnectionError:
        pass  # the display ended first
    finally:
        outward.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await outward
        writer.close()
    return page


async def _to_the_page(reader: asyncio.StreamReader, page: web.WebSocketResponse) -> None:
    with contextlib.suppress(ConnectionError):
        while block := await reader.read(BLOCK_BYTES):
            await page.send_bytes(block)
        await page.close()
