"""Who may use the desk: whoever has the token of the address that the demo printed.

The token becomes a cookie and leaves the address. Pages of other origins, and names that lead here by a
trick of DNS, are refused even in a browser that holds the cookie.
"""

import hmac
import ipaddress
import secrets
from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

from aiohttp import web

from lobbypay.demo.desk.words import in_both

COOKIE_LIFE_S = 12 * 3600
_Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
POLICY = "; ".join(
    (
        "default-src 'self'",
        "img-src 'self' data: blob:",  # noVNC draws the window's pieces and the pointer so
        "connect-src 'self' ws://{host}",
        "frame-ancestors 'none'",
        "form-action 'none'",
        "base-uri 'none'",
    )
)


class Access:
    """``port`` is known once the desk listens."""

    def __init__(self) -> None:
        self.token, self.port = secrets.token_urlsafe(24), 0
        self._tickets: set[str] = set()

    def ticket(self) -> str:
        """Good for one entry: for an address that others on this machine could read in a list of
        processes."""
        made = secrets.token_urlsafe(24)
        self._tickets.add(made)
        return made

    @property
    def cookie(self) -> str:
        return f"lobbypay_desk_{self.port}"

    @web.middleware
    async def middleware(self, request: web.Request, handler: _Handler) -> web.StreamResponse:
        if not self._is_ours(request):
            raise web.HTTPForbidden(text="not from here\n")
        if (token := request.query.get("token")) is not None:
            raise self._entered(request, token)
        if not self._knows(request.cookies.get(self.cookie, "")):
            raise web.HTTPForbidden(text=in_both("address_needed"))
        return await handler(request)

    async def on_prepare(self, request: web.Request, response: web.StreamResponse) -> None:
        response.headers.update(
            {
                "Content-Security-Policy": POLICY.format(host=request.host),
                "Referrer-Policy": "no-referrer",
                "X-Content-Type-Options": "nosniff",
                "Cache-Control": "no-store",
            }
        )

    def _entered(self, request: web.Request, token: str) -> web.HTTPFound:
        if token in self._tickets:
            self._tickets.discard(token)
        elif not self._knows(token):
            raise web.HTTPForbidden(text="wrong token\n")
        answer = web.HTTPFound(request.path)
        answer.set_cookie(
            self.cookie, self.token, max_age=COOKIE_LIFE_S, httponly=True, samesite="Lax", path="/"
        )
        return answer

    def _knows(self, token: str) -> bool:
        return hmac.compare_digest(token.encode(), self.token.encode())

    def _is_ours(self, request: web.Request) -> bool:
        """An address of ours in figures, or localhost: no name that somebody else may point here; and
        where a browser says which page asks, one of this desk's own."""
        name = urlsplit(f"//{request.host}").hostname or ""
        if name != "localhost" and not _is_address(name):
            return False
        origin = request.headers.get("Origin")
        return origin is None or origin == f"http://{request.host}"


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def is_this_machine(request: web.Request) -> bool:
    """Whether whoever asks sits at this machine."""
    return (
        _is_address(request.remote or "") and ipaddress.ip_address(request.remote or "").is_loopback
    )
