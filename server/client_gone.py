"""Work that nobody waits for any more is not begun.

After an outage the queue of the server is full of requests whose kiosks gave up and ask again; each that
is worked on makes the next wait longer, until none is answered in time.
"""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

CLIENT_CLOSED = 499  # as nginx calls it; nobody reads it
GONE = "lobbypay.gone"  # in the ASGI scope: what has it as its attribute ``gone``


def may_be_left_undone(path: str, method: str | None) -> bool:
    """What a kiosk asks for is safe to leave undone, because it asks again, and so is whatever only
    reads; an act of staff is done although the browser has gone on."""
    return path.startswith("/api/") or method in ("GET", "HEAD")


class ClientGone:
    """Django's middleware. A client that closes its own half of the line early counts as gone: no kiosk,
    browser or proxy of ours does. A server that does not tell answers everybody."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        line = request.META.get("asgi.scope", {}).get(GONE)
        left_undone = may_be_left_undone(request.path_info, request.method)
        if left_undone and line is not None and line.gone:
            return HttpResponse(status=CLIENT_CLOSED)
        return self._get_response(request)
