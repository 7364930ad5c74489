"""Work that nobody waits for any more is not begun.

After an outage the queue of the server is full of requests whose kiosks gave up and ask again; each that
is worked on makes the next wait longer, until none is answered in time.
"""

import select
from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse

CLIENT_CLOSED = 499  # as nginx calls it; nobody reads it
_HUNG_UP = select.POLLRDHUP | select.POLLHUP | select.POLLERR


class ClientGone:
    """Django's middleware. What a kiosk asks for is safe to leave undone, because it asks again, and so
    is whatever only reads; an act of staff is done although the browser has gone on. A client that closes
    its own half of the line early counts as gone: no kiosk, browser or proxy of ours does."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        left_undone = request.path_info.startswith("/api/") or request.method in ("GET", "HEAD")
        if left_undone and hung_up(request.META.get("gunicorn.socket")):
            return HttpResponse(status=CLIENT_CLOSED)
        return self._get_response(request)


def hung_up(line: Any) -> bool:
    """Whether the other end of a connected socket is closed, whatever of it is still unread. False for
    None, which is a server that tells no socket."""
    if line is None:
        return False
    look = select.poll()
    look.register(line, _HUNG_UP)
    return bool(look.poll(0))
